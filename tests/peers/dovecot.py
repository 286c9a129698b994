"""A real IMAP server, Debian's dovecot, on a loopback port: letters are put into it and looked at through its own protocol."""

import grp
import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from admin.mailbox.server import modified_utf7

USER, PASSWORD = "archive", "for the tests @/%"
CONFIG = """
base_dir = {root}/run
state_dir = {root}/state
log_path = {root}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
first_valid_uid = 1
{users}
passdb {{
  driver = passwd-file
  args = {root}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={root}/mail/%u
}}
mail_location = maildir:{root}/mail/%u
namespace inbox {{
  inbox = yes
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
{more}
"""


@dataclass(frozen=True)
class Dovecot:
    port: int

    @property
    def url(self) -> str:
        return f"imap://{USER}:for%20the%20tests%20%40%2F%25@127.0.0.1:{self.port}/INBOX?starttls=never"

    @contextmanager
    def session(self) -> Iterator[imaplib.IMAP4]:
        connection = imaplib.IMAP4("127.0.0.1", self.port, timeout=20)
        connection.login(USER, PASSWORD)
        try:
            yield connection
        finally:
            connection.logout()

    def deliver(self, letter: bytes) -> None:
        with self.session() as session:
            assert session.append("INBOX", "", "", letter)[0] == "OK"

    def letters(self, folder: str = "INBOX") -> list[bytes]:
        """What lies in a folder, whole."""
        with self.session() as session:
            if session.select(f'"{modified_utf7(folder)}"', readonly=True)[0] != "OK":
                return []
            numbers = session.search(None, "ALL")[1][0].split()
            return [session.fetch(number.decode(), "(BODY.PEEK[])")[1][0][1] for number in numbers]  # type: ignore[index,misc]

    def empty(self, *folders: str) -> None:
        """As a new mailbox, with UIDs that go on."""
        with self.session() as session:
            for folder in ("INBOX", *(folders or ("已归档", "未收入"))):
                kind, count = session.select(f'"{modified_utf7(folder)}"')
                if kind == "OK" and count != [b"0"]:
                    session.store("1:*", "+FLAGS", r"(\Deleted)")
                    session.expunge()


@contextmanager
def running_dovecot(*, move: bool = True) -> Iterator[Dovecot]:
    """`move=False`: a server that neither moves letters nor removes single ones."""
    program = shutil.which("dovecot", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("no dovecot: install the Debian package dovecot-imapd")
        pytest.skip("no dovecot: install the Debian package dovecot-imapd")
    root = Path(tempfile.mkdtemp(prefix="dangan-dovecot-"))
    process = None
    try:
        port = _configured(root, move)
        process = subprocess.Popen([program, "-F", "-c", str(root / "conf")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _wait(port, root)
        yield Dovecot(port)
    finally:
        if process is not None:
            process.terminate()
            process.wait(20)
        shutil.rmtree(root, ignore_errors=True)


def _configured(root: Path, move: bool) -> int:
    root.chmod(0o755)
    (root / "mail").mkdir()
    (root / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}"+ "\n")
    me, users = pwd.getpwuid(os.getuid()), ""
    if me.pw_uid == 0:
        me = pwd.getpwnam("nobody")
        os.chown(root / "mail", me.pw_uid, me.pw_gid)
    else:
        users = f"default_internal_user = {me.pw_name}\ndefault_login_user = {me.pw_name}\ndefault_internal_group = " \
                f"{grp.getgrgid(me.pw_gid).gr_name}"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    more = "" if move else "imap_capability = IMAP4rev1 LITERAL+"
    (root / "conf").write_text(CONFIG.format(root=root, users=users, uid=me.pw_uid, gid=me.pw_gid, port=port, more=more))
    return port


def _wait(port: int, root: Path) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with suppress(OSError, imaplib.IMAP4.error), socket.create_connection(("127.0.0.1", port), 1) as line:
            if line.recv(4) == b"* OK":
                return
        time.sleep(0.1)
    log = root / "log"
    raise RuntimeError(f"dovecot did not start: {log.read_text()[-2000:] if log.exists() else 'no log'}")

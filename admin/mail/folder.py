"""Mails as files: one `.eml` a message in a folder, for installations without a mail server and for looking at."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from admin.mail.mime import build, message_id
from admin.mail.port import MailerDown, Message, Receipt, Sender
from admin.mail.sender import parse_sender


class FolderMailer:
    """A Mailer for one folder, e.g. `mail/2026-11-23_digest-….eml`. Several processes may use the same folder."""

    def __init__(self, folder: Path, sender: str = "dangan@localhost") -> None:
        self.folder = folder
        self.sender = parse_sender(sender)

    def send(self, message: Message) -> Receipt:
        """Raises MailerDown where the folder cannot be written. A mail sent again replaces its file."""
        content = build(message, self.sender, self.sender.domain).as_bytes()
        try:
            path = self._path(message)
            _replace(path, content)
        except OSError as error:
            raise MailerDown(engine="邮件文件夹", reason=error.strerror or str(error)) from error
        return Receipt(message_id(message, self.sender.domain), str(path))

    @contextmanager
    def batch(self) -> Iterator[Sender]:
        yield self

    def _path(self, message: Message) -> Path:
        """The file of this id. Sent again on a later day, the mail keeps the name of its first day."""
        self.folder.mkdir(parents=True, exist_ok=True)
        known = next(self.folder.glob(f"????-??-??_{message.id}.eml"), None)
        return known or self.folder / f"{message.date:%Y-%m-%d}_{message.id}.eml"


def _replace(path: Path, content: bytes) -> None:
    """Whole or not at all: readers never see half a mail, and it survives a power cut once this returns."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(0o640)
        Path(name).replace(path)
    except OSError:
        with suppress(OSError):
            Path(name).unlink()
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

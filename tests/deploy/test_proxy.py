"""The proxy's configuration in the real nginx, in front of a real `dangan web`, over TLS."""

import hashlib
import http.client
import json
import re
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.functional.processes import until
from tests.functional.shell import Shell
from tests.peers.clamd import free_port
from tests.peers.nginx import Nginx, running_nginx

HOST = "dangan.example.gov.cn"
MEBIBYTE = 1 << 20
LARGE = 50 * MEBIBYTE


class NamedConnection(http.client.HTTPSConnection):
    """Goes to loopback and asks for the certificate of the public name."""

    def connect(self) -> None:
        http.client.HTTPConnection.connect(self)
        self.sock = ssl.create_default_context(cafile=str(self.authority)).wrap_socket(self.sock, server_hostname=HOST)

    authority: Path


@dataclass(frozen=True)
class Site:
    nginx: Nginx
    shell: Shell
    authority: Path
    token: str

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
        connection = self.connection()
        connection.request(method, path, body, {"Host": HOST, **headers})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer, content

    def connection(self) -> NamedConnection:
        made = NamedConnection("127.0.0.1", self.nginx.tls, timeout=60)
        made.authority = self.authority
        return made

    def plain(self, port: int, path: str) -> tuple[http.client.HTTPResponse, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", path, headers={"Host": HOST})
        answer = connection.getresponse()
        return answer, answer.read()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, secrets: Path) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("proxy")
    shell = Shell(folder / "var")
    port = free_port()
    with running_nginx(folder, secrets, f"127.0.0.1:{port}") as nginx:
        web = shell.start("web", "--port", port, DANGAN_BASE_URL=f"https://{HOST}")
        try:
            shell("user", "add", "zhang", "--role", "archivist", "--password-stdin", typed="Dossier-2026\n")
            token = shell("user", "token", "zhang").out.split()[-1]
            made = Site(nginx, shell, secrets / "ca.crt", token)
            assert until(lambda: web.poll() is not None or made.plain(nginx.monitoring, "/healthz")[0].status == 200, 60)
            assert web.poll() is None, web.communicate()
            answer, said = made.ask("POST", "/api/v1/projects", json.dumps({
                "code": "XM-1", "name": "平台建设项目", "unit": "省数字政务厅", "mode": "self_build", "kind": "new"}),
                **{"Content-Type": "application/json", "Authorization": f"Bearer {token}"})
            assert answer.status == 201, said
            yield made
        finally:
            web.terminate()
            try:
                web.wait(30)
            except subprocess.TimeoutExpired:
                web.kill()
                web.wait()


def test_the_sign_in_page_comes_over_tls_with_its_protection(site: Site) -> None:
    answer, page = site.ask("GET", "/login")
    assert answer.status == 200
    assert "登录" in page.decode()
    for header in ("Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Strict-Transport-Security"):
        assert len(answer.headers.get_all(header, [])) == 1, header
    assert "Secure" in str(answer.headers["Set-Cookie"])
    assert not re.search(r"\d", answer.headers["Server"]), "no version is told"


def test_plain_http_is_sent_to_https(site: Site) -> None:
    answer, _ = site.plain(site.nginx.plain, "/projects?page=2")
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{HOST}/projects?page=2")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_old_versions_of_tls_are_refused(site: Site, version: ssl.TLSVersion) -> None:
    import socket

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    with socket.create_connection(("127.0.0.1", site.nginx.tls)) as raw, pytest.raises((ssl.SSLError, ConnectionResetError)):
        context.wrap_socket(raw, server_hostname=HOST)


def test_a_large_file_streams_through_without_resting_on_the_proxys_disk(site: Site) -> None:
    content = hashlib.shake_256(b"seed").digest(MEBIBYTE) * (LARGE // MEBIBYTE)
    edge = "----edge"
    head = (f"--{edge}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"scan.bin\"\r\n\r\n").encode()
    tail = f"\r\n--{edge}--\r\n".encode()
    connection = site.connection()
    connection.putrequest("POST", "/api/v1/projects/XM-1/documents", skip_host=True)
    for name, value in (("Host", HOST), ("Authorization", f"Bearer {site.token}"), ("Content-Type", f"multipart/form-data; boundary={edge}"),
                        ("Content-Length", str(len(head) + len(content) + len(tail)))):
        connection.putheader(name, value)
    connection.endheaders()
    connection.send(head + content[:LARGE // 2])
    received = site.shell.data / "objects" / "incoming"
    assert until(lambda: any(path.stat().st_size > LARGE // 4 for path in received.iterdir()) or _held_open(received), 20), \
        "half of it was sent, and nothing has reached the archive"
    assert _resting(site.nginx) == []
    connection.send(content[LARGE // 2:] + tail)
    answer = connection.getresponse()
    filed = json.loads(answer.read())
    assert answer.status == 201, filed
    assert filed["sha256"] == hashlib.sha256(content).hexdigest()
    got, back = site.ask("GET", f"/api/v1/documents/{filed['id']}/content", Authorization=f"Bearer {site.token}")
    assert (got.status, hashlib.sha256(back).hexdigest()) == (200, filed["sha256"])
    part, some = site.ask("GET", f"/api/v1/documents/{filed['id']}/content", Authorization=f"Bearer {site.token}", Range="bytes=5-9")
    assert (part.status, some) == (206, content[5:10])
    assert max(map(_peak, site.nginx.workers())) < 48 * MEBIBYTE


def test_how_large_a_file_may_be_is_said_by_the_archive(site: Site) -> None:
    connection = site.connection()
    connection.putrequest("POST", "/api/v1/projects/XM-1/documents", skip_host=True)
    for name, value in (("Host", HOST), ("Authorization", f"Bearer {site.token}"), ("Content-Type", "multipart/form-data; boundary=x"),
                        ("Content-Length", str(6 << 30))):
        connection.putheader(name, value)
    connection.endheaders()
    connection.send(b"--x\r\n")
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Content-Type"]) == (413, "application/problem+json")


@pytest.mark.parametrize("path", ["/metrics", "/readyz"])
def test_monitoring_is_for_operators_alone(site: Site, path: str) -> None:
    assert site.ask("GET", path)[0].status == 404
    assert site.plain(site.nginx.monitoring, path)[0].status in (200, 503)
    assert site.plain(site.nginx.monitoring, "/login")[0].status == 404


def test_what_people_search_for_is_in_no_log(site: Site) -> None:
    site.ask("GET", "/search?q=confidential-words")
    log = site.nginx.folder / "access.log"
    assert until(lambda: "/search" in log.read_text(), 20)  # nginx writes its line after the answer has gone out
    assert "confidential-words" not in log.read_text()


def test_while_the_archive_is_away_the_page_says_so_in_chinese(tmp_path: Path, secrets: Path) -> None:
    with running_nginx(tmp_path, secrets, f"127.0.0.1:{free_port()}") as nginx:
        answer, page = Site(nginx, Shell(tmp_path), secrets / "ca.crt", "").ask("GET", "/")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "10")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "暂时不可用" in page.decode()
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def _resting(nginx: Nginx) -> list[str]:
    """Files below its temporary folders that a worker holds, deleted ones too."""
    held = []
    for pid in nginx.workers():
        for link in Path(f"/proc/{pid}/fd").iterdir():
            target = str(link.readlink())
            if re.search(r"/(body|proxy)/", target):
                held.append(target)
    return held


def _held_open(folder: Path) -> bool:
    """Whether some process has a large file open in there that has no name (any more)."""
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if str(link.readlink()).startswith(f"{folder}/") and link.stat().st_size > LARGE // 4:
                return True
        except OSError:
            continue
    return False


def _peak(pid: int) -> int:
    return int(re.findall(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())[0]) << 10

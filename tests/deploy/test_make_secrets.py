"""The script that makes the secrets: private files, random values, a certificate browsers can check, settings we accept."""

import os
import ssl
import stat
import subprocess
from pathlib import Path

import pytest

from admin.settings import load
from tests.deploy.compose import ROOT

SCRIPT = ROOT / "deploy/make-secrets"
PUBLIC = {"ca.crt", "elastic.crt", "tls.crt"}


def run(*arguments: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([SCRIPT, *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False)


def test_only_the_owner_may_read_what_is_secret(secrets: Path) -> None:
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in secrets.iterdir()}
    assert {name: mode for name, mode in modes.items() if name not in PUBLIC and mode != 0o600} == {}
    assert {modes[name] for name in PUBLIC} == {0o644}
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700


def test_the_settings_are_accepted_and_complete(secrets: Path) -> None:
    settings = load({"DANGAN_CONFIG": str(secrets / "dangan.toml")})
    assert settings.base_url == "https://dangan.example.gov.cn"
    assert settings.mongodb_url.startswith("mongodb://dangan:")
    assert settings.s3_url.endswith("/dangan?region=us-east-1&lock=governance&days=30")
    assert settings.elasticsearch_url.startswith("https://elastic:")
    assert settings.clamd_url == "tcp://clamd:3310"
    assert str(settings.backup_dir) == "/backup"
    assert len(settings.secret_key) == 64
    assert not settings.embedded


def test_no_two_secrets_are_alike_and_none_is_short(secrets: Path) -> None:
    values = [(secrets / name).read_text() for name in
              ("mongo_keyfile", "mongo_admin_password", "mongo_password", "minio_root_password", "elastic_password")]
    values.append(load({"DANGAN_CONFIG": str(secrets / "dangan.toml")}).secret_key)
    assert len(set(values)) == len(values)
    assert all(len(value) == 64 and set(value) <= set("0123456789abcdef") for value in values)


def test_the_passwords_in_the_settings_are_those_of_the_engines(secrets: Path) -> None:
    text = (secrets / "dangan.toml").read_text()
    for name in ("mongo_password", "minio_root_password", "elastic_password"):
        assert (secrets / name).read_text() in text
    for name in ("mongo_admin_password", "mongo_keyfile"):
        assert (secrets / name).read_text() not in text


@pytest.mark.parametrize(("name", "host"), [("tls", "dangan.example.gov.cn"), ("elastic", "elasticsearch"), ("elastic", "localhost")])
def test_certificates_name_their_hosts_and_hang_on_our_own_authority(secrets: Path, name: str, host: str) -> None:
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context(cafile=str(secrets / "ca.crt"))
    server.load_cert_chain(secrets / f"{name}.crt", secrets / f"{name}.key")
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    here = client.wrap_bio(to_client, to_server, server_hostname=host)
    there = server.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(4):
        for side in (here, there):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    assert here.version() in ("TLSv1.2", "TLSv1.3")


def test_again_keeps_everything(secrets: Path) -> None:
    before = {path.name: path.read_bytes() for path in secrets.iterdir()}
    assert run("--host", "other.example.cn", "--into", secrets, "--keep-owner").returncode == 0
    assert {path.name: path.read_bytes() for path in secrets.iterdir()} == before


def test_an_own_certificate_is_kept(tmp_path: Path) -> None:
    (tmp_path / "tls.crt").write_text("own chain")
    (tmp_path / "tls.key").write_text("own key")
    assert run("--host", "a.cn", "--into", tmp_path, "--keep-owner", "--lock-days", "0").returncode == 0
    assert ((tmp_path / "tls.crt").read_text(), (tmp_path / "tls.key").read_text()) == ("own chain", "own key")
    assert "lock=" not in (tmp_path / "dangan.toml").read_text()


def test_nothing_secret_is_printed(tmp_path: Path) -> None:
    done = run("--host", "10.1.2.3:8443", "--into", tmp_path, "--keep-owner")
    for path in tmp_path.iterdir():
        if path.name not in PUBLIC | {"minio_root_user"}:
            assert path.read_text() not in done.stdout + done.stderr
    assert 'base_url = "https://10.1.2.3:8443"' in (tmp_path / "dangan.toml").read_text()


@pytest.mark.parametrize("arguments", [[], ["--host", ""], ["--host", "a b"], ["--host", "a.cn", "--lock-days", "x"], ["--hots", "a"],
                                       ["--host", "a'$(id)'.cn"]])
def test_wrong_use_is_told_and_makes_nothing(tmp_path: Path, arguments: list[str]) -> None:
    done = run(*arguments, "--into", tmp_path / "new", "--keep-owner")
    assert done.returncode == 2
    assert done.stderr
    assert not (tmp_path / "new").exists()


@pytest.mark.skipif(os.getuid() != 0, reason="not checked: giving files away takes root")
def test_as_root_each_file_goes_to_its_reader(tmp_path: Path) -> None:
    assert run("--host", "a.cn", "--into", tmp_path).returncode == 0
    owners = {path.name: path.stat().st_uid for path in tmp_path.iterdir()}
    assert owners["mongo_keyfile"] == 999
    assert owners["dangan.toml"] == owners["mongo_password"] == owners["mongo_admin_password"] == 10001
    assert owners["minio_root_password"] == 10002
    assert owners["elastic_password"] == owners["elastic.key"] == 1000
    assert owners["tls.key"] == 101
    assert owners["ca.key"] == 0

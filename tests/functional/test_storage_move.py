"""`dangan storage move` as its user meets it: while files come in, through kills and a dead target, to and from S3."""

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from archive.mongo.embedded import EmbeddedMongo
from tests.functional.processes import until
from tests.functional.shell import Shell
from tests.peers import s3_rclone
from tests.peers.keeping import spawn, wait_for
from tests.peers.s3_servers import bucket_url

CODE = "XM-2024-001"
KEY = "a secret key that is long enough to sign and to seal with"
LEDGER = f"项目编号,项目名称,项目单位,建设方式,批复日期\n{CODE},一体化协同办公平台建设项目,省数字政务厅,自行建设,2024-03-01\n"


def files(folder: Path, first: int, count: int) -> Path:
    folder.mkdir()
    for number in range(first, first + count):
        (folder / f"纪要{number:03}.txt").write_text(f"会议纪要第{number}号\n讨论了接口联调与数据归集。\n" * 20, "utf-8")
    return folder


@pytest.fixture
def dangan(tmp_path: Path) -> Iterator[Shell]:
    """An archive in a folder, with a project, its database kept warm."""
    shell = Shell(tmp_path / "var")
    shell("init")
    with EmbeddedMongo.attach(shell.data):
        ledger = tmp_path / "台账.csv"
        ledger.write_text(LEDGER, "utf-8")
        shell("project", "import", ledger)
        yield shell


@pytest.fixture
def database(dangan: Shell) -> Iterator[Any]:
    with EmbeddedMongo.attach(dangan.data) as share, MongoClient(share.url) as client:
        yield client["dangan"]


def proven(database: Any) -> int:
    row = database["storage_moves"].find_one(sort=[("started_at", -1)])
    return int(row["proven"]) if row else 0


def secret_of(url: str) -> str:
    return url.partition("://")[2].partition("@")[0].partition(":")[2]


@pytest.mark.timeout(400)
def test_a_move_to_s3_survives_three_kills_while_files_come_in(
    dangan: Shell, database: Any, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    url, said = bucket_url(tmp_path_factory, "rclone"), []
    dangan("ingest", files(tmp_path / "早", 0, 120), "--project", CODE, "--json")
    filing = dangan.start("ingest", files(tmp_path / "晚", 120, 60), "--project", CODE, "--json")
    kills = 0
    for _ in range(3):
        before = proven(database)
        mover = dangan.start("storage", "move", url)
        if until(lambda before=before, mover=mover: proven(database) > before or mover.poll() is not None, 60):
            kills += mover.poll() is None
        mover.send_signal(signal.SIGKILL)
        said += mover.communicate()
    assert kills >= 2, f"the move was over before anybody killed it: the test proved nothing: {said}"
    seen = proven(database)
    assert dangan("storage", "status", "--json", status=1).json["move"]["state"] == "copying"
    last = dangan("storage", "move", url)
    said += [last.out, last.err, *filing.communicate(timeout=120)]
    assert filing.returncode == 0
    row = database["storage_moves"].find_one()
    assert row["proven"] < 180 + seen, "what was proven before the kills was not proven again"

    (dangan.data / "objects").rename(tmp_path / "gone")  # from now on only the target can answer
    verdict = dangan("verify", "--all", "--json").json
    assert (verdict["problems"], verdict["checked"]["files"]) == ([], 180)
    status = dangan("storage", "status", "--json", status=1).json["move"]
    assert (status["state"], status["ended"]) == ("switched", True)
    assert "DANGAN_S3_URL" in status["advice"]
    assert "DANGAN_S3_URL" in dangan("doctor", status=None).out

    key = (dangan.data / "secret_key").read_text()
    named = {"DANGAN_S3_URL": url, "DANGAN_SECRET_KEY": key}
    assert dangan("verify", "--all", "--json", **named).json["problems"] == []
    assert dangan("storage", "status", "--json", **named).json["move"]["state"] == "retired"
    elsewhere = dangan("project", "list", status=0, **{**named, "DANGAN_S3_URL": url + "-other"})
    assert elsewhere.status == 0, "once retired, the settings may name what they like"

    stored = "".join(repr(list(database[name].find())) for name in database.list_collection_names())
    logs = "".join(path.read_text(errors="replace") for path in (dangan.data / "log").rglob("*") if path.is_file())
    assert secret_of(url) not in stored + logs + "".join(said) + dangan("storage", "status", status=1).out


@pytest.mark.timeout(200)
def test_a_target_that_dies_stops_the_move_and_nothing_else(dangan: Shell, tmp_path: Path) -> None:
    s3_rclone.need()
    server = tmp_path / "rclone"
    server.mkdir()
    url, [process] = s3_rclone.start(server)
    try:
        dangan("ingest", files(tmp_path / "早", 0, 60), "--project", CODE, "--json")
        mover = dangan.start("storage", "move", f"{url}/objects", "--json")
        assert until(lambda: list((server / "objects").rglob("sha256/??/??/*")), 60)
        process.kill()
        process.wait()
        _, err = mover.communicate(timeout=100)
        assert mover.returncode == 3, err
        assert "继续" in err
        filed = dangan("ingest", files(tmp_path / "晚", 60, 5), "--project", CODE, "--json").json
        assert {file["status"] for file in filed["files"]} == {"filed"}
        assert dangan("verify", "--all", "--json").json["problems"] == []
        process = again(process, server, url)
        assert dangan("storage", "move", f"{url}/objects", "--json").json["move"]["ended"]
        (dangan.data / "objects").rename(tmp_path / "gone")
        assert dangan("verify", "--all", "--json").json["checked"]["files"] == 65
    finally:
        process.kill()
        process.wait()


def again(process: "subprocess.Popen[bytes]", folder: Path, url: str) -> "subprocess.Popen[bytes]":
    """The same server on the same port."""
    started = spawn(list(process.args), folder, "rclone")  # type: ignore[arg-type]
    wait_for("http://" + url.rpartition("@")[2], started)
    return started


def test_a_move_can_be_cancelled_and_the_commands_say_where_files_are(dangan: Shell, database: Any, tmp_path: Path) -> None:
    assert str(dangan.data / "objects") in dangan("storage", "status").out
    assert "没有可以取消" in dangan("storage", "cancel", status=2).err
    for wrong in ("folder", "/srv/objects", "http://KEY:hidden-44182@127.0.0.1:9/"):
        answer = dangan("storage", "move", wrong, status=2)
        assert "hidden-44182" not in answer.out + answer.err
        assert answer.err.count("\n") == 1
    assert dangan("storage", "move", "-", typed="http://KEY:hidden-44182@127.0.0.1:9/bucket\n", status=3).out == ""
    assert database["storage_moves"].count_documents({}) == 0

"""backup and restore as their user runs them: beside a running ingest, into another folder, refused where it must be."""

import json
import shutil
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

CODE = "XM-2024-001"
LEDGER = f"项目编号,项目名称,项目单位,建设方式,批复日期\n{CODE},一体化协同办公平台建设项目,省数字政务厅,自行建设,2024-03-01\n"
FILES = 300
pytestmark = pytest.mark.timeout(400)


def write_files(folder: Path, count: int) -> Path:
    folder.mkdir()
    for number in range(count):
        (folder / f"会议纪要{number:03}.txt").write_text(f"第 {number} 次例会讨论了接口联调与数据归集。" * 30, "utf-8")
    return folder


def archive(folder: Path) -> Shell:
    shell = Shell(folder / "var")
    (folder / "台账.csv").write_text(LEDGER, "utf-8")
    shell("project", "import", folder / "台账.csv")
    return shell


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """An archive with six documents, its server kept warm."""
    folder = tmp_path_factory.mktemp("source")
    with EmbeddedMongo.attach(folder / "var"):
        shell = archive(folder)
        shell("ingest", write_files(folder / "files", 6), "--project", CODE)
        yield shell


@pytest.fixture(scope="module")
def dest(source: Shell, tmp_path_factory: pytest.TempPathFactory) -> Path:
    dest = tmp_path_factory.mktemp("backups") / "档案备份"
    ran = source("backup", dest)
    assert "对象 6 个" in ran.out
    return dest


def test_a_backup_is_listed_and_verified_without_any_archive(dest: Path, tmp_path: Path) -> None:
    nothing = Shell(tmp_path / "nothing")
    listed = nothing("backup", dest, "--list", "--json").json
    assert (listed["total"], listed["items"][0]["documents"], listed["items"][0]["objects"]) == (1, 6, 6)
    checked = nothing("backup", dest, "--verify", "--json").json
    assert (checked["snapshots"], checked["objects"], checked["problems"]) == (1, 6, [])
    assert not nothing.data.exists()


def test_it_is_restored_elsewhere_once(source: Shell, dest: Path, tmp_path: Path) -> None:
    there = Shell(tmp_path / "there")
    with EmbeddedMongo.attach(there.data):
        restored = there("restore", dest)
        assert "dangan notices resume" in restored.out
        verdict = there("verify", "--json").json
        assert (verdict["problems"], verdict["checked"]["files"], verdict["checked"]["indexed"]) == ([], 6, 6)
        assert there("search", "接口联调", "--json").json["total"] == 6
        before = there("project", "list", "--json").out
        again = there("restore", dest, status=2)
        assert "恢复只写入空的档案库" in again.err
        assert there("project", "list", "--json").out == before
        assert there("verify", "--json").json["problems"] == []
        assert there("notices", "resume").out.startswith("提醒邮件已恢复发送")
    assert (there.data / "secret_key").read_bytes() != (source.data / "secret_key").read_bytes()


def test_a_prepared_but_empty_archive_may_be_restored_into(dest: Path, tmp_path: Path) -> None:
    there = Shell(tmp_path / "there")
    with EmbeddedMongo.attach(there.data):
        there("init")
        assert there("restore", dest, "--json").json["problems"] == []


def test_a_damaged_dump_is_refused_and_nothing_is_written(dest: Path, tmp_path: Path) -> None:
    bad = Path(shutil.copytree(dest, tmp_path / "bad"))
    dump = next(bad.glob("snapshots/*/documents.bson.gz"))
    dump.write_bytes(dump.read_bytes()[:-20])
    there = Shell(tmp_path / "there")
    with EmbeddedMongo.attach(there.data) as share:
        refused = there("restore", bad, status=2)
        assert "没有写入任何数据" in refused.err
        assert refused.err.count("\n") == 1
        assert not any(rows for name, rows in contents(share.url).items() if name not in ("leases", "index_rebuilds"))
        assert there("restore", dest, "--json").json["objects"] == 6


def contents(url: str) -> dict[str, int]:
    with MongoClient[dict[str, Any]](url) as client:
        return {name: client["dangan"][name].count_documents({}) for name in client["dangan"].list_collection_names()}


@pytest.mark.parametrize(("arguments", "says"), [
    (("backup",), "用法有误"), (("restore",), "用法有误"), (("backup", "D", "--keep", "7"), "7,4,12"),
    (("backup", "D", "--list", "--verify"), "只能用一个"), (("backup", "D", "--list"), ""), (("backup", "D", "--verify"), "完整的备份")])
def test_wrong_usage_is_one_sentence(tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    given = [str(tmp_path / "D") if argument == "D" else argument for argument in arguments]
    ran = Shell(tmp_path / "none")(*given, status=2 if says else 0)
    assert says in ran.err
    assert not (tmp_path / "none").exists()


def test_a_loss_in_the_source_is_exit_status_1(source: Shell, tmp_path: Path) -> None:
    victim = next(source.data.glob("objects/??/??/*"))
    aside = victim.rename(tmp_path / victim.name)
    try:
        made = source("backup", tmp_path / "lossy", "--json", status=1).json
    finally:
        aside.rename(victim)
    assert len(made["problems"]) == 1
    assert victim.name in made["problems"][0]
    healed = source("backup", tmp_path / "lossy", "--json").json
    assert (healed["problems"], healed["copied"]) == ([], 1)


def test_the_jobs_back_up_and_hold_a_drill(source: Shell, tmp_path: Path) -> None:
    unset = source("jobs", "run", "backup.daily", "--json").json
    assert "没有设置 DANGAN_BACKUP_DIR" in unset["result"]["skipped"]
    assert "snapshot" not in unset["result"]
    settings = {"DANGAN_BACKUP_DIR": str(tmp_path / "daily"), "DANGAN_BACKUP_KEEP": "1,0,0"}
    assert "没有完整的备份" in source("jobs", "run", "backup.drill", status=1, **settings).out
    first = source("jobs", "run", "backup.daily", "--json", **settings).json
    second = source("jobs", "run", "backup.daily", "--json", **settings).json
    assert (second["outcome"], second["result"]["removed"]) == ("done", [first["result"]["snapshot"]])
    before = source("verify", "--json").json["checked"]
    held = source("jobs", "run", "backup.drill", "--json", **settings).json
    assert (held["outcome"], held["result"]["problems"]) == ("done", [])
    assert held["result"]["snapshot"] == second["result"]["snapshot"]
    assert held["result"]["restore_s"] > 0
    assert held["result"]["objects"] == 6
    assert not (source.data / "drill").exists()
    after = source("verify", "--json").json["checked"]
    assert {k: v for k, v in after.items() if k != "audit_entries"} == {
        k: v for k, v in before.items() if k != "audit_entries"}
    told = source("doctor", status=None).out
    assert f"最近一次 {second['result']['snapshot']}" in told
    assert "核对无误" in told


def test_a_backup_during_ingest_restores_to_a_sound_archive(tmp_path: Path) -> None:
    """Everything that was accepted before the backup began is in it, however much arrives while it runs."""
    files = write_files(tmp_path / "files", FILES)
    with EmbeddedMongo.attach(tmp_path / "var") as share, MongoClient[dict[str, Any]](share.url) as client:
        source = archive(tmp_path)
        ingest = source.start("ingest", files, "--project", CODE)  # what it says fits into a pipe that nobody reads
        try:
            accepted, made = [], []
            for number in range(2):
                least = 5 + 30 * number
                assert until(lambda least=least: client["dangan"]["versions"].count_documents({}) >= least, 60)
                accepted.append(set(client["dangan"]["versions"].distinct("sha256")))
                made.append(backed_up_meanwhile(source, tmp_path / "dest", ingest))
            running = ingest.poll() is None
            assert ingest.wait(120) == 0
        finally:
            ingest.kill()
            ingest.communicate()
    assert made[0]["problems"] == made[1]["problems"] == []
    assert made[0]["objects"] < FILES, "the ingest was over before the backup: the test proved nothing"
    assert running or made[1]["objects"] == FILES
    for before, snapshot in zip(accepted, made, strict=True):
        judge(Shell(tmp_path / f"restored-{snapshot['snapshot']}"), tmp_path / "dest", snapshot, before)


def backed_up_meanwhile(source: Shell, dest: Path, ingest: "subprocess.Popen[str]") -> dict[str, Any]:
    """A backup that begins while files still come, however quick they are and however slowly a command starts."""
    known = set(dest.rglob("*"))
    ingest.send_signal(signal.SIGSTOP)
    backup = source.start("backup", dest, "--json")
    try:
        assert until(lambda: set(dest.rglob("*")) - known, 60)
    finally:
        ingest.send_signal(signal.SIGCONT)
    said, complaints = backup.communicate(timeout=120)
    assert backup.returncode == 0, complaints
    made: dict[str, Any] = json.loads(said)
    return made


def judge(there: Shell, dest: Path, made: dict[str, Any], accepted: set[str]) -> None:
    with EmbeddedMongo.attach(there.data) as share, MongoClient[dict[str, Any]](share.url) as client:
        restored = there("restore", dest, "--snapshot", made["snapshot"], "--json").json
        assert (restored["problems"], restored["objects"]) == ([], made["objects"])
        assert accepted <= set(client["dangan"]["versions"].distinct("sha256"))
        verdict = there("verify", "--json").json
        assert (verdict["problems"], verdict["checked"]["files"]) == ([], made["objects"])


def test_nothing_is_served_from_half_an_archive(tmp_path: Path) -> None:
    half = Shell(tmp_path / "var")
    with EmbeddedMongo.attach(half.data) as share:
        half("init")
        with MongoClient(share.url) as client:  # type: MongoClient[dict[str, Any]]
            client["dangan"]["restores"].insert_one({
                "_id": "restore", "snapshot": "20260302T020000Z", "source": "/backups", "finished": False, "done": []})
        assert "恢复" in half("serve", "--port", "1024", status=2).err

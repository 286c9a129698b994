"""The command line as its user meets it: what it prints, its exit status, and that it never shows a traceback."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from admin.bootstrap import build
from admin.settings import load
from admin.web.app import create_app
from archive.mongo.embedded import EmbeddedMongo
from ingest.ledger import ContractRow, ProjectRow, write_ledger
from tests import samples
from tests.functional.shell import Ran, Shell

CODE = "XM-2024-001"
SECRET_WORDS = "QX7-landing-site-44182"  # what a refused file says
PROJECT = ProjectRow(
    CODE, "一体化协同办公平台建设项目", "省数字政务厅", "self_build", approved_on=date(2024, 3, 1),
    contract_signed_on=date(2024, 4, 1), construction_start=date(2024, 4, 15), planned_completion=date(2024, 10, 31),
    actual_completion=date(2024, 10, 20), trial_start=date(2024, 11, 1), total_investment_fen=325_000_000)
OTHER = ProjectRow("XM-2024-002", "水文遥测平台建设项目", "省水文局", "service_purchase", kind="om")
CONTRACT = ContractRow("HT-001", CODE, "build", signed_on=date(2024, 4, 1), end_on=date(2027, 4, 1), amount_fen=300_000_000)
CSV = "项目编号,项目名称,项目单位,建设方式,批复日期\n{}\n"


@pytest.fixture(scope="module")
def unreachable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A command whose database is not there takes its time to give up: it starts before everything else."""
    shell = Shell(tmp_path_factory.mktemp("unreachable"))
    process = shell.start("project", "list", DANGAN_MONGODB_URL="mongodb://127.0.0.1:9/?replicaSet=rs0",
                          DANGAN_SECRET_KEY="k" * 40)
    yield process
    process.kill()
    process.wait()


@pytest.fixture(scope="module")
def dangan(tmp_path_factory: pytest.TempPathFactory, unreachable: object) -> Iterator[Shell]:
    """An archive prepared twice. Its server is kept warm: starting it anew for each command would take minutes."""
    shell = Shell(tmp_path_factory.mktemp("archive") / "var")
    first, second = shell("init"), shell("init")
    assert first.out == second.out
    assert str(shell.data) in first.out
    with EmbeddedMongo.attach(shell.data):
        yield shell


@pytest.fixture(scope="module")
def ledger(dangan: Shell, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Ran]]:
    """The ledger looked at, imported, and imported again."""
    path = tmp_path_factory.mktemp("ledger") / "台账.xlsx"
    write_ledger(path, [PROJECT, OTHER], [CONTRACT])
    return path, {"tried": dangan("project", "import", path, "--dry-run", "--json"),
                  "empty": dangan("project", "list", "--json"),
                  "first": dangan("project", "import", path, "--json"),
                  "again": dangan("project", "import", path, "--json")}


@pytest.fixture(scope="module")
def ingested(dangan: Shell, ledger: object, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """A folder of every format, with a duplicate, a broken file, a state secret and files that are none; by name."""
    folder = tmp_path_factory.mktemp("files")
    fill(folder)
    ran = dangan("ingest", folder, "--project", CODE, "--json", status=1)
    assert ran.json["seconds"] > 0
    return {Path(file["path"]).name: file for file in ran.json["files"]}


def fill(folder: Path) -> None:
    below = folder / "下级"
    below.mkdir()
    samples.pdf(folder / "竣工验收报告.pdf", [["协同办公平台竣工验收报告", "验收结论：通过。"], ["专家组成员名单", "2025年3月1日"]])
    samples.word(folder / "会议纪要.docx", title="协同办公平台例会会议纪要", paragraphs=["会议讨论了接口联调。"])
    samples.workbook(folder / "设备清单.xlsx", {"清单": [["名称", "数量"], ["核心交换机", 2]]})
    (folder / "运行记录.txt").write_text("试运行期间接口网关运行平稳。", "utf-8")
    (below / "公告.html").write_text("<html><body><h1>招标公告</h1><p>协同办公平台公开招标。</p></body></html>", "utf-8")
    samples.slides(below / "汇报.pptx", [("协同办公平台汇报", "总体架构与接口网关")])
    shutil.copy(folder / "运行记录.txt", below / "运行记录（副本）.txt")
    (below / "损坏.pdf").write_bytes((folder / "竣工验收报告.pdf").read_bytes()[:700])
    (below / "涉密.txt").write_text(f"机密★10年\n\n{SECRET_WORDS}\n关于某工程的报告", "utf-8")
    (below / "空.txt").touch()
    (below / ".DS_Store").write_bytes(b"none of ours")
    (below / "~$会议纪要.docx").write_bytes(b"none of ours")


def test_preparing_makes_one_folder(dangan: Shell) -> None:
    assert {"mongo", "objects", "index", "log", "secret_key"} <= {path.name for path in dangan.data.iterdir()}
    assert (dangan.data / "secret_key").stat().st_mode & 0o777 == 0o600


def test_an_account_from_opening_to_closing(dangan: Shell) -> None:
    made = dangan("user", "add", "lihua", "--role", "unit", "--unit", "省水文局", "--email", "li@example.com",
                  "--password-stdin", typed="Dossier-2026\n")
    assert "lihua" in made.out
    assert "Dossier-2026" not in made.out
    generated = dangan("user", "add", "wang", "--role", "archivist").out.split("：")[-1].strip()
    assert len(generated) >= 12
    assert dangan("user", "add", "lihua", "--role", "auditor", status=2).err.count("\n") == 1
    assert dangan("user", "add", "zhao", "--role", "unit", "--unit", "省水文局", "--password-stdin", status=2,
                  typed="short\n").err.startswith("口令")

    listed = dangan("user", "list", "--json").json
    assert listed["total"] == len(listed["items"]) == 2
    assert {"name": "lihua", "display_name": "lihua", "role": "unit", "unit": "省水文局", "email": "li@example.com",
            "disabled": False} in listed["items"]

    token = dangan("user", "token", "wang").out.split()[-1]
    assert asked_over_http(dangan, token) == 200
    dangan("user", "disable", "wang")
    assert asked_over_http(dangan, token) == 401
    assert [item["disabled"] for item in dangan("user", "list", "--json").json["items"]] == [False, True]
    assert "nobody" in dangan("user", "token", "nobody", status=2).err


def asked_over_http(dangan: Shell, token: str) -> int:
    system = build(load({"DANGAN_DATA_DIR": str(dangan.data)}))
    try:
        client = create_app(system).test_client()
        return client.get("/api/v1/projects", headers={"Authorization": f"Bearer {token}"}).status_code
    finally:
        system.close()


def test_a_ledger_is_imported_once(ledger: tuple[Path, dict[str, Ran]]) -> None:
    ran = ledger[1]
    created = {"projects": {"created": 2, "updated": 0, "unchanged": 0},
               "contracts": {"created": 1, "updated": 0, "unchanged": 0}, "errors": []}
    assert ran["tried"].json == ran["first"].json == created
    assert ran["empty"].json == {"items": [], "total": 0}, "a dry run wrote something"
    assert ran["again"].json == {"projects": {"created": 0, "updated": 0, "unchanged": 2},
                                 "contracts": {"created": 0, "updated": 0, "unchanged": 1}, "errors": []}


def test_a_csv_changes_what_it_holds_and_nothing_else(dangan: Shell, ledger: object, tmp_path: Path) -> None:
    path = tmp_path / "项目.csv"
    path.write_text(CSV.format("XM-2024-002,水文遥测平台二期,省水文局,购买服务,2024年5月1日"), "gb18030")
    assert "更新 1" in dangan("project", "import", path).out
    shown = dangan("project", "show", "XM-2024-002", "--json").json
    assert (shown["name"], shown["approved_on"], shown["kind"]) == ("水文遥测平台二期", "2024-05-01", "om")


def test_every_bad_cell_is_named_and_nothing_is_taken(dangan: Shell, ledger: object, tmp_path: Path) -> None:
    path = tmp_path / "项目.csv"
    path.write_text(CSV.format("XM-2024-008,好的一行,省水文局,购买服务,2024-05-01\nXM-2024-009,坏的一行,省水文局,租用,二月三十"), "utf-8")
    errors = dangan("project", "import", path, "--json", status=1).json["errors"]
    assert [(error["sheet"], error["row"], error["column"]) for error in errors] == [
        ("项目", 3, "建设方式"), ("项目", 3, "批复日期")]
    assert all(error["message"] for error in errors)
    said = dangan("project", "import", path, status=1).out
    assert "项目 第 3 行 建设方式" in said
    assert "没有导入任何一行" in said
    assert dangan("project", "list", "--json").json["total"] == 2
    assert str(tmp_path) in dangan("project", "import", tmp_path / "没有.xlsx", status=2).err


def test_projects_are_shown_with_dates_and_money(dangan: Shell, ledger: object) -> None:
    listed = dangan("project", "list", "--json").json
    assert (listed["total"], [item["code"] for item in listed["items"]]) == (2, [CODE, "XM-2024-002"])
    shown = dangan("project", "show", CODE, "--json").json
    assert (shown["approved_on"], shown["total_investment_fen"], shown["mode"]) == ("2024-03-01", 325_000_000, "self_build")
    assert [(c["number"], c["end_on"], c["amount_fen"]) for c in shown["contracts"]] == [("HT-001", "2027-04-01", 300_000_000)]
    assert 0 <= shown["completeness"] <= 1
    assert "XM-0" in dangan("project", "show", "XM-0", status=2).err


def test_a_folder_is_filed_whole(ingested: dict[str, dict[str, Any]]) -> None:
    statuses = {name: file["status"] for name, file in ingested.items()}
    assert statuses == {
        "竣工验收报告.pdf": "filed", "会议纪要.docx": "filed", "设备清单.xlsx": "filed", "运行记录.txt": statuses["运行记录.txt"],
        "公告.html": "filed", "汇报.pptx": "filed", "损坏.pdf": "filed", "涉密.txt": "rejected", "空.txt": "rejected",
        "运行记录（副本）.txt": statuses["运行记录（副本）.txt"]}
    pair = [ingested["运行记录.txt"], ingested["运行记录（副本）.txt"]]
    assert sorted(file["status"] for file in pair) == ["duplicate", "filed"]
    assert pair[0]["document"] == pair[1]["document"]
    report = ingested["竣工验收报告.pdf"]
    assert (report["pages"], report["type_source"], report["reason"]) == (2, "recognised", None)
    assert report["chars"] > 20
    assert ingested["损坏.pdf"]["reason"], "why a broken file has no text must be said"
    assert "机密" in ingested["涉密.txt"]["reason"]
    assert ingested["涉密.txt"]["document"] is None


def test_of_a_refused_file_nothing_is_kept(dangan: Shell, ingested: object) -> None:
    kept = [path for path in dangan.data.rglob("*") if path.is_file() and SECRET_WORDS.encode() in path.read_bytes()]
    assert kept == []


@pytest.mark.parametrize(("question", "filters", "found"), [
    ("接口", (), {"会议纪要.docx", "运行记录.txt", "汇报.pptx"}),
    ("协同办公平台 -招标", ("--type", "meeting_minutes"), {"会议纪要.docx"}),
    ("验收", ("--from", "2025-02-01", "--to", "2025-03-31"), {"竣工验收报告.pdf"}),
    ("接口", ("--project", "XM-2024-002"), set()),
    ("接口", ("--as", "shuiwen"), set()),
    ("接口", ("--as", "shenji"), {"会议纪要.docx", "运行记录.txt", "汇报.pptx"})])
def test_what_was_filed_is_found(dangan: Shell, readers: object, ingested: object, question: str, filters: tuple[str, ...],
                                 found: set[str]) -> None:
    answer = dangan("search", question, *filters, "--json").json
    assert {item["filename"].replace("（副本）", "") for item in answer["items"]} == found
    assert answer["total"] == len(found)


@pytest.fixture(scope="module")
def readers(dangan: Shell) -> None:
    dangan("user", "add", "shuiwen", "--role", "unit", "--unit", "省水文局")
    dangan("user", "add", "shenji", "--role", "auditor")


def test_search_shows_so_many_and_counts_all(dangan: Shell, ingested: object) -> None:
    answer = dangan("search", "接口", "--limit", "1", "--json").json
    assert (len(answer["items"]), answer["total"]) == (1, 3)
    assert "<mark>接口</mark>" in answer["items"][0]["snippet"]
    said = dangan("search", "接口").out
    assert "【接口】" in said
    assert "共 3 件" in said
    assert dangan("search", "接口", "--type", "没有这种", status=2).err
    assert dangan("search", "接口", "--as", "nobody", status=2).err


def test_the_rules_are_checked_as_of_a_day(dangan: Shell, ledger: object) -> None:
    late = dangan("check", "--as-of", "2026-03-02", "--json", status=1).json
    assert late["as_of"] == "2026-03-02"
    assert {finding["outcome"] for finding in late["findings"]} >= {"failed", "not_applicable"}
    breach = next(finding for finding in late["findings"] if finding["outcome"] == "failed")
    assert breach["clause"]
    assert breach["reason"]
    assert breach["steps"]
    early = dangan("check", "--project", CODE, "--rule", breach["rule"], "--as-of", "2024-03-02", "--json", status=None).json
    assert {(finding["rule"], finding["project"]) for finding in early["findings"]} == {(breach["rule"], CODE)}
    one = dangan("check", "--project", breach["project"], "--rule", breach["rule"], "--as-of", "2026-03-02", status=1).out
    assert breach["rule"] in one
    assert "R99-9" in dangan("check", "--rule", "R99-9", status=2).err


def test_a_job_is_run_by_hand(dangan: Shell, ingested: object) -> None:
    ran = dangan("jobs", "run", "compliance.nightly", "--as-of", "2026-03-02", "--json").json
    assert (ran["job"], ran["day"], ran["outcome"], ran["result"]["projects"]) == ("compliance.nightly", "2026-03-02", "done", 2)
    listed = {item["id"]: item for item in dangan("jobs", "list", "--json").json["items"]}
    assert {"compliance.nightly", "notices.daily", "archive.fixity"} <= listed.keys()
    assert listed["compliance.nightly"]["last_outcome"] == "done"
    assert "no.such" in dangan("jobs", "run", "no.such", status=2).err


def test_verify_is_clean_until_a_byte_is_turned(dangan: Shell, ingested: dict[str, dict[str, Any]]) -> None:
    clean = dangan("verify", "--json").json
    assert clean["problems"] == []
    assert clean["checked"]["files"] == clean["checked"]["indexed"] == len(
        [file for file in ingested.values() if file["status"] == "filed"])
    victim = max((path for path in dangan.data.joinpath("objects").rglob("*") if path.is_file()), key=_size)
    content = victim.read_bytes()
    victim.chmod(0o600)
    victim.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    try:
        problems = dangan("verify", "--all", "--json", status=1).json["problems"]
    finally:
        victim.write_bytes(content)
    assert len(problems) == 1
    assert victim.name.rpartition(":")[2] in problems[0]
    assert "抽查" in dangan("verify", "--sample", "1").out


def _size(path: Path) -> int:
    return path.stat().st_size


def test_the_index_is_rebuilt(dangan: Shell, ingested: object) -> None:
    before = dangan("search", "接口", "--json").json
    assert str(dangan("verify", "--json").json["checked"]["documents"]) in dangan("reindex").out
    assert {**dangan("search", "接口", "--json").json, "items": None} == {**before, "items": None}


def test_doctor_names_the_engines(dangan: Shell) -> None:
    checks = {check["name"]: check for check in dangan("doctor", "--json").json["checks"]}
    assert {"内置 mongod", "检索索引", "磁盘", "权限", "时钟"} <= checks.keys()
    assert all(check["advice"] for check in checks.values() if check["state"] != "ok")


@pytest.mark.parametrize(("settings", "named"), [
    ({"DANGAN_MAX_UPLOAD": "plenty"}, "DANGAN_MAX_UPLOAD"), ({"DANGAN_BASE_URI": "x"}, "DANGAN_BASE_URL"),
    ({"DANGAN_TIMEZONE": "Mars/Olympus"}, "DANGAN_TIMEZONE"),
    ({"DANGAN_MONGODB_URL": "mongodb://127.0.0.1:9/"}, "DANGAN_SECRET_KEY"),
    ({"DANGAN_CONFIG": "/no/such/file.toml"}, "DANGAN_CONFIG")])
def test_a_wrong_setting_is_one_sentence(dangan: Shell, settings: dict[str, str], named: str) -> None:
    ran = dangan("project", "list", status=2, **settings)
    assert named in ran.err
    assert ran.err.count("\n") == 1
    assert ran.out == ""


@pytest.mark.parametrize("arguments", [
    ("nonsense",), ("project", "list", "--nonsense"), ("search",), ("ingest", "x.pdf"), ("verify", "--all", "--sample", "3"),
    ("user", "add", "x", "--role", "king"), ("check", "--as-of", "tomorrow"), ("ingest", "/no/such/file", "--project", CODE)])
def test_wrong_usage_is_one_sentence(dangan: Shell, arguments: tuple[str, ...]) -> None:
    ran = dangan(*arguments, status=2)
    assert ran.err.count("\n") == 1
    assert "用法有误" in ran.err


def test_an_engine_that_is_not_there_has_a_status_of_its_own(unreachable: Any) -> None:
    out, err = unreachable.communicate(timeout=60)
    assert (unreachable.returncode, out, err.count("\n")) == (3, "", 1)
    assert "MongoDB" in err


def test_a_ledger_row_may_be_corrected_and_imported_again(dangan: Shell, ledger: tuple[Path, object], tmp_path: Path) -> None:
    path = tmp_path / "台账.xlsx"
    write_ledger(path, [replace(PROJECT, contact="赵工")], [CONTRACT])
    assert dangan("project", "import", path, "--json").json["projects"] == {"created": 0, "updated": 1, "unchanged": 0}
    assert dangan("project", "import", path, "--json").json["projects"] == {"created": 0, "updated": 0, "unchanged": 1}

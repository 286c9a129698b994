"""`dangan import` as its user meets it: what it says, its exit status, the file of rejected rows that goes in again."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.mongo.embedded import EmbeddedMongo
from tests.functional.shell import Shell

LEDGER = "项目编号,项目名称,项目单位,建设方式\nXM-1,一体化协同办公平台,省数字政务厅,自行建设\n"


@pytest.fixture(scope="module")
def dangan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    folder = tmp_path_factory.mktemp("import")
    shell = Shell(folder / "var")
    (folder / "台账.csv").write_text(LEDGER, encoding="utf-8")
    with EmbeddedMongo.attach(shell.data):
        shell("project", "import", folder / "台账.csv")
        yield shell


def test_a_manifest_is_tried_imported_corrected_and_imported_again(dangan: Shell, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("第一次例会会议纪要，讨论数据归集", encoding="utf-8")
    (tmp_path / "b.txt").write_text("第二次例会会议纪要", encoding="utf-8")
    manifest = tmp_path / "清单.csv"
    manifest.write_text("文件路径,项目编号,题名\na.txt,XM-1,甲\nb.txt,XM-9,乙\nc.txt,XM-1,丙\n", encoding="utf-8")
    tried = dangan("import", manifest, "--dry-run", status=1)
    assert "第 3 行 项目编号：没有找到项目“XM-9”" in tried.out
    assert "第 4 行 文件路径：没有文件“c.txt”" in tried.out
    assert "会收入 1，重复 0，不收入 2。仅检查，未写入。" in tried.out
    assert dangan("import", manifest, "--dry-run", "--json", status=1).json["new"] == 1

    report = dangan("import", manifest, "--json", status=1).json
    assert (report["filed"], report["duplicates"], report["rejected"]) == (1, 0, 2)
    shown = dangan("receipt", "show", *report["receipts"], "--json").json
    assert shown["channel"] == "manifest"
    assert dangan("search", "数据归集", "--json").json["total"] == 1
    rejects = Path(report["rejects"])
    assert rejects == tmp_path / "清单.未收入.csv"
    rejects.write_text(rejects.read_text(encoding="utf-8-sig").replace("XM-9", "XM-1"), encoding="utf-8")
    again = dangan("import", rejects, "--json", status=1).json
    assert (again["filed"], again["duplicates"], again["rejected"]) == (1, 0, 1)
    with Path(again["rejects"]).open(encoding="utf-8-sig", newline="") as stream:
        assert [row["文件路径"] for row in csv.DictReader(stream)] == ["c.txt"]


@pytest.mark.parametrize(("name", "content", "says"), [
    ("a.csv", "文件路经,项目编号\n", "您要填的是“文件路径”吗"), ("a.xlsx", "x", "不支持此格式"), ("a.json", "{}", "JSON 列表")])
def test_what_is_no_manifest_ends_with_one_sentence(dangan: Shell, tmp_path: Path, name: str, content: str, says: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    ran = dangan("import", tmp_path / name, status=2)
    assert says in ran.err
    assert ran.err.count("\n") == 1


def test_somebody_who_may_not_file_is_told_so(dangan: Shell, tmp_path: Path) -> None:
    dangan("user", "add", "auditor", "--role", "auditor")
    (tmp_path / "a.txt").write_text("内容", encoding="utf-8")
    (tmp_path / "清单.csv").write_text("path,project\na.txt,XM-1\n", encoding="utf-8")
    assert "document:file" in dangan("import", tmp_path / "清单.csv", "--as", "auditor", status=2).err

"""`dangan derive` as its user meets it, also where it is killed: what it says, its exit status, and that it goes on."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest

from archive.models import TextRecord
from archive.models.connection import connect, disconnect
from archive.mongo.embedded import EmbeddedMongo
from archive.transaction import collection
from tests.functional.shell import Shell

LEDGER = "项目编号,项目名称,项目单位,建设方式\nXM-1,一体化协同办公平台,省数字政务厅,自行建设\n"
FILES = 60


@pytest.fixture(scope="module")
def dangan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    folder = tmp_path_factory.mktemp("derive")
    shell = Shell(folder / "var")
    (folder / "台账.csv").write_text(LEDGER, encoding="utf-8")
    files = folder / "文件"
    files.mkdir()
    for number in range(FILES):
        (files / f"第{number}次例会纪要.txt").write_text(f"第{number}次例会会议纪要，讨论数据归集", encoding="utf-8")
    with EmbeddedMongo.attach(shell.data) as mongo:
        shell("project", "import", folder / "台账.csv")
        shell("ingest", files, "--project", "XM-1")
        connect(mongo.url)
        yield shell
        disconnect()


def age() -> None:
    collection(TextRecord).update_many({}, {"$set": {"reader": "python 3.6.1"}})


def left() -> int:
    return int(TextRecord.objects(reader="python 3.6.1").count())


def test_it_says_what_is_old_makes_it_anew_and_goes_on_after_a_kill(dangan: Shell) -> None:
    assert "没有需要重新生成的内容" in dangan("derive").out
    age()
    tried = dangan("derive", "text", "--dry-run")
    assert f"文字与属性：{FILES} 件，其中 {FILES} 件需要重新生成（python 3.6.1 {FILES} 件）" in tried.out
    assert left() == FILES
    process = dangan.start("derive", "text", "--no-wait")
    while process.poll() is None and left() == FILES:
        pass
    process.send_signal(signal.SIGKILL)
    process.wait()
    for stream in (process.stdout, process.stderr):
        if stream:
            stream.close()
    assert 0 < (some := left()) < FILES, "killed on its way"
    report = dangan("derive", "text", "--json").json
    assert (report["done"], report["failed"], report["total"]) == ({"text": some}, {"text": 0}, {"text": some})
    assert left() == 0
    assert dangan("search", "数据归集", "--json").json["total"] == FILES
    assert dangan("derive", "--dry-run", "--json").json["kinds"]["text"] == {"there": FILES, "old": 0, "by": {}}


def test_separator_sheets_are_printed_for_who_may_file(dangan: Shell, tmp_path: Path) -> None:
    sheets = tmp_path / "分隔页.pdf"
    said = dangan("separators", "XM-1", "-o", sheets, "--type", "acceptance_opinion", "--type", "meeting_minutes").out
    assert "共 2 页" in said
    with pypdfium2.PdfDocument(sheets) as printed:
        assert len(printed) == 2
    assert "XM-9" in dangan("separators", "XM-9", "-o", sheets, status=2).err
    assert "no_such_type" in dangan("separators", "XM-1", "-o", sheets, "--type", "no_such_type", status=2).err
    dangan("user", "add", "auditor", "--role", "auditor")
    assert "document:file" in dangan("separators", "XM-1", "-o", tmp_path / "b.pdf", "--as", "auditor", status=2).err
    assert not (tmp_path / "b.pdf").exists()


def test_what_is_no_kind_no_project_or_not_permitted_ends_with_one_sentence(dangan: Shell, tmp_path: Path) -> None:
    assert "XM-9" in dangan("derive", "--project", "XM-9", "--dry-run", status=2).err
    assert dangan("derive", "everything", status=2).err.count("\n") == 1
    dangan("user", "add", "archivist", "--role", "archivist")
    assert "derived:renew" in dangan("derive", "--as", "archivist", status=2).err

"""The formats before 2007, Kingsoft's included: text in order, by sheet and slide, properties, locks and damage."""

import os
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from ingest.extractors import Extraction, Source, UnreadableFile, extract
from ingest.media_types import identify
from tests import old_office, samples


def read(path: Path) -> Extraction:
    return extract(Source(path, identify(path, path.name), path.name))


@pytest.mark.parametrize("name", ["合同.doc", "合同.wps", "没有后缀"])
def test_a_document_is_read_by_its_pieces(tmp_path: Path, name: str) -> None:
    text = "依据GB/T 22239-2019。\r序号\x07名称\x07\x071\x07交换机\x07\x07第\x13 PAGE \x143\x15页\x0b完\r"
    found = read(old_office.doc(tmp_path / name, text, header="机密页眉\r", narrow="Report – 2024\r"))
    assert found.pages == ("Report – 2024\n依据GB/T 22239-2019。\n序号\t名称\n1\t交换机\n第3页\n完\n机密页眉",)
    assert found.page_count == 1


def test_a_document_of_the_nineties_is_in_the_code_page_of_its_time(tmp_path: Path) -> None:
    assert read(old_office.word6(tmp_path / "a.doc", "关于验收的请示\r正文\r")).pages == ("关于验收的请示\n正文\n",)


def test_a_workbook_is_read_sheet_by_sheet(tmp_path: Path) -> None:
    found = read(old_office.xls(tmp_path / "a.et", {"设备清单": [["序号", "名称"], [1.0, "交换机"]], "Sheet2": [["合计", 123.5]]}))
    assert (found.pages, found.page_count) == (("设备清单\n序号\t名称\n1\t交换机", "合计\t123.5"), 2)
    assert found.headings == ("设备清单",)


def test_a_show_is_read_slide_by_slide_as_of_its_last_save(tmp_path: Path) -> None:
    found = read(old_office.ppt(tmp_path / "a.dps", [("项目汇报", "建设内容"), ("结论", "通过验收")], note="备注", stale="已删去的一页"))
    assert found.pages == ("项目汇报\n建设内容", "结论\n通过验收\n备注")
    assert (found.page_count, found.headings) == (2, ("项目汇报", "结论"))


@pytest.mark.parametrize("make", [lambda p: old_office.doc(p, "x", locked=True), lambda p: old_office.ppt(p, [("x", "y")], locked=True)])
def test_a_password_is_a_reason(tmp_path: Path, make: object) -> None:
    with pytest.raises(UnreadableFile, match="密码"):
        read(make(tmp_path / "a"))  # type: ignore[operator]


@pytest.mark.parametrize("stream", ["WordDocument", "PowerPoint Document", "Workbook"])
def test_what_only_has_the_name_of_a_document_is_damaged(tmp_path: Path, stream: str) -> None:
    with pytest.raises(UnreadableFile):
        read(samples.ole2(tmp_path / "a", stream))


@pytest.mark.parametrize("kind", ["doc", "xls", "ppt", "msg"])
def test_torn_and_changed_files_are_read_or_refused(tmp_path: Path, kind: str) -> None:
    make = {"doc": lambda p: old_office.doc(p, "正文" * 500), "xls": lambda p: old_office.xls(p, {"表": [["值"]]}),
            "ppt": lambda p: old_office.ppt(p, [("题", "文")] * 5), "msg": lambda p: old_office.msg(p, "题", "文")}[kind]
    whole = make(tmp_path / "whole").read_bytes()
    media_type = identify(tmp_path / "whole", "a")
    for at in range(80, len(whole), max(len(whole) // 30, 1)):
        for broken in (whole[:at], whole[:at] + b"\xff\xff\xff\x7f" + whole[at + 4:]):
            path = tmp_path / "broken"
            path.write_bytes(broken)
            with suppress(UnreadableFile):    # anything else is a fault of ours
                assert isinstance(extract(Source(path, media_type, "a")), Extraction)


@pytest.mark.parametrize(("kind", "expected"), [
    ("doc", ("关于验收的批复\n依据GB/T 22239-2019，合同金额1,234.56元。\n序号\t名称\n1\t交换机",)),
    ("rtf", ("关于验收的批复\n依据GB/T 22239-2019，合同金额1,234.56元。\n序号\t名称\n1\t交换机",)),
    ("odt", ("关于验收的批复\n依据GB/T 22239-2019，合同金额1,234.56元。\n序号\t名称\n1\t交换机",)),
    ("xls", ("设备\n名称\t金额\n交换机\t1234.5", "合计\n表二")), ("ods", ("设备\n名称\t金额\n交换机\t1234.5", "合计\n表二")),
    ("ppt", ("题一\n文一", "题二\n文二\n备注")), ("odp", ("题一\n文一", "题二\n文二\n备注"))])
def test_files_written_by_an_office_program_are_read(tmp_path: Path, kind: str, expected: tuple[str, ...]) -> None:
    office = shutil.which("soffice")
    if office is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("soffice is not installed (Debian: libreoffice-writer-nogui, "
                                                               "libreoffice-calc-nogui, libreoffice-impress-nogui)")
    if kind in {"doc", "rtf", "odt"}:
        source = samples.word(tmp_path / "a.docx", title="关于验收的批复", paragraphs=["依据GB/T 22239-2019，合同金额1,234.56元。"],
                              rows=[["序号", "名称"], ["1", "交换机"]])
    elif kind in {"xls", "ods"}:
        source = samples.workbook(tmp_path / "a.xlsx", {"设备": [["名称", "金额"], ["交换机", 1234.5]], "表二": [["合计"]]})
    else:
        source = samples.slides(tmp_path / "a.pptx", [("题一", "文一"), ("题二", "文二")], notes="备注")
    subprocess.run([office, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to", kind,
                    "--outdir", str(tmp_path), str(source)], check=True, capture_output=True, timeout=120)
    found = read(tmp_path / f"a.{kind}")
    assert tuple(page.strip() for page in found.pages) == expected
    assert found.page_count == len(expected)

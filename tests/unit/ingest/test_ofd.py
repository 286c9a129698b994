"""OFD: the text as the page shows it, what is attached, and whether what was sealed is still what was sealed."""

from pathlib import Path

import pytest

from archive.remarks import Severity
from ingest.extractors import Extraction, Source, UnreadableFile, extract
from ingest.extractors._seals import seal_name, sealed_digests
from ingest.media_types import DOCX
from tests import format_samples, samples

PAGES = [["关于验收的批复", "同意通过竣工验收。"], ["第二页内容"]]


def read(path: Path, **limits: int) -> Extraction:
    return extract(Source(path, "application/ofd", path.name, **limits))


def codes(extraction: Extraction) -> list[str]:
    return [remark.code for remark in extraction.remarks]


def test_text_properties_and_attachments_are_read(tmp_path: Path) -> None:
    found = read(format_samples.ofd(tmp_path / "a.ofd", PAGES, attachment=("清单", b"x"), watermark="内部资料",
                                    hidden_note="看不见的话"))
    assert found.pages == ("关于验收的批复\n同意通过竣工验收。\n内部资料", "第二页内容")
    assert found.page_count == 2
    assert found.properties == {"title": "关于验收的批复", "author": "办公室", "created": "2024-03-01", "creator": "版式软件",
                                "attachments": "清单.bin"}
    assert codes(found) == ["file.attachments"]
    assert "清单.bin" in found.remarks[0].text
    assert found.engine.startswith("ofdkit ")


def test_a_page_without_text_is_named_for_recognition(tmp_path: Path) -> None:
    found = read(format_samples.ofd(tmp_path / "a.ofd", [PAGES[0], [], PAGES[1]]))
    assert found.image_pages == (2,)


def test_a_note_on_a_page_is_no_text_of_its_own(tmp_path: Path) -> None:
    found = read(format_samples.ofd(tmp_path / "a.ofd", [[], PAGES[0]], watermark="内部资料"))
    assert found.pages[0] == "内部资料"
    assert found.image_pages == (1,)


def test_a_seal_over_unchanged_parts_is_intact(tmp_path: Path) -> None:
    found = read(format_samples.ofd(tmp_path / "a.ofd", PAGES, seal="某某局公章"))
    remark = found.remarks[0]
    assert (remark.code, remark.severity, remark.pages) == ("signature.intact", Severity.INFO, (1,))
    for said in ("某某局公章", "2024-03-01", "SM3", "4 个部分", "证书信任未校验"):
        assert said in remark.text


@pytest.mark.parametrize(("part", "old", "new", "said"), [
    ("Doc_0/Pages/Page_1/Content.xml", "第二页内容", "改过的内容", "第 2 页（Doc_0/Pages/Page_1/Content.xml）"),
    ("Doc_0/Document.xml", "297", "298", "Doc_0/Document.xml"),
    ("Doc_0/Signs/Sign_0/Signature.xml", 'ProviderName="tests"', 'ProviderName="other"', "与签名值不符")])
def test_a_part_changed_after_sealing_is_named(tmp_path: Path, part: str, old: str, new: str, said: str) -> None:
    path = format_samples.ofd(tmp_path / "a.ofd", PAGES, seal="某某局公章")
    found = read(format_samples.changed_member(path, part, old.encode(), new.encode()))
    assert (found.remarks[0].code, found.remarks[0].severity) == ("signature.broken", Severity.PROBLEM)
    assert said in found.remarks[0].text
    assert found.pages[0].startswith("关于验收的批复")


def test_a_part_that_is_gone_and_a_digest_nobody_knows_are_said(tmp_path: Path) -> None:
    path = format_samples.ofd(tmp_path / "a.ofd", PAGES, seal="甲", extra={"Doc_0/Res.xml": b"<r/>"})
    description = samples.member(path, "Doc_0/Signs/Sign_0/Signature.xml")
    unknown = description.replace(b"1.2.156.10197.1.401", b"1.2.156.10197.1.999")
    found = read(samples.with_member(path, "Doc_0/Signs/Sign_0/Signature.xml", unknown))
    assert codes(found) == ["signature.unchecked"]
    assert "1.2.156.10197.1.999" in found.remarks[0].text
    missing = description.replace(b"/Doc_0/Res.xml", b"/Doc_0/Gone.xml")
    found = read(samples.with_member(path, "Doc_0/Signs/Sign_0/Signature.xml", missing))
    assert "Gone.xml（缺失）" in found.remarks[0].text


def test_the_protection_of_the_whole_names_what_came_later(tmp_path: Path) -> None:
    path = format_samples.ofd(tmp_path / "a.ofd", PAGES, entries=True)
    assert codes(read(path)) == ["integrity.listed"]
    found = read(samples.with_member(path, "Doc_0/Later.xml", b"<x/>"))
    assert codes(found) == ["integrity.broken"]
    assert "Doc_0/Later.xml" in found.remarks[0].text


def test_a_quick_look_reads_few_pages_and_checks_no_seal(tmp_path: Path) -> None:
    found = read(format_samples.ofd(tmp_path / "a.ofd", [["页"]] * 5, seal="甲"), max_pages=3)
    assert (len(found.pages), found.page_count, found.complete, codes(found)) == (3, 5, False, [])


def test_the_signed_value_gives_name_and_digest_or_nothing(tmp_path: Path) -> None:
    value = format_samples.seal_value("公章", b"d" * 32)
    assert (seal_name(value), sealed_digests(value)) == ("公章", {b"d" * 32})
    for cut in range(len(value)):
        assert seal_name(value[:cut]) == ""    # the outermost length no longer fits
        assert sealed_digests(value[:cut]) == set()
    assert sealed_digests(b"\x30\x80" * 1000) == set()


@pytest.mark.parametrize("members", [
    {"OFD.xml": b"<ofd:OFD xmlns:ofd='http://www.ofdspec.org/2016'/>"}, {"OFD.xml": b"not xml"},
    {"OFD.xml": b"<!DOCTYPE x [<!ENTITY e 'x'>]><OFD>&e;</OFD>"}])
def test_what_is_no_whole_ofd_is_refused_with_a_reason(tmp_path: Path, members: dict[str, bytes]) -> None:
    with pytest.raises(UnreadableFile, match="OFD"):
        read(samples.archive(tmp_path / "a.ofd", members))


@pytest.mark.parametrize("kind", ["ofd", "docx"])
def test_a_directory_that_asks_for_what_no_zip_has_is_a_reason(tmp_path: Path, kind: str) -> None:
    path = format_samples.ofd(tmp_path / "a.ofd", PAGES) if kind == "ofd" else samples.word(tmp_path / "a.docx", title="甲")
    data = bytearray(path.read_bytes())
    data[data.rindex(b"PK\x01\x02") + 6] = 244    # the version needed to unpack a member
    path.write_bytes(data)
    media_type = "application/ofd" if kind == "ofd" else DOCX
    with pytest.raises(UnreadableFile, match="损坏"):
        extract(Source(path, media_type, path.name))


def test_a_member_that_lost_its_name_is_a_reason(tmp_path: Path) -> None:
    data = bytearray(format_samples.ofd(tmp_path / "a.ofd", PAGES).read_bytes())
    at = data.rindex(b"PK\x01\x02")
    data[at + 28:at + 30], data[at + 30:at + 32] = bytes(2), data[at + 28:at + 30]    # all of the name is called extra
    (path := tmp_path / "b.ofd").write_bytes(data)
    with pytest.raises(UnreadableFile, match="损坏"):
        read(path)


def test_a_page_that_unpacks_beyond_all_measure_is_a_bomb_and_costs_that_page(tmp_path: Path) -> None:
    path = format_samples.ofd(tmp_path / "a.ofd", PAGES, extra={"Doc_0/Pages/Page_1/Content.xml": b" " * (65 << 20)})
    found = read(path)
    assert found.pages[1] == ""
    assert "第2页损坏" in found.warnings[0]

"""What a PDF says of itself and carries beside its text; which pages wait for recognition; whether signatures hold."""

from pathlib import Path

import pytest

from archive.remarks import Severity
from ingest.extractors import Extraction, Source, extract
from tests import format_samples, samples

TEXT = ["依据GB/T 22239-2019的要求，专家组于2024年3月1日召开验收会，合同金额为人民币1,234,567.89元，项目经理为张三"]


def read(path: Path, **limits: int) -> Extraction:
    return extract(Source(path, "application/pdf", path.name, **limits))


def codes(extraction: Extraction) -> list[str]:
    return [remark.code for remark in extraction.remarks]


def test_a_plain_file_has_properties_and_no_remarks(tmp_path: Path) -> None:
    found = read(samples.pdf(tmp_path / "a.pdf", [TEXT]))
    assert found.remarks == ()
    assert found.image_pages == ()
    assert found.properties["pdf_version"] == "1.3"
    assert "ReportLab" in found.properties["producer"]
    assert found.properties["created"] == "2000-01-01T00:00:00+00:00"


def test_pictures_of_text_are_told_from_text(tmp_path: Path) -> None:
    assert read(samples.scanned_pdf(tmp_path / "a.pdf")).image_pages == (1, 2)
    stamped = read(format_samples.scan_with_stamp(tmp_path / "b.pdf"))
    assert stamped.image_pages == (1, 2)
    assert stamped.pages[1].strip() == "- 2 -"
    assert read(samples.pdf(tmp_path / "c.pdf", [["短"]])).image_pages == ()


def test_garbled_pages_wait_for_recognition_too(tmp_path: Path) -> None:
    wrong = [samples.WRONG_CHARACTERS[n:n + 40] for n in range(0, 80, 40)]
    assert read(samples.pdf(tmp_path / "a.pdf", [TEXT, wrong[:1], TEXT * 3])).image_pages == (2,)
    assert read(samples.pdf(tmp_path / "b.pdf", [wrong, wrong])).image_pages == (1, 2)


def test_attachments_layers_scripts_and_dynamic_forms_are_said(tmp_path: Path) -> None:
    found = read(format_samples.loaded_pdf(tmp_path / "a.pdf", attachment="清单.csv", layers=["底图", "批注"], hidden=["批注"],
                                           script=True, form=True))
    assert sorted(codes(found)) == ["file.active", "file.attachments", "file.dynamic-form", "layers.hidden"]
    assert (found.properties["attachments"], found.properties["layers"], found.properties["title"]) == (
        "清单.csv", "2", "附件齐全的文件")
    assert next("“批注”" in r.text or "（批注）" in r.text for r in found.remarks if r.code == "layers.hidden")


def test_layers_that_all_show_are_no_remark(tmp_path: Path) -> None:
    found = read(format_samples.loaded_pdf(tmp_path / "a.pdf", layers=["底图"]))
    assert (codes(found), found.properties["layers"]) == ([], "1")


def test_a_lock_on_rights_is_said_and_does_not_hinder_reading(tmp_path: Path) -> None:
    import pikepdf

    path = samples.pdf(tmp_path / "a.pdf", [TEXT])
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(owner="o", user="", allow=pikepdf.Permissions(
            extract=False, print_highres=False, print_lowres=False)))
    found = read(path)
    assert "验收会" in found.pages[0]
    assert codes(found) == ["file.restricted"]
    assert found.properties["encryption"] == "限制打印、复制文字"


def test_a_signature_over_an_unchanged_file_is_intact(tmp_path: Path) -> None:
    found = read(format_samples.signed_pdf(tmp_path / "a.pdf", "某某公司"))
    assert (codes(found), found.remarks[0].severity) == (["signature.intact"], Severity.INFO)
    assert "某某公司" in found.remarks[0].text
    assert "证书信任未校验" in found.remarks[0].text


def test_a_changed_byte_breaks_the_signature(tmp_path: Path) -> None:
    path = format_samples.signed_pdf(tmp_path / "a.pdf")
    data = path.read_bytes()
    at = data.index(b"/MediaBox")
    path.write_bytes(data[:at] + data[at:at + 60].replace(b"841", b"842") + data[at + 60:])
    found = read(path)
    assert (codes(found), found.remarks[0].severity) == (["signature.broken"], Severity.PROBLEM)
    assert "被改动" in found.remarks[0].text


def test_pages_added_after_signing_break_it(tmp_path: Path) -> None:
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    path = format_samples.signed_pdf(tmp_path / "a.pdf")
    with path.open("rb+") as file:
        writer = IncrementalPdfFileWriter(file)
        page = writer.root["/Pages"]["/Kids"][0]
        page[generic.pdf_name("/Rotate")] = generic.NumberObject(180)
        writer.mark_update(writer.root["/Pages"]["/Kids"].raw_get(0))
        writer.write_in_place()
    found = read(path)
    assert codes(found) == ["signature.broken"]
    assert "追加" in found.remarks[0].text


def test_a_signature_that_is_none_is_unchecked(tmp_path: Path) -> None:
    path = format_samples.signed_pdf(tmp_path / "a.pdf")
    data = path.read_bytes()
    at = data.index(b"/Contents <") + 11
    path.write_bytes(data[:at] + b"00" * 200 + data[at + 400:])
    assert codes(read(path)) == ["signature.unchecked"]


def test_a_quick_look_at_a_long_file_looks_no_deeper(tmp_path: Path) -> None:
    path = samples.pdf(tmp_path / "a.pdf", [TEXT] * 5)
    assert (read(path, max_pages=3).properties, read(path, max_pages=5).properties["pdf_version"]) == ({}, "1.3")


@pytest.mark.parametrize(("inside", "said"), [
    (b"<rdf pdfaid:part='1' pdfaid:conformance='B'/>", "PDF/A-1b"), (b"<pdfaid:part>4</pdfaid:part>", "PDF/A-4"), (b"", None)])
def test_the_archival_profile_a_file_claims_is_kept(tmp_path: Path, inside: bytes, said: str | None) -> None:
    path = samples.pdf(tmp_path / "a.pdf", [TEXT])
    path.write_bytes(path.read_bytes() + b"% " + inside + b"\n")
    assert read(path).properties.get("pdfa") == said

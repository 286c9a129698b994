from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.media_types import DOCX, EMPTY, OFD, OLE2, PPTX, UNKNOWN, XLSX, ZIP, disagreement, identify
from tests import samples


def write(folder: Path, data: bytes) -> Path:
    path = folder / "x"
    path.write_bytes(data)
    return path


def test_office_files_are_told_apart_by_their_parts_whatever_their_name(tmp_path: Path) -> None:
    assert identify(samples.word(tmp_path / "w", title="甲"), "改了名.zip") == DOCX
    assert identify(samples.workbook(tmp_path / "x", {"表": [["a"]]}), "台账") == XLSX
    assert identify(samples.slides(tmp_path / "p", [("题", "文")]), "汇报.docx") == PPTX


def test_ofd_is_known_by_its_root_member_and_is_no_plain_zip(tmp_path: Path) -> None:
    assert identify(samples.ofd(tmp_path / "o"), "公文.zip") == OFD
    assert identify(samples.archive(tmp_path / "z", {"a.txt": b"a"}), "公文.ofd") == ZIP


def test_opendocument_names_itself(tmp_path: Path) -> None:
    path = samples.archive(tmp_path / "t", {"mimetype": b"application/vnd.oasis.opendocument.text"})
    assert identify(path, "t.odt") == "application/vnd.oasis.opendocument.text"


@pytest.mark.parametrize(("stream", "media_type"), [
    ("WordDocument", "application/msword"), ("Workbook", "application/vnd.ms-excel"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"), ("Anything", OLE2)])
def test_old_office_files_are_told_apart_by_their_streams(tmp_path: Path, stream: str, media_type: str) -> None:
    assert identify(samples.ole2(tmp_path / "o", stream), "文件.wps") == media_type


def test_the_directory_of_an_old_office_file_may_go_on_in_further_sectors(tmp_path: Path) -> None:
    path = samples.ole2(tmp_path / "o", *(f"Stream {n}" for n in range(9)), "WordDocument")
    assert identify(path, "x") == "application/msword"


def test_an_office_file_under_a_password_keeps_the_type_of_its_name(tmp_path: Path) -> None:
    path = samples.ole2(tmp_path / "o", "EncryptionInfo", "EncryptedPackage")
    assert [identify(path, name) for name in ("a.docx", "a.xlsx", "a")] == [DOCX, XLSX, OLE2]


def test_a_damaged_container_keeps_the_type_of_its_name(tmp_path: Path) -> None:
    whole = samples.word(tmp_path / "w", title="甲").read_bytes()
    assert identify(write(tmp_path, whole[:len(whole) // 2]), "a.docx") == DOCX
    assert identify(write(tmp_path, whole[:len(whole) // 2]), "a.bin") == ZIP


@pytest.mark.parametrize(("data", "media_type"), [
    (b"%PDF-1.7\n", "application/pdf"), (b"\x0a\xa0junk%PDF-1.5", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n....", "image/png"), (b"\xff\xd8\xff\xe0....", "image/jpeg"), (b"II*\x00....", "image/tiff"),
    (b"{\\rtf1 ...", "application/rtf"), (b"\x00\x00\x00\x18ftypmp42", "video/mp4"), (b"", EMPTY),
    (b"\x01\x02\x03\x00\x05", UNKNOWN), (b"Rar!\x1a\x07\x01\x00", "application/vnd.rar")])
def test_magic_numbers_decide(tmp_path: Path, data: bytes, media_type: str) -> None:
    assert identify(write(tmp_path, data), "文件.txt") == media_type


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "big5"])
def test_text_is_text_in_every_encoding_of_the_office(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path, ("關於系統平台的說明，合同及附件\r\n" * 300).encode(encoding))
    assert identify(path, "说明.txt") == "text/plain"
    assert identify(path, "说明.csv") == "text/csv"
    assert identify(path, "说明.pdf") == "text/plain"


@pytest.mark.parametrize("start", ["<!DOCTYPE html><html>", "  <html lang=zh>", "<!-- 导出 --><HTML>", "\ufeff<table>"])
def test_web_pages_are_known_by_their_first_element(tmp_path: Path, start: str) -> None:
    assert identify(write(tmp_path, f"{start}<body>公示".encode()), "a.txt") == "text/html"


def test_xml_is_not_html(tmp_path: Path) -> None:
    assert identify(write(tmp_path, "<?xml version='1.0'?><发票/>".encode()), "发票.xml") == "application/xml"


def test_a_wrong_extension_is_said_in_a_sentence() -> None:
    sentence = disagreement("application/pdf", "合同.docx")
    assert ".docx" in sentence
    assert "application/pdf" in sentence
    assert disagreement("application/pdf", "合同.PDF") == ""
    assert disagreement("application/msword", "合同.wps") == ""
    assert disagreement(UNKNOWN, "没有扩展名") == ""


@given(data=st.binary(max_size=600), magic=st.sampled_from([b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF-"]))
def test_every_file_has_a_media_type(tmp_path_factory: pytest.TempPathFactory, data: bytes, magic: bytes) -> None:
    path = write(tmp_path_factory.getbasetemp(), magic + data)
    assert "/" in identify(path, "x.docx")


def test_a_zip_whose_member_is_damaged_keeps_the_type_of_its_name(tmp_path: Path) -> None:
    path = samples.archive(tmp_path / "z", {"[Content_Types].xml": b"<Types>" + b"x" * 200 + b"</Types>"})
    data = bytearray(path.read_bytes())
    data[60] ^= 0xFF
    assert identify(write(tmp_path, bytes(data)), "合同.docx") == DOCX
    assert identify(write(tmp_path, bytes(data)), "合同") == ZIP


def test_a_zip_that_announces_a_member_list_of_gigabytes_is_not_opened(tmp_path: Path) -> None:
    data = bytearray(samples.word(tmp_path / "w", title="甲").read_bytes())
    data[-10:-6] = (1 << 30).to_bytes(4, "little")
    assert identify(write(tmp_path, bytes(data)), "a.docx") == ZIP


def test_a_zip_of_the_64_bit_kind_announces_its_member_list_in_its_own_record(tmp_path: Path) -> None:
    end = b"PK\x05\x06" + bytes(8) + b"\xff" * 8 + bytes(2)
    record = b"PK\x06\x06" + bytes(36) + (1 << 34).to_bytes(8, "little") + bytes(8)
    locator = b"PK\x06\x07" + bytes(16)
    assert identify(write(tmp_path, b"PK\x03\x04" + record + locator + end), "a.docx") == ZIP

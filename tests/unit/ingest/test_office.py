"""Office files as PDF through the real LibreOffice: every kind, hostile ones, and what is said where it is not there."""

import os
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy
import openpyxl
import pytest
from PIL import Image

from ingest import office
from ingest.media_types import DOCX, PPTX, XLSX, identify
from ingest.office import NoRendition, Office, OfficeLimits
from ingest.rendering import PDF, Renderer
from tests import samples
from tests.unit.ingest.drawing.conftest import TESTDATA, opened

SECRET = "只在别的文件里的秘密"
ODT = "application/vnd.oasis.opendocument.text"


@pytest.fixture(scope="module")
def soffice() -> None:
    if lacking := office.missing_packages():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"LibreOffice is not complete: apt-get install {' '.join(lacking)}")


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    with Renderer() as shared:
        yield shared


def text_of(renderer: Renderer, path: Path, media_type: str) -> str:
    with renderer.rendition(path, media_type) as made:
        overview = renderer.overview(made, PDF, "made.pdf", texts=True)
        assert renderer.page(made, PDF, "made.pdf", overview.count).startswith(b"\x89PNG")
    return "".join("".join(overview.texts).split())


def a_file(folder: Path, kind: str) -> Path:
    path = folder / f"文件.{kind}"
    if kind == "docx":
        return samples.word(path, title="建设方案", paragraphs=["采用密码应用方案。"])
    if kind == "xlsx":
        book = openpyxl.Workbook()
        book.active.append(["密码应用方案", "数量", 3])  # type: ignore[union-attr]
        book.save(path)
        return path
    if kind == "pptx":
        return samples.slides(path, [("密码应用方案", "第一条")])
    path.write_bytes(rb"{\rtf1\ansi\ansicpg936 {\fonttbl{\f0\fcharset134 SimSun;}}\f0 " + b"".join(
        rb"\'%02x" % byte for byte in "密码应用方案".encode("gb18030")) + rb"\par}")
    return path


@pytest.mark.parametrize(("kind", "media_type"), [
    ("docx", DOCX), ("xlsx", XLSX), ("pptx", PPTX), ("rtf", "application/rtf")])
def test_what_is_written_in_an_office_file_is_on_its_pages(
        soffice: None, renderer: Renderer, tmp_path: Path, kind: str, media_type: str) -> None:
    path = a_file(tmp_path, kind)
    before = path.read_bytes()
    assert identify(path, path.name) == media_type
    assert "密码应用方案" in text_of(renderer, path, media_type)
    assert path.read_bytes() == before


def test_an_old_word_file_and_a_renamed_one_are_shown(soffice: None, renderer: Renderer, tmp_path: Path) -> None:
    source = TESTDATA / "mayan-simple_2_page_document.doc"
    if not source.exists():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"the folder of real files is not there: {TESTDATA}")
    for name in ("old.doc", "金山.wps"):
        path = tmp_path / name
        path.write_bytes(source.read_bytes())
        with renderer.rendition(path, identify(path, name)) as made:
            assert renderer.overview(made, PDF, "made.pdf").count == 2


def odt(path: Path, body: str) -> Path:
    spaces = " ".join(f'xmlns:{name}="{address}"' for name, address in {
        "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0", "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
        "draw": "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0", "xlink": "http://www.w3.org/1999/xlink",
        "svg": "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"}.items())
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("mimetype", ODT)
        package.writestr("META-INF/manifest.xml", '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
                         f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{ODT}"/><manifest:file-entry '
                         'manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>')
        package.writestr("content.xml", f'<office:document-content {spaces} office:version="1.2"><office:body><office:text>{body}'
                         "</office:text></office:body></office:document-content>")
    return path


def test_a_file_cannot_pull_in_another_file_of_this_machine(soffice: None, renderer: Renderer, tmp_path: Path) -> None:
    """A linked section: a person's office would ask, a server must not follow."""
    other = odt(tmp_path / "other.odt", f"<text:p>{SECRET}</text:p>")
    plain = tmp_path / "other.txt"
    plain.write_text(SECRET, encoding="utf-8")
    assert SECRET in text_of(renderer, other, ODT)
    body = "<text:p>正文</text:p>" + "".join(
        f'<text:section text:name="s{number}"><text:section-source xlink:type="simple" xlink:href="{path.as_uri()}" '
        f'xlink:show="embed"{more}/></text:section>'
        for number, (path, more) in enumerate(((other, ""), (plain, ' text:filter-name="Text"'))))
    text = text_of(renderer, odt(tmp_path / "a.odt", body), ODT)
    assert "正文" in text
    assert SECRET not in text


def test_a_file_cannot_show_a_picture_of_this_machine(soffice: None, renderer: Renderer, tmp_path: Path) -> None:
    """Without the switch in the profile LibreOffice draws it."""
    Image.new("RGB", (300, 300), (250, 0, 0)).save(tmp_path / "red.png")
    link = f'xlink:type="simple" xlink:href="{(tmp_path / "red.png").as_uri()}" xlink:show="embed" xlink:actuate="onLoad"'
    path = odt(tmp_path / "a.odt", '<text:p>正文<draw:frame svg:width="5cm" svg:height="5cm" text:anchor-type="as-char">'
               f"<draw:image {link}/></draw:frame></text:p>")
    with renderer.rendition(path, ODT) as made:
        pixels = numpy.asarray(opened(renderer.page(made, PDF, "made.pdf", 1)).convert("RGB")).astype(int)
    assert (pixels < 100).all(axis=2).any()
    assert not ((pixels[..., 0] > 200) & (pixels[..., 1] < 60)).any()


@pytest.mark.parametrize("data", [b"PK\x03\x04" + bytes(200), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096)])
def test_a_damaged_file_has_a_reason_that_lasts(soffice: None, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "bad.docx"
    path.write_bytes(data)
    with Office() as made, pytest.raises(NoRendition, match="不能转换") as refused, made.pdf(path, DOCX):
        pass
    assert refused.value.lasting


def test_a_conversion_that_takes_too_long_is_ended_with_all_it_started(soffice: None, tmp_path: Path) -> None:
    path = samples.word(tmp_path / "a.docx", paragraphs=["正文"])
    started = time.monotonic()
    with Office(OfficeLimits(wall_seconds=0.4)) as made, pytest.raises(NoRendition, match=r"超过 0\.4 秒"), made.pdf(path, DOCX):
        pass
    assert time.monotonic() - started < 20
    commands = [line for entry in Path("/proc").glob("[0-9]*/cmdline") if (line := _read(entry)) and str(tmp_path) in line]
    assert not commands


def _read(entry: Path) -> str:
    try:
        return entry.read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""


def test_a_conversion_within_too_little_memory_costs_that_file_only(soffice: None, tmp_path: Path) -> None:
    path = samples.word(tmp_path / "a.docx", paragraphs=["正文"])
    with Office(OfficeLimits(memory_mb=64)) as made, pytest.raises(NoRendition), made.pdf(path, DOCX):
        pass


def test_too_large_a_file_is_not_tried(tmp_path: Path) -> None:
    path = tmp_path / "big.docx"
    path.write_bytes(bytes(2 << 20))
    with Office(OfficeLimits(input_mb=1), Path("/bin/true")) as made, pytest.raises(NoRendition, match="超过 1 MB"), made.pdf(path, DOCX):
        pass


def test_where_the_program_is_missing_the_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"PK")
    with Office() as made, pytest.raises(NoRendition, match="libreoffice-calc-nogui") as refused, made.pdf(path, XLSX):
        pass
    assert not refused.value.lasting
    assert office.missing_packages() == office.PACKAGES

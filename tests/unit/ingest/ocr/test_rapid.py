"""The real engine behind its wall: error rates on known pages, no network, a page that goes wrong costs itself only."""

import io
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from bench.ocr import CLEAN, MOST_ERRORS, VARIANTS, error_rate
from bench.ocr_pages import PACKAGE, Sample, font_path, letter, noisy, report, turned
from ingest.extractors.base import UnreadableFile
from ingest.media_types import OFD
from ingest.ocr.rapid import LIMITS, RapidOcr, available
from ingest.rendering import Renderer
from ingest.sandbox import SandboxClosed
from tests.unit.ingest.ocr.scans import scan_ofd, scan_tiff

TESTDATA = Path(__file__).resolve().parents[5] / "shared" / "testdata"


@pytest.fixture(scope="module")
def engine() -> Iterator[RapidOcr]:
    assert available()
    try:
        font_path()
    except FileNotFoundError:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"no Chinese font on this machine: Debian's {PACKAGE}")
    made = RapidOcr()
    yield made
    made.close()


def saved(sample: Sample, folder: Path) -> Path:
    sample.picture.save(folder / "page.png", dpi=(300, 300))
    return folder / "page.png"


def test_a_letter_on_its_head_and_crooked_with_a_seal_is_read(engine: RapidOcr, tmp_path: Path) -> None:
    """Turned by 182 degrees: the hardest that comes from a scanner's feeder, in one page to spare minutes."""
    sample = turned(letter(seal=True), 182)
    layout = engine.page(saved(sample, tmp_path), "image/png", "page.png", 1).layout
    assert layout is not None
    assert error_rate(sample.text, layout.text) <= MOST_ERRORS
    assert (layout.rotation, layout.skew) == (180, pytest.approx(-2, abs=0.2))
    assert len(layout.seals) == 1
    assert layout.confidence > 0.95
    assert not layout.flagged
    assert all(0 <= left < right <= 1 and 0 <= top < bottom <= 1 for left, top, right, bottom in (line.box for line in layout.lines))
    tops = [line.box[1] for line in layout.lines]
    assert tops == sorted(tops)
    assert "项目验收专用章" not in layout.text


def test_every_page_of_a_tiff_and_none_behind_them(engine: RapidOcr, tmp_path: Path) -> None:
    (tmp_path / "many.tiff").write_bytes(scan_tiff(2))
    second = engine.page(tmp_path / "many.tiff", "image/tiff", "many.tiff", 2)
    assert second.page_count == 2
    assert second.layout is not None
    assert second.layout.text.startswith("frame 2 line 1 of the page")
    assert engine.page(tmp_path / "many.tiff", "image/tiff", "many.tiff", 3).layout is None


def test_a_line_of_an_ofd_scan_stands_where_the_page_viewer_shows_it(engine: RapidOcr, tmp_path: Path) -> None:
    path = tmp_path / "scan.ofd"
    path.write_bytes(scan_ofd(2))
    layout = engine.page(path, OFD, path.name, 2).layout
    assert layout is not None
    assert layout.text.startswith("scan 2 line 1 of the page")
    with Renderer() as renderer:
        shown = Image.open(io.BytesIO(renderer.page(path, OFD, path.name, 2))).convert("L")
    for line in layout.lines:
        box = [round(value * side) for value, side in zip(line.box, shown.size * 2, strict=True)]
        assert shown.crop((box[0], box[1], box[2], box[3])).getextrema()[0] < 100, "ink in the box"
        assert shown.crop((box[0], box[3] + 4, box[2], box[3] + 10)).getextrema()[0] > 150, "none below it"


def test_a_broken_file_is_refused_with_a_reason(engine: RapidOcr, tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    with pytest.raises(UnreadableFile, match="损坏"):
        engine.page(tmp_path / "broken.png", "image/png", "broken.png", 1)


def test_a_page_that_takes_too_long_is_flagged_with_a_reason(tmp_path: Path) -> None:
    hasty = RapidOcr(limits=replace(LIMITS, wall_seconds=0.05))
    try:
        (tmp_path / "many.tiff").write_bytes(scan_tiff(1))
        layout = hasty.page(tmp_path / "many.tiff", "image/tiff", "many.tiff", 1).layout
    finally:
        hasty.close()
    assert layout is not None
    assert (layout.flagged, layout.lines) == (True, ())
    assert "0.05 秒" in layout.reason
    with pytest.raises(SandboxClosed):
        hasty.page(tmp_path / "many.tiff", "image/tiff", "many.tiff", 1)


@pytest.mark.slow
@pytest.mark.parametrize("name", VARIANTS)
def test_known_pages_are_read(engine: RapidOcr, tmp_path: Path, name: str) -> None:
    sample = VARIANTS[name]()
    layout = engine.page(saved(sample, tmp_path), "image/png", "page.png", 1).layout
    assert layout is not None
    assert error_rate(sample.text, layout.text) <= (MOST_ERRORS if name in CLEAN else 0.03)
    assert layout.rotation == {"letter, 90°": 270, "letter, 180°": 180, "table, 270°": 90, "table, 90° and 3°": 270}.get(name, 0)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "media_type", "page", "words"), [
    ("mineru-small_ocr.pdf", "application/pdf", 1, "物的有用性使物成为使用价值"),
    ("ofdrw-garbled-text-layer.pdf", "application/pdf", 3, "电子签章密码应用协议"),
    ("paperless-multi-page-images.tiff", "image/tiff", 3, "This is a multi page document. Page 3."),
    ("paperless-multi-page-mixed.pdf", "application/pdf", 2, "This is a multi page document. Page 2.")])
def test_real_scans_are_read(engine: RapidOcr, name: str, media_type: str, page: int, words: str) -> None:
    if not TESTDATA.is_dir():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"the folder of real files is not there: {TESTDATA}")
    layout = engine.page(TESTDATA / name, media_type, name, page).layout
    assert layout is not None
    assert words in layout.text


def test_the_pages_of_the_measurement_hold_what_they_claim() -> None:
    for sample in (letter(150), noisy(report(150))):
        assert len(sample.text) > 250
        assert sample.picture.convert("L").getextrema()[0] < 128

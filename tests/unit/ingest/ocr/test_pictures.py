"""What is seen before anything is read: blankness, skew, seals, order, resolution."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from ingest.extractors.base import Source, UnreadableFile
from ingest.ocr import looking_worker, rapid_worker
from ingest.ocr.looking import Seen, remarks_on
from ingest.ocr.order import Piece, in_order
from ingest.ocr.pictures import Picture, opened
from ingest.ocr.seals import seals_of, without_seals
from ingest.ocr.upright import ink, is_blank, lies_on_its_side, skew_of, turned
from tests.unit.ingest.ocr.scans import picture, scan_pdf, scan_tiff


def bgr(image: Image.Image) -> Picture:
    return np.ascontiguousarray(np.asarray(image.convert("RGB"))[:, :, ::-1])


@pytest.mark.parametrize("angle", [-5.0, -2.0, -0.5, 0.0, 1.5, 4.0])
def test_skew_is_measured_and_undone(angle: float) -> None:
    crooked = picture("skew").rotate(angle, resample=Image.Resampling.BICUBIC, fillcolor=255)
    found = skew_of(ink(bgr(crooked)))
    assert found == pytest.approx(angle, abs=0.2)
    assert skew_of(ink(turned(bgr(crooked), 0, found))) == pytest.approx(0, abs=0.2)


def test_an_empty_page_with_dirt_at_its_edge_is_blank_and_one_line_is_not() -> None:
    page = picture("", blank=True)
    ImageDraw.Draw(page).rectangle((0, 0, 20, page.height), fill=30)
    assert is_blank(ink(bgr(page)))
    assert skew_of(ink(bgr(picture("", blank=True)))) == 0.0
    ImageDraw.Draw(page).text((400, 900), "one line of print", fill=0, font_size=40)
    assert not is_blank(ink(bgr(page)))


def test_print_on_its_side_is_told_by_the_boxes() -> None:
    lying = np.array([[[0, 0], [300, 0], [300, 30], [0, 30]]] * 3, np.float32)
    assert not lies_on_its_side(lying)
    assert lies_on_its_side(lying[:, :, ::-1][:, [0, 3, 2, 1]].copy())


def a_page_with(draw: str) -> Image.Image:
    page = Image.new("RGB", (1654, 2339), "white")
    pen = ImageDraw.Draw(page)
    pen.text((300, 1000), "print under the seal " * 3, fill="black", font_size=40)
    match draw:
        case "round":
            pen.ellipse((450, 850, 780, 1180), outline=(210, 30, 40), width=12)
        case "oval":
            pen.ellipse((450, 890, 800, 1140), outline=(210, 30, 40), width=12)
        case "heading":
            pen.text((300, 300), "RED HEADING", fill=(210, 30, 40), font_size=160)
        case "black":
            pen.ellipse((450, 850, 780, 1180), outline=(30, 30, 30), width=12)
        case "square":
            pen.rectangle((450, 850, 780, 1180), outline=(210, 30, 40), width=12)
    return page


@pytest.mark.parametrize(("draw", "count"), [("round", 1), ("oval", 1), ("heading", 0), ("black", 0), ("square", 0)])
def test_a_seal_is_known_by_its_red_ring(draw: str, count: int) -> None:
    assert len(seals_of(bgr(a_page_with(draw)))) == count


def test_taking_a_seal_out_leaves_the_black_print_and_the_red_heading() -> None:
    page = bgr(a_page_with("round"))
    clean = without_seals(page, seals_of(page))
    red = (clean[:, :, 2].astype(int) - clean[:, :, 1]) > 60
    assert red.sum() < 50
    assert (clean.max(axis=2) < 90).sum() == pytest.approx((page.max(axis=2) < 90).sum(), rel=0.03)
    heading = bgr(a_page_with("heading"))
    assert without_seals(heading, seals_of(heading)) is heading


def piece(text: str, left: float, top: float, width: float = 0.3, height: float = 0.02) -> Piece:
    return Piece(text, left, top, left + width, top + height, 0.9)


def test_rows_are_read_from_left_to_right_and_close_pieces_are_one_line() -> None:
    found = in_order([piece("乙", 0.5, 0.101, 0.1), piece("甲", 0.1, 0.1, 0.1), piece("方", 0.605, 0.1, 0.02), piece("次行", 0.1, 0.2)], 1.0)
    assert [line.text for line in found] == ["甲", "乙方", "次行"]


def test_columns_of_prose_are_read_one_after_another_and_a_table_row_by_row() -> None:
    prose = [piece(f"{side}{row}", left, 0.2 + row * 0.03, 0.4) for row in range(6) for side, left in (("左", 0.05), ("右", 0.55))]
    heading, foot = piece("通栏标题", 0.2, 0.1, 0.6), piece("通栏页脚", 0.2, 0.5, 0.6)
    assert [line.text for line in in_order([foot, *prose, heading], 1.0)] == [
        "通栏标题", *(f"左{n}" for n in range(6)), *(f"右{n}" for n in range(6)), "通栏页脚"]
    cells = [piece(f"{column}{row}", left, 0.2 + row * 0.03, 0.05 + 0.05 * (row % 3)) for row in range(6)
             for column, left in (("名", 0.05), ("额", 0.55))]
    assert [line.text for line in in_order(cells, 1.0)][:4] == ["名0", "额0", "名1", "额1"]


def test_the_resolution_of_a_scan_is_that_of_its_picture(tmp_path: Path) -> None:
    for dpi in (100, 200):
        (tmp_path / "a.pdf").write_bytes(scan_pdf(1, dpi=dpi))
        with opened(Source(tmp_path / "a.pdf", "application/pdf", "a.pdf")) as pages:
            assert pages.page(0).dpi == pytest.approx(dpi, abs=1)
    (tmp_path / "a.tiff").write_bytes(scan_tiff(2, 150))
    with opened(Source(tmp_path / "a.tiff", "image/tiff", "a.tiff")) as pages:
        assert (pages.count, pages.page(1).dpi) == (2, 150)


def test_a_picture_of_a_billion_dots_is_not_decoded(tmp_path: Path) -> None:
    Image.new("1", (32, 32)).save(tmp_path / "bomb.png")
    data = bytearray((tmp_path / "bomb.png").read_bytes())
    data[16:24] = (100_000).to_bytes(4, "big") * 2
    import zlib
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    (tmp_path / "bomb.png").write_bytes(data)
    with pytest.raises(UnreadableFile, match="上限"):
        rapid_worker.recognise(Source(tmp_path / "bomb.png", "image/png", "bomb.png"))


def test_a_blank_page_is_not_read_at_all_and_not_flagged(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(scan_pdf(1, blank={1}))
    answer = json.loads(rapid_worker.recognise(Source(tmp_path / "a.pdf", "application/pdf", "a.pdf")).pages[0])
    assert (answer["blank"], answer["lines"]) == (True, [])


def test_a_look_at_a_scan_runs_from_the_page_that_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(scan_pdf(12, dpi=72, blank={12}))
    answer = looking_worker.look(Source(tmp_path / "a.pdf", "application/pdf", "a.pdf", max_pages=11))
    pages = [json.loads(page) for page in answer.pages]
    assert answer.page_count == 12
    assert [(page["page"], page["blank"]) for page in pages] == [(11, False), (12, True)]


def test_remarks_name_the_pages_that_have_to_be_scanned_again() -> None:
    pages = [Seen(1, dpi=300, pixels=(2480, 3508)), Seen(2, blank=True, dpi=100, pixels=(827, 1169)),
             Seen(3, dpi=150, pixels=(1240, 1754), skew=-3.2), Seen(4, pixels=(800, 1100)), Seen(5, problem="损坏")]
    said = {(remark.code, remark.severity.value): (remark.pages, remark.text) for remark in remarks_on(pages)}
    assert {key: pages for key, (pages, _) in said.items()} == {
        ("page_broken", "problem"): (5,), ("blank_page", "info"): (2,), ("low_resolution", "warning"): (3,),
        ("low_resolution", "info"): (4,), ("skewed_page", "info"): (3,)}
    assert "150 dpi" in said["low_resolution", "warning"][1]
    assert "3.2 度" in said["skewed_page", "info"][1]
    assert remarks_on([Seen(1, dpi=300, pixels=(2480, 3508))]) == []

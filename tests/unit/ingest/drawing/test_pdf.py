"""Hits on PDF pages: marked where the words were put, whatever the page's rotation and boxes are."""

from pathlib import Path

import numpy
import pikepdf
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from ingest.letters import Box
from ingest.rendering import PDF, CannotRender, Renderer
from tests.unit.ingest.drawing.conftest import close, coloured, opened

WIDTH, HEIGHT = A4
SIZE = 20
FONT = "STSong-Light"


def a_page(path: Path, *words: tuple[float, float, str], font: str = "Courier-Bold") -> Path:
    """Words with their left foot at these points."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    canvas = Canvas(str(path), pagesize=A4, invariant=1)
    canvas.setFont(font, SIZE)
    for x, y, word in words:
        canvas.drawString(x, y, word)
    canvas.showPage()
    canvas.save()
    return path


def place(x: float, y: float, width: float) -> Box:
    """Where a word stands on the picture: from a little under its base line to its capitals."""
    return (x / WIDTH, (HEIGHT - y - 0.8 * SIZE) / HEIGHT, (x + width) / WIDTH, (HEIGHT - y + 0.2 * SIZE) / HEIGHT)


def marks_of(renderer: Renderer, path: Path, word: str, number: int = 1) -> tuple[Box, ...]:
    letters = renderer.letters(path, PDF, path.name, number)
    squashed = letters.text.replace("\r", "").replace("\n", "")
    assert word in squashed
    spans, at = [], letters.text.find(word)
    while at >= 0:
        spans.append((at, at + len(word)))
        at = letters.text.find(word, at + 1)
    return letters.marks(spans)


def test_a_word_is_marked_where_it_was_put_and_nothing_else(renderer: Renderer, tmp_path: Path) -> None:
    path = a_page(tmp_path / "a.pdf", (100, 700, "before"), (300, 400, "acceptance"), (100, 100, "after"))
    expected = place(300, 400, 10 * 0.6 * SIZE)
    marks = marks_of(renderer, path, "acceptance")
    assert len(marks) == 1
    assert close(marks[0], expected)
    picture = opened(renderer.page(path, PDF, "a.pdf", 1, "page", marks))
    assert close(coloured(picture), expected, 0.012)
    assert coloured(opened(renderer.page(path, PDF, "a.pdf", 1))) is None


def test_the_letters_under_a_mark_stay_as_they_are(renderer: Renderer, tmp_path: Path) -> None:
    path = a_page(tmp_path / "a.pdf", (300, 400, "acceptance"))
    plain = numpy.asarray(opened(renderer.page(path, PDF, "a.pdf", 1)).convert("L"))
    marked = numpy.asarray(opened(renderer.page(path, PDF, "a.pdf", 1, "page", marks_of(renderer, path, "acceptance"))))
    assert (plain == 0).sum() > 500
    assert (marked[plain == 0] == 0).all()


def test_every_occurrence_is_marked(renderer: Renderer, tmp_path: Path) -> None:
    path = a_page(tmp_path / "a.pdf", (100, 700, "plan one"), (100, 500, "plan two"), (300, 300, "plan"))
    marks = marks_of(renderer, path, "plan")
    assert len(marks) == 3
    for mark, (x, y) in zip(sorted(marks, key=lambda one: one[1]), ((100, 700), (100, 500), (300, 300)), strict=True):
        assert close(mark, place(x, y, 4 * 0.6 * SIZE))


def test_chinese_words_have_their_place(renderer: Renderer, tmp_path: Path) -> None:
    path = a_page(tmp_path / "a.pdf", (120, 600, "密码应用安全性评估报告"), font=FONT)
    mark, = marks_of(renderer, path, "安全性评估")
    assert close(mark, place(120 + 4 * SIZE, 600, 5 * SIZE), 0.015)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_turned_page_is_marked_as_it_is_shown(renderer: Renderer, tmp_path: Path, turn: int) -> None:
    """In the file the page lies, the reader turns it: the mark goes with the picture."""
    source = a_page(tmp_path / "a.pdf", (300, 400, "acceptance"))
    with pikepdf.open(source) as document:
        document.pages[0].Rotate = turn
        document.save(tmp_path / "turned.pdf")
    left, top, right, bottom = place(300, 400, 10 * 0.6 * SIZE)
    expected = {90: (1 - bottom, left, 1 - top, right), 180: (1 - right, 1 - bottom, 1 - left, 1 - top),
                270: (top, 1 - right, bottom, 1 - left)}[turn]
    path = tmp_path / "turned.pdf"
    marks = marks_of(renderer, path, "acceptance")
    assert close(marks[0], expected)
    assert close(coloured(opened(renderer.page(path, PDF, "t.pdf", 1, "page", marks))), expected, 0.015)


def test_a_cropped_page_is_marked_on_what_is_left(renderer: Renderer, tmp_path: Path) -> None:
    source = a_page(tmp_path / "a.pdf", (300, 400, "acceptance"))
    with pikepdf.open(source) as document:
        document.pages[0].CropBox = [200, 300, 500, 600]
        document.save(tmp_path / "cropped.pdf")
    mark, = marks_of(renderer, tmp_path / "cropped.pdf", "acceptance")
    expected = (100 / 300, (200 - 0.8 * SIZE) / 300, (100 + 10 * 0.6 * SIZE) / 300, (200 + 0.2 * SIZE) / 300)
    assert close(mark, expected, 0.015)


def test_sizes_differ_and_marks_keep_their_place(renderer: Renderer, tmp_path: Path) -> None:
    path = a_page(tmp_path / "a.pdf", (300, 400, "acceptance"))
    marks = marks_of(renderer, path, "acceptance")
    sizes = {size: opened(renderer.page(path, PDF, "a.pdf", 1, size, marks)) for size in ("thumb", "page", "large")}
    assert max(sizes["thumb"].size) <= 240
    assert max(sizes["page"].size) <= 1601 < max(sizes["large"].size) <= 3201
    assert all(close(coloured(picture), marks[0], 0.03) for picture in sizes.values())


def test_a_page_larger_than_any_sheet_is_refused_with_the_limit(renderer: Renderer, tmp_path: Path) -> None:
    source = a_page(tmp_path / "a.pdf", (300, 400, "acceptance"))
    with pikepdf.open(source) as document:
        document.pages[0].MediaBox = [0, 0, 100_000, 100_000]
        document.save(tmp_path / "huge.pdf")
    with pytest.raises(CannotRender, match="72,000"):
        renderer.page(tmp_path / "huge.pdf", PDF, "huge.pdf", 1)
    with pytest.raises(CannotRender, match="72,000"):
        renderer.letters(tmp_path / "huge.pdf", PDF, "huge.pdf", 1)


def test_the_overview_counts_and_reads_every_page(renderer: Renderer, tmp_path: Path) -> None:
    path = a_page(tmp_path / "a.pdf", (300, 400, "acceptance"))
    assert renderer.overview(path, PDF, "a.pdf").count == 1
    overview = renderer.overview(path, PDF, "a.pdf", texts=True)
    assert "acceptance" in overview.texts[0]


def test_the_seal_of_a_signed_file_is_seen(renderer: Renderer, testdata: Path) -> None:
    """A signature field is a widget, which is drawn although forms are not filled in."""
    picture = opened(renderer.page(testdata / "paperless-signed.pdf", PDF, "s.pdf", 1)).convert("L")
    assert (numpy.asarray(picture) < 128).sum() > 1000

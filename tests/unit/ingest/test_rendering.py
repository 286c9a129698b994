"""Pages as pictures, drawn behind the wall: a hostile file costs its picture and nothing else."""

import io
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from archive.errors import NotFound
from ingest.rendering import CannotRender, Renderer
from ingest.sandbox import Limits

PDF = "application/pdf"


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    with Renderer() as shared:
        yield shared


def a_pdf(path: Path, *sizes: tuple[float, float]) -> Path:
    """One page of each size in points, each with a black square in its lower left corner."""
    canvas = Canvas(str(path))
    for size in sizes:
        canvas.setPageSize(size)
        canvas.rect(0, 0, size[0] / 2, size[1] / 2, fill=1)
        canvas.showPage()
    canvas.save()
    return path


def drawn(renderer: Renderer, path: Path, number: int) -> Image.Image:
    picture = Image.open(io.BytesIO(renderer.page(path, PDF, path.name, number)))
    assert picture.format == "PNG"
    return picture.convert("L")


def test_a_page_is_drawn_as_it_is(renderer: Renderer, tmp_path: Path) -> None:
    picture = drawn(renderer, a_pdf(tmp_path / "a.pdf", (300, 400)), 1)
    assert picture.size == (600, 800)
    assert picture.getpixel((10, 790)) == 0
    assert picture.getpixel((590, 10)) == 255


def test_the_page_asked_for_is_the_one_drawn(renderer: Renderer, tmp_path: Path) -> None:
    path = a_pdf(tmp_path / "a.pdf", (300, 400), (400, 300), (200, 200))
    assert [drawn(renderer, path, number).size for number in (2, 3, 1)] == [(800, 600), (400, 400), (600, 800)]


@pytest.mark.parametrize("size", [(14_400, 14_400), (20, 14_400), (5000, 30)])
def test_a_giant_page_makes_no_giant_picture(renderer: Renderer, tmp_path: Path, size: tuple[float, float]) -> None:
    assert max(drawn(renderer, a_pdf(tmp_path / "a.pdf", size), 1).size) <= 1601


def test_a_page_the_file_does_not_have_is_not_found(renderer: Renderer, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="共 1 页"):
        renderer.page(a_pdf(tmp_path / "a.pdf", (300, 400)), PDF, "a.pdf", 2)


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b"\0" * 4096, b"%PDF-1.7\n" + b"1 0 obj<<" * 1000])
def test_a_damaged_file_has_no_picture_and_a_reason(renderer: Renderer, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "bad.pdf"
    path.write_bytes(data)
    with pytest.raises(CannotRender, match="损坏"):
        renderer.page(path, PDF, "bad.pdf", 1)


def test_another_format_is_not_even_opened(renderer: Renderer, tmp_path: Path) -> None:
    with pytest.raises(CannotRender, match="没有页面图像"):
        renderer.page(tmp_path / "not there", "text/plain", "x.txt", 1)


def a_slow_pdf(path: Path) -> Path:
    """A few kilobytes that ask for hundreds of thousands of wide curves. Has no table of objects: readers rebuild it."""
    drawing = zlib.compress(b"9 w 0 0 m 800 0 0 800 800 800 c S 0 800 m 800 800 0 0 800 0 c S\n" * 400_000)
    path.write_bytes(
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 800 800]/Contents 4 0 R>>endobj\n"
        + b"4 0 obj<</Filter/FlateDecode/Length %d>>stream\n" % len(drawing) + drawing
        + b"\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")
    return path


def test_a_page_that_takes_too_long_is_given_up_and_the_next_is_drawn(tmp_path: Path) -> None:
    limits = Limits(cpu_seconds=5, wall_seconds=0.5, memory_mb=1024, output_mb=32)
    with Renderer(limits=limits) as renderer:
        with pytest.raises(CannotRender, match="中止"):
            renderer.page(a_slow_pdf(tmp_path / "slow.pdf"), PDF, "slow.pdf", 1)
        assert renderer.page(a_pdf(tmp_path / "a.pdf", (30, 40)), PDF, "a.pdf", 1)


def test_a_page_with_too_many_bytes_is_refused(tmp_path: Path) -> None:
    with Renderer(limits=Limits(output_mb=0)) as renderer, pytest.raises(CannotRender, match="过大"):
        renderer.page(a_pdf(tmp_path / "a.pdf", (300, 400)), PDF, "a.pdf", 1)

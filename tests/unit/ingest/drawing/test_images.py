"""Images as pages: upright, on white, within limits, one picture for each page of a TIFF."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from archive.errors import NotFound
from ingest.rendering import CannotRender, Renderer
from tests.unit.ingest.drawing.conftest import close, coloured, opened

RED, BLUE, WHITE = (200, 0, 0), (0, 0, 200), (255, 255, 255)


def halves(size: tuple[int, int] = (400, 600)) -> Image.Image:
    """Red above, blue below."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (0, size[1] // 2, *size))
    return image


def near(pixel: object, colour: tuple[int, int, int]) -> bool:
    return isinstance(pixel, tuple) and all(abs(a - b) < 30 for a, b in zip(pixel, colour, strict=True))


def upright(picture: Image.Image) -> bool:
    rgb = picture.convert("RGB")
    return near(rgb.getpixel((rgb.width // 2, 10)), RED) and near(rgb.getpixel((rgb.width // 2, rgb.height - 10)), BLUE)


@pytest.mark.parametrize(("kind", "media_type"), [
    ("PNG", "image/png"), ("JPEG", "image/jpeg"), ("TIFF", "image/tiff"), ("BMP", "image/bmp"), ("WEBP", "image/webp"),
    ("GIF", "image/gif")])
def test_every_kind_of_image_is_a_page(renderer: Renderer, tmp_path: Path, kind: str, media_type: str) -> None:
    path = tmp_path / "scan"
    halves().save(path, kind)
    picture = opened(renderer.page(path, media_type, "scan", 1))
    assert picture.size == (400, 600)
    assert upright(picture)
    assert renderer.overview(path, media_type, "scan").count == 1
    assert renderer.letters(path, media_type, "scan", 1).text == ""


@pytest.mark.parametrize(("number", "turn"), [
    (1, None), (2, Image.Transpose.FLIP_LEFT_RIGHT), (3, Image.Transpose.ROTATE_180), (4, Image.Transpose.FLIP_TOP_BOTTOM),
    (5, Image.Transpose.TRANSPOSE), (6, Image.Transpose.ROTATE_90), (7, Image.Transpose.TRANSVERSE), (8, Image.Transpose.ROTATE_270)])
def test_a_photograph_stands_as_the_camera_was_held(renderer: Renderer, tmp_path: Path, number: int,
                                                    turn: Image.Transpose | None) -> None:
    """What the sensor saw is the upright picture turned the other way."""
    exif = Image.Exif()
    exif[0x0112] = number
    path = tmp_path / "photo.jpg"
    (halves() if turn is None else halves().transpose(turn)).save(path, "JPEG", exif=exif, quality=95)
    picture = opened(renderer.page(path, "image/jpeg", "photo.jpg", 1))
    assert picture.size == (400, 600)
    assert upright(picture)


def test_each_page_of_a_tiff_is_a_page(renderer: Renderer, tmp_path: Path) -> None:
    path = tmp_path / "fax.tiff"
    pages = [Image.new("1", (300, 400 + 10 * number), 1) for number in range(4)]
    pages[0].save(path, "TIFF", save_all=True, append_images=pages[1:], compression="group4")
    assert renderer.overview(path, "image/tiff", "fax.tiff").count == 4
    assert [opened(renderer.page(path, "image/tiff", "f", number)).height for number in (4, 1, 2)] == [430, 400, 410]
    with pytest.raises(NotFound, match="共 4 页"):
        renderer.page(path, "image/tiff", "f", 5)


def test_a_real_scan_of_many_pages(renderer: Renderer, testdata: Path) -> None:
    path = testdata / "paperless-multi-page-images.tiff"
    count = renderer.overview(path, "image/tiff", path.name).count
    assert count > 1
    sizes = [max(opened(renderer.page(path, "image/tiff", path.name, number)).size) for number in range(1, count + 1)]
    assert all(100 < size <= 1600 for size in sizes)


def test_what_is_clear_is_white_and_sixteen_bits_are_seen(renderer: Renderer, tmp_path: Path) -> None:
    clear, deep = tmp_path / "clear.png", tmp_path / "deep.png"
    Image.new("RGBA", (100, 100), (0, 0, 0, 0)).save(clear)
    assert opened(renderer.page(clear, "image/png", "c", 1)).convert("RGB").getpixel((50, 50)) == WHITE
    image = Image.new("I;16", (100, 100), 60_000)
    image.paste(5_000, (0, 0, 50, 100))
    image.save(deep)
    picture = opened(renderer.page(deep, "image/png", "d", 1)).convert("L")
    dark, light = picture.getpixel((10, 50)), picture.getpixel((90, 50))
    assert isinstance(dark, (int, float))
    assert isinstance(light, (int, float))
    assert dark < 40 < 200 < light


def test_marks_are_put_on_an_image(renderer: Renderer, tmp_path: Path) -> None:
    path = tmp_path / "scan.png"
    Image.new("L", (1000, 1400), 255).save(path)
    picture = opened(renderer.page(path, "image/png", "scan.png", 1, "page", [(0.2, 0.3, 0.5, 0.34)]))
    assert close(coloured(picture), (0.2, 0.3, 0.5, 0.34), 0.008)


def a_png_that_claims(path: Path, width: int, height: int) -> Path:
    """A few hundred bytes that would unpack to gigabytes."""
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
                     + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b""))
    return path


@pytest.mark.parametrize(("width", "height"), [(100_000, 100_000), (2_000_000_000, 1), (16_000, 16_000)])
def test_a_giant_image_is_refused_with_the_limit_before_it_is_opened(
        renderer: Renderer, tmp_path: Path, width: int, height: int) -> None:
    path = a_png_that_claims(tmp_path / "bomb.png", width, height)
    with pytest.raises(CannotRender, match="150,000,000 像素的上限"):
        renderer.page(path, "image/png", "bomb.png", 1)


def test_a_tiff_whose_second_page_is_giant_loses_that_page_only(renderer: Renderer, tmp_path: Path) -> None:
    path = tmp_path / "mixed.tiff"
    small, large = Image.new("1", (100, 100), 1), Image.new("1", (13_000, 13_000), 1)
    small.save(path, "TIFF", save_all=True, append_images=[large], compression="group4")
    assert opened(renderer.page(path, "image/tiff", "m", 1)).size == (100, 100)
    with pytest.raises(CannotRender, match="像素的上限"):
        renderer.page(path, "image/tiff", "m", 2)


def test_the_largest_that_is_allowed_is_drawn(renderer: Renderer, tmp_path: Path) -> None:
    path = tmp_path / "a0.tiff"
    Image.new("1", (9_933, 14_043), 1).save(path, "TIFF", compression="group4")
    assert max(opened(renderer.page(path, "image/tiff", "a0", 1)).size) == 1600


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff" + bytes(500), b"II*\x00" + b"\xff" * 100])
@pytest.mark.parametrize("media_type", ["image/png", "image/jpeg", "image/tiff"])
def test_a_damaged_image_has_a_reason(renderer: Renderer, tmp_path: Path, data: bytes, media_type: str) -> None:
    path = tmp_path / "bad"
    path.write_bytes(data)
    with pytest.raises(CannotRender, match="损坏"):
        renderer.page(path, media_type, "bad", 1)


def test_a_cut_off_photograph_has_a_reason(renderer: Renderer, tmp_path: Path) -> None:
    target = io.BytesIO()
    halves((2000, 3000)).save(target, "JPEG")
    path = tmp_path / "cut.jpg"
    path.write_bytes(target.getvalue()[:len(target.getvalue()) // 2])
    with pytest.raises(CannotRender, match="损坏"):
        renderer.page(path, "image/jpeg", "cut.jpg", 1)

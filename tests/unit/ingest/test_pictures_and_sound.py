"""Files without text: described by their size, pages, resolution or length, and said to be without text."""

import struct
from pathlib import Path

import pytest

from archive.models import TextState
from ingest.extractors import Extraction, Source, UnreadableFile, extract
from ingest.media_types import identify
from ingest.reading import read as read_in_sandbox
from ingest.sandbox import Sandbox
from tests import format_samples, samples


def read(path: Path) -> Extraction:
    return extract(Source(path, identify(path, path.name), path.name))


@pytest.mark.parametrize("kind", ["png", "jpg", "tiff", "bmp", "webp", "gif"])
def test_a_picture_has_a_page_a_size_and_no_text(tmp_path: Path, kind: str) -> None:
    found = read(format_samples.picture(tmp_path / f"a.{kind}"))
    assert (found.page_count, found.pages, found.image_pages) == (1, ("",), (1,))
    assert (found.properties["width"], found.properties["height"]) == ("40", "30")
    assert found.properties.get("dpi") == (None if kind in {"webp", "gif"} else "300")
    assert found.engine.startswith("pillow ")


def test_every_page_of_a_fax_counts(tmp_path: Path) -> None:
    found = read(format_samples.picture(tmp_path / "a.tif", pages=4))
    assert (found.page_count, found.image_pages) == (4, (1, 2, 3, 4))


def test_a_picture_larger_than_any_memory_is_only_described(tmp_path: Path) -> None:
    path = format_samples.picture(tmp_path / "a.bmp")
    data = bytearray(path.read_bytes())
    struct.pack_into("<ii", data, 18, 100_000, 100_000)
    path.write_bytes(data)
    assert read(path).properties["width"] == "100000"


def test_a_torn_picture_is_a_reason(tmp_path: Path) -> None:
    path = format_samples.picture(tmp_path / "a.png")
    path.write_bytes(path.read_bytes()[:20])
    with pytest.raises(UnreadableFile, match="图像文件损坏"):
        read(path)


def test_a_chain_of_pages_that_bites_its_tail_ends(tmp_path: Path) -> None:
    path = format_samples.picture(tmp_path / "a.tif", pages=2)
    data = bytearray(path.read_bytes())
    first, = struct.unpack_from("<I", data, 4)
    count, = struct.unpack_from("<H", data, first)
    second, = struct.unpack_from("<I", data, first + 2 + 12 * count)
    entries, = struct.unpack_from("<H", data, second)
    struct.pack_into("<I", data, second + 2 + 12 * entries, first)
    path.write_bytes(data)
    assert read(path).page_count <= 10_000


def test_sound_is_described(tmp_path: Path) -> None:
    found = read(format_samples.sound(tmp_path / "录音.wav"))
    assert (found.pages, found.page_count, found.image_pages) == ((), 0, ())
    assert found.properties["duration"] == "0:01:03"


def test_a_film_is_described_by_its_header(tmp_path: Path) -> None:
    head = struct.pack("<IIIIIIIIII", 40_000, 0, 0, 0, 250, 0, 1, 0, 640, 480) + bytes(16)
    path = tmp_path / "a.avi"
    path.write_bytes(b"RIFF\0\0\0\0AVI LIST\0\0\0\0hdrlavih" + struct.pack("<I", len(head)) + head)
    assert read(path).properties == {"duration": "0:00:10", "width": "640", "height": "480"}


@pytest.mark.parametrize("damage", [b"RIFF\0\0\0\0WAVE", b"RIFF\0\0\0\0AVI avih", b"ID3\x04\0\0\x7f\x7f\x7f\x7f", b"fLaC\0\0\0"])
def test_a_broken_recording_is_kept_undescribed(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(damage)
    assert read(path).pages == ()


def test_each_kind_says_in_words_why_there_is_no_text(tmp_path: Path, sandbox: Sandbox) -> None:
    said = {}
    for path in (format_samples.picture(tmp_path / "a.png"), format_samples.sound(tmp_path / "a.wav"),
                 samples.scanned_pdf(tmp_path / "a.pdf"), samples.word(tmp_path / "a.docx")):
        text = read_in_sandbox(sandbox, path, identify(path, path.name), path.name).text
        assert text.state is TextState.NO_TEXT
        said[path.suffix] = text.reason[:2], list(text.image_pages)
    assert said == {".png": ("图像", [1]), ".wav": ("音像", []), ".pdf": ("文件", [1, 2]), ".docx": ("文件", [])}

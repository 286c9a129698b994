"""A scan in parts: what lies between its separator pages, as files of the same format, their pictures untouched."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from ingest.extractors.base import Source, UnreadableFile
from ingest.separating.code import PDF
from ingest.unpacking.entries import BadBundle, BadMember, Entry, Job, pieces

if TYPE_CHECKING:
    from ingest.separating.pages import Part

_LOSSLESS = {"group3": "group3", "group4": "group4", "tiff_ccitt": "group4"}   # what bilevel scans use; else deflate


def entries(job: Job) -> Iterator[Entry]:
    """Raises BadBundle where the scan cannot be looked through."""
    try:
        parts = _parts(job.path, job.media_type, job.filename)
    except UnreadableFile as error:
        raise BadBundle(str(error)) from error
    stem, extension = PurePosixPath(job.filename).stem, ".pdf" if job.media_type == PDF else ".tiff"
    with _opened(job) as take:
        for part in parts:
            first, last = part.pages[0], part.pages[-1]
            pages = f"第{first}页" if first == last else f"第{first}-{last}页"
            yield Entry(f"{stem} {pages}{extension}", type=part.type, read=lambda part=part: pieces(take(part)))  # type: ignore[misc]


@lru_cache(maxsize=1)
def _parts(path: Path, media_type: str, filename: str) -> "list[Part]":
    """A bundle is gone through twice: first to see how much it holds."""
    from ingest.separating.pages import look_for_separators, parts_of

    return parts_of(look_for_separators(Source(path, media_type, filename)))


@contextmanager
def _opened(job: Job) -> Iterator[Any]:
    if job.media_type == PDF:
        import pikepdf

        try:
            with pikepdf.open(job.path) as document:
                yield lambda part: _pdf(pikepdf, document, part)
        except pikepdf.PdfError as error:
            raise BadBundle("扫描件已损坏或设有口令，无法拆分。") from error
    else:
        from PIL import Image

        with Image.open(job.path) as image:
            yield lambda part: _tiff(image, part)


def _pdf(pikepdf: Any, document: Any, part: "Part") -> bytes:
    target = io.BytesIO()
    try:
        with pikepdf.new() as made:
            for number in part.pages:
                made.pages.append(document.pages[number - 1])
            made.save(target, deterministic_id=True, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    except (pikepdf.PdfError, IndexError) as error:
        raise BadMember("这一部分的页面损坏，无法取出") from error
    return target.getvalue()


def _tiff(image: Any, part: "Part") -> bytes:
    """Frame by frame; what was compressed without loss stays so, a frame in JPEG is kept as it was decoded."""
    target = io.BytesIO()
    try:
        frames = _frames(image, part)
        first = next(frames)
        first.save(target, "TIFF", save_all=True, append_images=frames, compression=_compression(first),
                   **({"dpi": image.info["dpi"]} if image.info.get("dpi") else {}))
    except (OSError, EOFError, ValueError, SyntaxError) as error:
        raise BadMember("这一部分的页面损坏，无法取出") from error
    return target.getvalue()


def _frames(image: Any, part: "Part") -> Iterator[Any]:
    for number in part.pages:
        image.seek(number - 1)
        frame = image.copy()
        frame.encoderinfo = {"compression": _compression(frame), "dpi": image.info.get("dpi", (0, 0))}
        yield frame


def _compression(frame: Any) -> str:
    return _LOSSLESS.get(str(frame.info.get("compression", "")), "group4") if frame.mode == "1" else "tiff_adobe_deflate"

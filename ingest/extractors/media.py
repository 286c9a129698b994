"""Sound and moving pictures: described by length, kind of recording and what they call themselves. They have no text."""

import struct
from typing import Any, BinaryIO

from ingest.extractors._properties import properties
from ingest.extractors.base import Extraction, Source, library

MEDIA_TYPES = frozenset({
    "audio/mpeg", "audio/mp4", "audio/wav", "audio/ogg", "audio/flac", "audio/aiff", "audio/amr", "audio/x-ms-wma",
    "video/mp4", "video/quicktime", "video/x-matroska", "video/x-msvideo", "video/x-ms-asf", "video/x-flv", "video/mpeg"})

# What the library goes by is a file name's ending; ours are content digests.
_ENDINGS = {"audio/mpeg": ".mp3", "audio/mp4": ".m4a", "audio/wav": ".wav", "audio/ogg": ".ogg", "audio/flac": ".flac",
            "audio/aiff": ".aiff", "audio/x-ms-wma": ".wma", "video/mp4": ".mp4", "video/quicktime": ".mp4",
            "video/x-ms-asf": ".wmv"}
_AVI_HEAD = 64 << 10
_LONGEST = 10_000 * 3600   # seconds; a file that claims more claims nonsense


def engine() -> str:
    return library("tinytag")


def extract(source: Source) -> Extraction:
    """Never refuses: a recording that cannot be described is still a recording."""
    try:
        described = _tagged(source) if source.media_type in _ENDINGS else _avi(source)
    except Exception as error:  # the library has no common error
        described = {"undescribed": type(error).__name__}
    return Extraction((), 0, engine(), properties=described)


def _tagged(source: Source) -> dict[str, str]:
    import tinytag

    readers: Any = tinytag.TinyTag
    with source.path.open("rb") as file:
        tag = readers.get(filename=f"a{_ENDINGS[source.media_type]}", file_obj=file)
    rate = f"{tag.samplerate} Hz" if tag.samplerate else ""
    return properties(title=tag.title, author=tag.artist, album=tag.album, comments=tag.comment, created=tag.year,
                      duration=duration(tag.duration), bitrate=f"{tag.bitrate:.0f} kbit/s" if tag.bitrate else "",
                      samplerate=rate, channels=tag.channels)


def duration(seconds: float | None) -> str:
    """1:02:03; empty for what is not known or cannot be."""
    if not seconds or not 0 < seconds < _LONGEST:
        return ""
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def _avi(source: Source) -> dict[str, str]:
    """The main header of an AVI: microseconds a frame, frames, width and height."""
    if source.media_type != "video/x-msvideo":
        return {}
    with source.path.open("rb") as file:
        return _avi_header(file)


def _avi_header(file: BinaryIO) -> dict[str, str]:
    head = file.read(_AVI_HEAD)
    at = head.find(b"avih")
    if at < 0 or at + 8 + 40 > len(head):
        return {}
    frame_time, frames = struct.unpack_from("<I12xI", head, at + 8)
    width, height = struct.unpack_from("<II", head, at + 8 + 32)
    return properties(duration=duration(frame_time * frames / 1e6), width=width, height=height)

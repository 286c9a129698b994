"""The Ocr port: what is written on the picture of one page, and where.

An engine sees one page at a time and says what it read. Which pages are wanted, and what becomes of the text, is the
lane's decision (`ingest/ocr/lane.py`), not the engine's.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from archive.operations.layouts import Layout

IMAGES = frozenset({"image/png", "image/jpeg", "image/tiff", "image/bmp", "image/webp", "image/gif"})
MEDIA_TYPES = IMAGES | {"application/pdf", "application/ofd"}
"""What has pages that can be recognised."""


ENGINES = ("rapidocr", "none")
RUN = 10
"""How many pages are looked at in one job."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """One page, and how many pages the file has. `layout` is None where it has no such page."""

    layout: Layout | None
    page_count: int


def engine_named(value: str) -> str:
    """Raises ValueError, in words for whoever sets it, where there is no such engine."""
    if value not in ENGINES:
        raise ValueError(f"应为 {' 或 '.join(ENGINES)}")
    return value


class Ocr(Protocol):
    @property
    def engine(self) -> str:
        """Name and version, as kept with what it read; empty where there is no engine."""
        ...

    def page(self, path: Path, media_type: str, filename: str, number: int) -> Recognised:
        """Read page `number` (from 1). A page that cannot be read has no lines, is flagged and says why.

        Raises UnreadableFile where the file as a whole cannot be opened, SandboxClosed where the system is going down,
        EngineDown where the installation is at fault.
        """
        ...

    def close(self) -> None: ...

"""The built system: every part one process works with. Frozen; built by `bootstrap.py`, replaced part by part in tests."""

from collections.abc import Callable
from dataclasses import dataclass

from admin.derived import DerivedFiles
from admin.mail.port import Mailer
from admin.settings import Settings
from archive.blobs.port import BlobStore
from archive.clock import Clock
from ingest.intake import Intaker
from ingest.ocr.port import Ocr
from ingest.rendering import Renderer
from ingest.sandbox import Sandbox
from ingest.unpack import Unpacker
from retention.alerts import Judge
from search.port import SearchIndex
from search.service import SearchService


@dataclass(frozen=True)
class System:
    settings: Settings
    clock: Clock
    blobs: BlobStore
    index: SearchIndex
    search: SearchService
    mailer: Mailer
    intake: Intaker
    judge: Judge
    sandbox: Sandbox
    renderer: Renderer
    unpacker: Unpacker
    derived: DerivedFiles
    ocr: Ocr
    works: bool = True  # whether this process may do the worker's work: it writes the index
    closers: tuple[Callable[[], None], ...] = ()

    def close(self) -> None:
        """Give everything back, last made first."""
        for closer in reversed(self.closers):
            closer()

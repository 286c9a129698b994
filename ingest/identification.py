"""Asking PRONOM's signatures what a file is, behind the same wall as reading: a hostile file costs its own identifier."""

import logging
from pathlib import Path

from archive.errors import EngineDown
from ingest.extractors.base import NoExtractor, UnreadableFile
from ingest.pronom import known_puid
from ingest.sandbox import Limits, Sandbox, SandboxFailure

# The engine is a Go program: it reserves far more addresses than it uses, and starts threads whenever it likes.
LIMITS = Limits(cpu_seconds=20, wall_seconds=30.0, memory_mb=3072, output_mb=1, file_mb=1, jobs=1000, rss_mb=400, threads=4096)
LONGEST = 40
_log = logging.getLogger(__name__)


class Identifier:
    """Knows the PUID of files. Its one process is started when a file first needs it. Safe to share; close it."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self._sandbox = Sandbox(1, limits, "ingest.identification_worker")

    def close(self) -> None:
        self._sandbox.close()

    def puid(self, path: Path, media_type: str, filename: str) -> str:
        """The identifier; empty where nobody knows it. Raises SandboxClosed where the system is going down."""
        known = known_puid(path, media_type)
        if known is not None:
            return known
        try:
            answer = self._sandbox.extract(path, media_type, filename)
        except (UnreadableFile, NoExtractor):
            return ""
        except (SandboxFailure, EngineDown) as error:
            _log.warning("no PRONOM identifier for a file: %s", error)
            return ""
        return answer.pages[0][:LONGEST] if answer.pages else ""

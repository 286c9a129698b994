"""No engine: scans are kept and honestly have no text."""

from pathlib import Path

from ingest.ocr.port import Recognised


class NoOcr:
    engine = ""

    def page(self, path: Path, media_type: str, filename: str, number: int) -> Recognised:
        return Recognised(None, 0)

    def close(self) -> None:
        return None

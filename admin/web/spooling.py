"""Where the files of a form wait while a request arrives: on the disk of the archive, never in memory.

The system's folder for temporary files may itself be memory; the archive's staging folder never is.
"""

from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from flask import Flask, Request, current_app

from admin.system import System

FORM_BYTES = 1 << 20  # what a form may hold beside its file
FOLDER = "SPOOL_FOLDER"


class SpooledRequest(Request):
    """The file has no name: whatever happens to this process, nothing stays behind."""

    def _get_file_stream(self, total_content_length: int | None, content_type: str | None,
                         filename: str | None = None, content_length: int | None = None) -> IO[bytes]:
        folder: Path = current_app.config[FOLDER]
        folder.mkdir(parents=True, exist_ok=True)
        return TemporaryFile("w+b", dir=folder)


def register(app: Flask, system: System) -> None:
    """Requests are refused above the largest file plus its form."""
    app.request_class = SpooledRequest
    app.config[FOLDER] = system.intake.staging
    app.config["MAX_CONTENT_LENGTH"] = system.settings.max_upload + FORM_BYTES

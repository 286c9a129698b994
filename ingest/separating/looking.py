"""The codes of a scan's separator pages, as a confined process found them: what it says is checked, the file is not trusted."""

import json
from pathlib import Path

from ingest.extractors.base import NoExtractor, UnreadableFile
from ingest.sandbox import Limits, Sandbox, SandboxFailure
from ingest.separating.code import Mark

LIMITS = Limits(cpu_seconds=900, wall_seconds=1200.0, memory_mb=1536, output_mb=4, jobs=50, rss_mb=400)


class CannotLook(Exception):
    """It is not known whether there are separators; the reason is for people."""


class Looker:
    """Use from one thread; `rest` ends its process until it is needed again."""

    def __init__(self) -> None:
        self._sandbox = Sandbox(1, LIMITS, "ingest.separating.worker")

    def rest(self) -> None:
        self._sandbox.rest()

    def marks(self, path: Path, media_type: str, filename: str) -> list[Mark]:
        """In the order of the pages; none where there is no separator. Raises CannotLook, SandboxClosed."""
        try:
            answer = self._sandbox.extract(path, media_type, filename)
            said = json.loads(answer.pages[0])["marks"]
            return [Mark(str(project)[:200], str(type_)[:100]) for _, project, type_ in said]
        except (UnreadableFile, SandboxFailure, NoExtractor) as error:
            raise CannotLook(str(error)) from error
        except (ValueError, TypeError, KeyError, IndexError) as error:
            raise CannotLook("查找分隔页的程序没有给出可用的结果。") from error

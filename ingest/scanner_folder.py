"""Folders of scanners: a stack in one file is parted at its separator pages, which say where its papers belong.

The scan is filed as it came, in the dossier its separators name; its parts become documents of their own, linked to it,
by the lane that takes bundles apart. The event for that is written in the transaction that files the scan, so whatever is
killed in between, nothing is lost. A stack of several projects is not taken: the whole would show each unit the others'
papers.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from archive.access import system_actor
from archive.clock import Clock
from archive.models.receipts import Channel
from archive.operations.sources import Looked
from ingest.folders import UNCLEAR, Found, WatchedFolder
from ingest.intake import Intaker
from ingest.media_types import identify
from ingest.separating.code import MEDIA_TYPES
from ingest.separating.looking import CannotLook, Looker


class ScannerFolder(WatchedFolder):
    """A watched folder whose files may also lie at its top: there the separators alone name the project."""

    actor = system_actor("scanner-folder")
    channel = Channel.SCANNER
    homeless = "没有找到写着项目的分隔页，它也不在以项目编号命名的文件夹里。请检查分隔页是否完整、清晰，或把它放进项目文件夹。"

    def __init__(self, intake: Intaker, clock: Clock, root: Path, still: float) -> None:
        super().__init__(intake, clock, root, still)
        self._looker = Looker()

    def look(self, stopped: Callable[[], bool] = lambda: False) -> Looked:
        """Raises as that of any watched folder."""
        try:
            return super().look(stopped)
        finally:
            self._looker.rest()

    def _take(self, found: Found) -> str:
        kind = identify(found.path, found.inner.name) if found.regular else ""
        if kind not in MEDIA_TYPES:
            return super()._take(found)
        try:
            marks = self._looker.marks(found.path.resolve(), kind, found.inner.name)
        except CannotLook as error:
            return self._aside(found, UNCLEAR, f"没能查找分隔页：{error}")
        named = sorted({mark.project for mark in marks})
        if not named:
            return super()._take(found)
        if len({*named, *filter(None, [found.code])}) > 1:
            folder = f"，文件夹是“{found.code}”" if found.code else ""
            return self._aside(found, UNCLEAR, f"分隔页写的项目是“{'”“'.join(named)}”{folder}。一叠扫描件只能属于一个项目，"
                               "请分开扫描。")
        return super()._take(replace(found, code=named[0], split=True))

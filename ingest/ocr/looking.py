"""The lane that judges scans right after they arrive: blank pages, too few dots, crooked pages, printed numbers that jump.

Needs no recognition and little time; what it finds is a remark, never a refusal.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from archive.blobs.port import BlobStore
from archive.claims import Event
from archive.clock import Clock
from archive.errors import EngineDown
from archive.models import Document, TextRecord, Version
from archive.operations.remarks import record_remarks
from archive.remarks import Remark, Severity
from ingest.extractors.base import NoExtractor, UnreadableFile
from ingest.ocr.port import IMAGES, MEDIA_TYPES, RUN
from ingest.one_by_one import one_by_one
from ingest.sandbox import Limits, Sandbox, SandboxFailure

SOURCE = "scan-quality 1"
LIMITS = Limits(cpu_seconds=60, wall_seconds=180.0, memory_mb=1536, output_mb=4, jobs=200, rss_mb=300)
LEAST_DPI = 200             # DA/T 31 asks for 200 and more
MOST_SKEW = 2.0             # degrees
A4_INCHES = (8.27, 11.69)
MOST_PAGES = 2000
_SLACK = 0.95               # a scanner's 200 is at times 199


@dataclass(frozen=True, slots=True)
class Seen:
    """One page. `dpi` is 0 where nothing says how large it was; `pixels` are those of its shorter and longer side."""

    page: int
    blank: bool = False
    dpi: int = 0
    pixels: tuple[int, int] = (0, 0)
    skew: float = 0.0
    problem: str = ""

    @property
    def resolution(self) -> int:
        """Dots an inch; taken as A4 where the file does not say."""
        return self.dpi or round(min(pixels / inches for pixels, inches in zip(self.pixels, A4_INCHES, strict=True)))


class ScanJudge:
    """The outbox handler."""

    def __init__(self, blobs: BlobStore, clock: Clock, workers: int = 1) -> None:
        self.blobs, self.clock = blobs, clock
        self._sandbox = Sandbox(workers, LIMITS, "ingest.ocr.looking_worker")

    def __call__(self, events: Sequence[Event]) -> dict[str, str | EngineDown]:
        """Raises NotNow where the system is going down."""
        failed = one_by_one(events, self.judge)
        self._sandbox.rest()
        return failed

    def close(self) -> None:
        self._sandbox.close()

    interrupt = close

    def judge(self, key: str) -> None:
        document = Document.objects(id=key).first()
        record = TextRecord.objects(id=document.current).first() if document and document.current else None
        if record is None or not record.image_pages:
            return
        version = Version.objects(id=document.current).get()
        if version.media_type not in MEDIA_TYPES:
            return
        wanted = None if version.media_type in IMAGES else frozenset(record.image_pages)
        with self.blobs.local(version.sha256) as path:
            seen = self._look(path, version)
        record_remarks(self.clock, version.id, SOURCE,
                       remarks_on(page for page in seen if wanted is None or page.page in wanted), silence=True)

    def _look(self, path: Path, version: Version) -> list[Seen]:
        """All pages, a run at a time; where a run is more than can be looked at, those before it."""
        seen: list[Seen] = []
        count = 1
        while len(seen) < min(count, MOST_PAGES):
            try:
                answer = self._sandbox.extract(path, version.media_type, version.filename, max_pages=len(seen) + 1)
                run = [_seen(page) for page in answer.pages]
            except (UnreadableFile, SandboxFailure, NoExtractor, ValueError, TypeError, KeyError):
                break
            if not run or len(run) > RUN:
                break
            seen += run
            count = answer.page_count
        return seen


def remarks_on(pages: Iterable[Seen]) -> list[Remark]:
    """What an archivist would send back to the scanner's operator."""
    seen = list(pages)
    found: list[Remark] = []
    if broken := [page.page for page in seen if page.problem]:
        found.append(Remark("page_broken", Severity.PROBLEM, f"{_at(broken)}损坏，无法显示；请重新扫描。", tuple(broken)))
    if blank := [page.page for page in seen if page.blank]:
        found.append(Remark("blank_page", Severity.INFO, f"{_at(blank)}是空白页；请确认原件确实空白，没有漏扫。", tuple(blank)))
    written = [page for page in seen if not page.blank and not page.problem]
    coarse = [page for page in written if 0 < page.resolution < _SLACK * LEAST_DPI]
    for known in (True, False):
        if some := [page for page in coarse if bool(page.dpi) is known]:
            found.append(_coarse(some, known=known))
    if crooked := [page for page in written if abs(page.skew) > MOST_SKEW]:
        worst = max(abs(page.skew) for page in crooked)
        numbers = [page.page for page in crooked]
        found.append(Remark("skewed_page", Severity.INFO, f"{_at(numbers)}歪斜（最大 {worst:.1f} 度）；识别前会自动纠正，原件不变。",
                            tuple(numbers)))
    return found


def _coarse(pages: Sequence[Seen], *, known: bool) -> Remark:
    numbers = [page.page for page in pages]
    least = min(page.resolution for page in pages)
    if known:
        return Remark("low_resolution", Severity.WARNING, f"{_at(numbers)}的扫描分辨率只有 {least} dpi，低于 {LEAST_DPI} dpi；"
                       "建议以 300 dpi 重新扫描。", tuple(numbers))
    return Remark("low_resolution", Severity.INFO, f"{_at(numbers)}没有注明分辨率，按 A4 幅面估算约 {least} dpi，低于 {LEAST_DPI} dpi；"
                   "如为扫描件，建议以 300 dpi 重新扫描。", tuple(numbers))


def _at(numbers: Sequence[int]) -> str:
    return f"第 {'、'.join(map(str, numbers[:10]))}{' 等' if len(numbers) > 10 else ' '}页"


def _seen(answer: str) -> Seen:
    """What the worker says is not trusted. Raises ValueError, TypeError or KeyError."""
    said = json.loads(answer)
    if "problem" in said:
        return Seen(int(said["page"]), problem=str(said["problem"])[:200])
    across, down = (int(value) for value in said["pixels"])
    return Seen(int(said["page"]), bool(said["blank"]), int(said["dpi"]), (min(across, down), max(across, down)), float(said["skew"]))

"""The outbox handler that takes bundles apart: what is inside a filed document becomes documents of its own.

Idempotent and resumable: each member is remembered in the transaction that files it, so whoever comes after a kill goes
on behind it. The bundle stays as it was received.
"""

import logging
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from archive.blobs.port import BlobStore
from archive.claims import Event
from archive.clock import Clock
from archive.errors import EngineDown, Invalid
from archive.events import NotNow
from archive.models import Document, Member, Outcome, Unpacking, UnpackState, Version
from archive.operations.documents import dossier_for_files
from archive.operations.members import Verdict, record_unpacked, unpacker
from ingest.guard import withdraw_holder
from ingest.intake import Intaker
from ingest.one_by_one import one_by_one
from ingest.sandbox import Limits
from ingest.unpacking.budget import Place, UnpackLimits
from ingest.unpacking.entries import Job
from ingest.unpacking.filing import Filing
from ingest.unpacking.process import LIMITS, BadAnswer, BundleProcess, Closing, Gone, TimedOut
from ingest.unpacking.readers import READERS
from ingest.unpacking.telling import SOURCE, remarks_on

MOST_RESTARTS = 10
_RETRIED = (Outcome.UNREADABLE.value, Outcome.ENCRYPTED.value)    # by another engine they may be read
_MADE = (Outcome.FILED.value, Outcome.VERSION.value, Outcome.DUPLICATE.value)
_BROKEN = {
    "timeout": "解包时久无回应，已中止。", "cpu": "解包占用处理器过久，已中止。", "memory": "解包需要的内存超过上限，已中止。",
    "crash": "解包程序在这里出错退出，内容可能已损坏。", "killed": "解包程序两次被系统强行结束，多半是内存不足。",
    "output": "解包程序给出的内容不合规矩，已中止。"}
log = logging.getLogger("dangan.unpack")


class Unpacker:
    """Takes bundles apart, one at a time in each thread that calls it."""

    def __init__(self, blobs: BlobStore, intake: Intaker, clock: Clock, limits: UnpackLimits | None = None,
                 process_limits: Limits = LIMITS) -> None:
        self.blobs, self.intake, self.clock = blobs, intake, clock
        self.limits, self.process_limits = limits or UnpackLimits(), process_limits
        self._lock = threading.Lock()
        self._running: set[BundleProcess] = set()
        self._stopping = False

    def __call__(self, events: Sequence[Event]) -> dict[str, str | EngineDown]:
        """Raises NotNow where it is told to stop: whoever takes the event up goes on where this ended."""
        return one_by_one(events, self.unpack_document)

    def interrupt(self) -> None:
        """End what is being taken apart; nothing more is begun."""
        with self._lock:
            self._stopping = True
            for process in self._running:
                process.kill()

    def unpack_document(self, key: str, *, again: bool = False) -> None:
        """Take the current version of a document apart where that is still to be done, or `again` what was left out:
        behind a limit that was raised since, or by another engine."""
        document = Document.objects(id=key).first()
        version = Version.objects(id=document.current).first() if document and document.current else None
        if version is None or not (version.split or version.media_type in READERS):
            return
        if not again and Unpacking.objects(id=version.id).first() is not None:
            return
        place = Place.of(document, version, self.limits)
        state, reason, limit = self._unpacked(document, version, place)
        if withdraw_holder(self.clock, version):
            return
        unpacking = Unpacking(
            id=version.id, document=document.id, project=document.project, root=place.root, depth=place.depth,
            state=state.value, reason=reason, members=Member.objects(version=version.id).count(), engine=SOURCE, limit=limit,
            limits=self.limits_now())
        record_unpacked(unpacker(), self.clock, unpacking, SOURCE, remarks_on(unpacking))

    def limits_now(self) -> dict[str, int]:
        return self.limits.as_they_are(self.intake.max_bytes)

    def may_yield_more(self, unpacking: Unpacking) -> bool:
        """Whether a limit that kept something out has been raised since. What was taken apart before limits were kept with
        it and ended early is worth a try."""
        if not unpacking.limits:
            return unpacking.state in (UnpackState.PARTIAL, UnpackState.REFUSED)
        raised = {name for name, value in self.limits_now().items() if value > unpacking.limits.get(name, 0)}
        return unpacking.limit in raised or (
            "file" in raised and Member.objects(version=unpacking.id, limit="file").first() is not None)

    def _unpacked(self, document: Document, version: Version, place: Place) -> tuple[UnpackState, str, str]:
        """How it ended, why, and at which limit."""
        if place.depth >= self.limits.depth:
            return UnpackState.REFUSED, self.limits.sentence("depth") + "，没有再往里解包。原包已原样保存。", "depth"
        try:
            dossier_for_files(unpacker(), document.project)
        except Invalid as refusal:
            return UnpackState.REFUSED, str(refusal), ""
        with self.blobs.local(version.sha256) as path:
            closing = self._taken_apart(path, document, version, place)
        return self._ending(closing, version, place)

    def _taken_apart(self, path: Path, document: Document, version: Version, place: Place) -> Closing:
        """As often as a member brings the process down, without that member, until it gets through."""
        killed = False
        for _ in range(MOST_RESTARTS):
            with Filing(self.intake, self.clock, document, version, place, lambda: self._stopping) as filing:
                closing = self._pass(path, version, place, filing)
                if closing.outcome not in _BROKEN:
                    return closing
                if self._stopping:
                    raise NotNow
                if closing.outcome == "killed" and not killed:
                    killed = True    # once is not the file's fault
                    continue
                if filing.current is None:
                    return closing
                filing.note(filing.current, Verdict(Outcome.UNREADABLE, _BROKEN[closing.outcome]))
        return closing

    def _pass(self, path: Path, version: Version, place: Place, filing: Filing) -> Closing:
        done = tuple(sorted(self._done(version)))
        job = Job(path.resolve(), version.media_type, version.filename, place.members_left, place.bytes_left,
                  self.intake.max_bytes, done, version.split)
        with self._process() as process:
            try:
                process.begin(job)
            except (Gone, TimedOut, BadAnswer) as error:
                if self._stopping:
                    raise NotNow from error
                raise EngineDown(engine="解包进程", reason=process.end()[1].rpartition("\n")[2] or type(error).__name__) from error
            try:
                return filing.take(process.said())
            except TimedOut:
                kind, detail = "timeout", ""
            except BadAnswer as error:
                kind, detail = "output", str(error)
            except Gone:
                kind, detail = process.died()
        log.warning("taking apart %s failed: %s %s", version.id, kind, detail)
        filing.settle()
        return Closing(kind if kind in _BROKEN else "crash", detail)

    def _done(self, version: Version) -> Iterator[int]:
        """Members that need not be tried: a limit or an engine of before may have stood in the way of the others."""
        before = Unpacking.objects(id=version.id).first()
        known = Member.objects(version=version.id)
        if before is None:
            yield from known.scalar("number")
            return
        for member in known:
            oversized = member.limit == "file" and self.intake.max_bytes > before.limits.get("file", 0)
            if not oversized and not (member.outcome in _RETRIED and before.engine != SOURCE and member.at <= before.at):
                yield member.number

    def _ending(self, closing: Closing, version: Version, place: Place) -> tuple[UnpackState, str, str]:
        made = Member.objects(version=version.id, outcome__in=_MADE).count()
        short = UnpackState.PARTIAL if made else UnpackState.REFUSED
        rest = "，其余没有解包。原包已原样保存。" if made else "，没有解包。原包已原样保存。"
        match closing.outcome:
            case "done":
                return UnpackState.DONE, "", ""
            case "not_a_bundle":
                return UnpackState.SINGLE, closing.reason, ""
            case "limit":
                limit = place.byte_limit if closing.limit == "bytes" else "members"
                return short, self.limits.sentence(limit) + rest, limit
            case "bad":
                return short, closing.reason, ""
            case outcome:
                return short, _BROKEN.get(outcome, _BROKEN["crash"]) + "原包已原样保存。", ""

    @contextmanager
    def _process(self) -> Iterator[BundleProcess]:
        with tempfile.TemporaryDirectory(prefix="dangan-unpack-", ignore_cleanup_errors=True) as folder:
            with self._lock:
                if self._stopping:
                    raise NotNow
                process = BundleProcess("ingest.unpacking.worker", self.process_limits, Path(folder) / "0")
                self._running.add(process)
            try:
                yield process
            finally:
                with self._lock:
                    self._running.discard(process)
                process.end()

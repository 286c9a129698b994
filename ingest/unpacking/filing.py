"""The members of one bundle on their way into the archive, each through the same pipeline as any file, a few at once."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import PurePosixPath
from threading import BoundedSemaphore
from types import TracebackType
from typing import Self

from archive import taxonomy
from archive.blobs.staging import Oversized, Receiver
from archive.clock import Clock
from archive.errors import Invalid, Refused, Secret
from archive.events import NotNow
from archive.models import Document, Member, Outcome, Version
from archive.operations.documents import Filed
from archive.operations.members import Origin, Verdict, record_member, unpacker
from ingest.describe import Given
from ingest.intake import Intaker, clean_name
from ingest.unpacking.budget import Place
from ingest.unpacking.entries import Kind
from ingest.unpacking.process import BadAnswer, Closing, Ending, Found

AT_ONCE = 4
_KEPT = "原包已原样保存，可下载查看。"
_NOT_TAKEN: dict[Kind, tuple[Outcome, str]] = {
    Kind.LINK: (Outcome.SKIPPED, "是链接，不是文件，没有收录；所指的文件若在包内，另有一条。"),
    Kind.DEVICE: (Outcome.SKIPPED, "是设备或管道等特殊文件，没有收录。"),
    Kind.JUNK: (Outcome.SKIPPED, "是操作系统留下的临时文件，没有收录。"),
    Kind.ENCRYPTED: (Outcome.ENCRYPTED, "设有口令，无法取出；请提供不加密的文件。"),
    Kind.UNSUPPORTED: (Outcome.UNREADABLE, "不能取出：{detail}。" + _KEPT),
}
_FAULTS = {"damaged": Outcome.UNREADABLE, Kind.ENCRYPTED.value: Outcome.ENCRYPTED, Kind.LINK.value: Outcome.SKIPPED,
           "oversized": Outcome.REFUSED}


class Filing:
    """Takes what a process says of one bundle. Use `with`: nothing that was received is left behind.

    `current` is the member whose bytes were arriving when the process fell silent.
    """

    def __init__(self, intake: Intaker, clock: Clock, document: Document, version: Version, place: Place,
                 stopped: Callable[[], bool]) -> None:
        """`stopped`: whether the system is going down; then nothing more is begun."""
        self.intake, self.clock, self.place = intake, clock, place
        self.document, self.version = document, version
        self.current: Found | None = None
        self._stopped = stopped
        self._receiver: Receiver | None = None
        self._free = BoundedSemaphore(AT_ONCE)   # what is received waits on the disk: no more than this many at once
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="unpack")
        self._jobs: list[Future[None]] = []
        self._members = self._bytes = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._receiver is not None:
            self._receiver.discard()
        self._pool.shutdown(wait=True, cancel_futures=False)

    def take(self, said: Iterator[Found | bytes | Ending | Closing]) -> Closing:
        """File everything; returns when all of it is. Raises what filing raises for the system's sake, or the process."""
        for part in said:
            match part:
                case Found():
                    self._begin(part)
                case bytes():
                    self._write(part)
                case Ending():
                    self._end(part)
                case Closing():
                    self.settle()
                    return part
        raise AssertionError("a process ends with its closing words")

    def settle(self) -> None:
        """Wait for what is being filed. Raises what that raised."""
        for job in self._jobs:
            job.result()
        self._jobs = []

    def note(self, found: Found, verdict: Verdict, size: int = 0) -> None:
        """Keep what became of a member that makes no document."""
        record_member(unpacker(), self.clock, self._origin(found, size), verdict)

    def _begin(self, found: Found) -> None:
        if self._stopped():    # what the process had said by then may still lie in the pipe
            raise NotNow
        self._look_back()
        self._members += 1
        if self._members > self.place.members_left:
            raise BadAnswer("more members than were allowed")
        if found.kind is not Kind.FILE:
            outcome, reason = _NOT_TAKEN[found.kind]
            detail = found.detail or "格式不受支持"
            self._submit(lambda: self.note(found, Verdict(outcome, reason.format(detail=detail))))
            return
        self._free.acquire()
        self.current = found
        try:
            self._receiver = self.intake.receive(_name(found))
        except BaseException:
            self._free.release()
            raise

    def _write(self, data: bytes) -> None:
        self._bytes += len(data)
        if self._receiver is None or self._bytes > self.place.bytes_left:
            raise BadAnswer("more bytes than were allowed")
        try:
            self._receiver.write(data)
        except Oversized as error:
            raise BadAnswer("a larger member than was allowed") from error

    def _end(self, ending: Ending) -> None:
        found, receiver = self.current, self._receiver
        if found is None or receiver is None:
            raise BadAnswer("the end of nothing")
        self.current = self._receiver = None
        if ending.fault:
            receiver.discard()
            self._free.release()
            self._submit(lambda: self.note(found, self._fault(ending), ending.size))
            return
        origin = self._origin(found, receiver.size)
        self._submit(lambda: self._file(receiver, origin, found.type), free=True)

    def _fault(self, ending: Ending) -> Verdict:
        if ending.fault == "oversized":
            return Verdict(Outcome.REFUSED, f"超过单个文件上限 {self.intake.max_bytes // (1 << 20)} MiB，没有收录。" + _KEPT,
                           limit="file")
        return Verdict(_FAULTS.get(ending.fault, Outcome.UNREADABLE), f"{ending.reason}{_KEPT}")

    def _submit(self, work: Callable[[], None], *, free: bool = False) -> None:
        def run() -> None:
            try:
                work()
            finally:
                if free:
                    self._free.release()

        self._jobs.append(self._pool.submit(run))

    def _look_back(self) -> None:
        """Stop early where filing failed for the system's sake: the rest would fail likewise."""
        running = []
        for job in self._jobs:
            if job.done():
                job.result()
            else:
                running.append(job)
        self._jobs = running

    def _file(self, receiver: Receiver, origin: Origin, type_: str) -> None:
        try:
            filed = self._filed(receiver, origin, type_)
        except Secret as refusal:
            verdict = Verdict(Outcome.REFUSED, str(refusal.facts["reason"]) + "原包含有这个文件，解包结束后一并移除。")
            record_member(unpacker(), self.clock, replace(origin, path=""), verdict)
        except Refused as refusal:
            record_member(unpacker(), self.clock, origin, Verdict(Outcome.REFUSED, str(refusal.facts["reason"])))
        except Invalid as refusal:
            record_member(unpacker(), self.clock, origin, Verdict(Outcome.REFUSED, str(refusal)))
        else:
            if filed.duplicate:
                verdict = Verdict(Outcome.DUPLICATE, "", filed.document.id, filed.version.id)
                record_member(unpacker(), self.clock, origin, verdict)
        finally:
            receiver.discard()

    def _filed(self, receiver: Receiver, origin: Origin, type_: str) -> Filed:
        staged = receiver.finish()
        if earlier := self._earlier(origin):
            return self.intake.add_staged_version(unpacker(), earlier, staged, origin)
        given = Given(type=type_) if type_ in taxonomy.load() else None    # a sheet printed for a type there is no more
        return self.intake.file_staged(unpacker(), self.document.project, staged, given, origin)

    def _earlier(self, origin: Origin) -> str:
        """The document that came from this path of an earlier version of the bundle: these bytes are its next version."""
        if self.version.number == 1:
            return ""
        row = Member.objects(document=origin.document, path=origin.path, occurrence=origin.occurrence,
                             version__ne=origin.version, outcome__in=(Outcome.FILED.value, Outcome.VERSION.value)).first()
        return str(row.child) if row else ""

    def _origin(self, found: Found, size: int) -> Origin:
        return Origin(
            document=self.document.id, version=self.version.id, dossier=self.document.dossier, project=self.document.project,
            by=self.version.received_by, root=self.place.root, depth=self.place.depth + 1, number=found.number,
            path=found.path, outside=found.outside, occurrence=found.occurrence, size=size)


def _name(found: Found) -> str:
    try:
        return clean_name(PurePosixPath(found.path).name)
    except Invalid:
        return f"未命名-{found.number}"

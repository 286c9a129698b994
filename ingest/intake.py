"""The way in: a stream of bytes becomes a document, a duplicate, or a refusal with a reason.

The stages run in order over one submission; a stage refuses by raising. Only after all of them are the bytes stored,
and only then is the document filed: object first, then the transaction that names it.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from archive.access import Actor, require
from archive.blobs.port import BlobStore
from archive.blobs.staging import Receiver, Staged, stage
from archive.clock import Clock
from archive.errors import Invalid, NotFound, Refused, Secret
from archive.models import Project, TextState
from archive.operations import documents
from archive.operations.descriptions import Description
from archive.operations.documents import Filed, Intake, Scan, TextRead
from archive.operations.members import Origin
from archive.permissions import Permission
from archive.queries import find_document
from ingest.describe import Given, described
from ingest.examination import EXAMINE, Examination, examine, has_text
from ingest.guard import marked
from ingest.identification import Identifier
from ingest.lookups import Known, look_up
from ingest.media_types import identify
from ingest.pronom import known_puid
from ingest.reading import HEAD_PAGES, Reading, as_stack, read
from ingest.sandbox import Sandbox
from ingest.scanners.none import NoScanner
from ingest.scanners.port import Finding, Scanner
from ingest.unpacking.detect import holds_files
from ingest.whole import whole_text

LONGEST_NAME = 255
NOT_KEPT = "文件内容没有保留；请登记目录条目（脱密题名与存放位置），原件按保密规定移交保管。"


@dataclass
class Submission:
    """A file on its way through the stages, and what they have found out."""

    project: Project
    staged: Staged
    given: Given
    media_type: str = ""
    puid: str = ""
    reading: Reading = field(default_factory=lambda: Reading(TextRead(TextState.PENDING)))
    secrecy_checked: bool = False
    scan: Scan = field(default_factory=Scan)

    @property
    def filename(self) -> str:
        return self.staged.filename

    @cached_property
    def known(self) -> Known:
        """As the archive was when first asked."""
        return look_up(self.project, [self.staged])

    @cached_property
    def examination(self) -> Examination:
        """By the worker that read the text; here where it gave none, as of a file without text."""
        text = self.reading.text
        return self.reading.examination or examine(self.filename, text.pages, self.reading.headings, complete=self.reading.complete)


class Intaker:
    """Files submissions. `staging` is where bytes wait for the decision; `max_bytes` the largest file.

    A set `scanner` that gives no answer stops the filing (EngineDown): what nobody looked at is not let in.
    """

    def __init__(self, blobs: BlobStore, sandbox: Sandbox, clock: Clock, staging: Path, max_bytes: int,
                 scanner: Scanner | None = None, *, identifier: Identifier | None = None, through: bool = False) -> None:
        """`through`: the store keeps the very files in `staging`, see `staging.Receiver`. Without an `identifier` only
        formats whose structure says it all get their PRONOM identifier."""
        self.blobs, self.sandbox, self.clock = blobs, sandbox, clock
        self.staging, self.max_bytes, self.through = staging, max_bytes, through
        self.scanner, self.identifier = scanner or NoScanner(), identifier
        self.stages: tuple[Callable[[Submission], None], ...] = (
            self._refuse_known_secrets, self._scan, self._identify, self._read_head, self._refuse_secrets)

    def receive(self, filename: str) -> Receiver:
        """Where the bytes of a file go that is filed once it is complete; to be discarded in any case. Raises Invalid."""
        return Receiver(self.staging, clean_name(filename), self.max_bytes, through=self.through)

    def file(self, actor: Actor, code: str, filename: str, chunks: Iterable[bytes], given: Given | None = None) -> Filed:
        """File one document. Raises Refused, NotFound, NotPermitted, Invalid, EngineDown, DiskFull; nothing was kept then."""
        require(actor, Permission.DOCUMENT_FILE)
        documents.dossier_for_files(actor, code)
        with stage(self.staging, clean_name(filename), chunks, limit=self.max_bytes, through=self.through) as staged:
            return self.file_staged(actor, code, staged, given)

    def file_staged(self, actor: Actor, code: str, staged: Staged, given: Given | None = None,
                    origin: Origin | None = None, *, split: bool = False) -> Filed:
        """File what was received already. The dossier is looked at again: it may have closed meanwhile. Raises as `file`.

        `origin`: it was found inside another document. `split`: a scan whose parts, between separator pages, become
        documents of their own.
        """
        require(actor, Permission.DOCUMENT_FILE)
        project = documents.dossier_for_files(actor, code)
        submission = Submission(project, staged, given or Given())
        if known := self._known(actor, submission):
            return known
        intake = replace(self._accept(actor, submission), origin=origin)
        if split:
            intake = replace(intake, split=True, holds_files=True, text=as_stack(intake.text))
        return documents.file_document(actor, self.clock, intake)

    @contextmanager
    def staged(self, filename: str, chunks: Iterable[bytes]) -> Iterator[Staged]:
        """The bytes as received, for the block. Raises Refused, Invalid, DiskFull."""
        with stage(self.staging, clean_name(filename), chunks, limit=self.max_bytes, through=self.through) as staged:
            yield staged

    def accept(self, actor: Actor, project: Project, staged: Staged, given: Given) -> Intake:
        """Everything up to the filing, for who files many at once; the bytes are durable then. Raises as `file`."""
        require(actor, Permission.DOCUMENT_FILE)
        return self._accept(actor, Submission(project, staged, given))

    def accept_new(self, actor: Actor, project: Project, staged: Staged, given: Given, known: Known) -> Intake | Filed:
        """As `accept`, of a file that was looked up together with others; what the dossier has already is answered as such
        and not looked at again."""
        require(actor, Permission.DOCUMENT_FILE)
        submission = Submission(project, staged, given)
        submission.known = known
        return self._known(actor, submission) or self._accept(actor, submission)

    def look(self, actor: Actor, project: Project, staged: Staged, given: Given) -> None:
        """Raises what `accept` would, and leaves nothing behind: no bytes, no record of the refusal."""
        require(actor, Permission.DOCUMENT_FILE)
        submission = Submission(project, staged, given)
        for step in self.stages:
            step(submission)

    def add_version(self, actor: Actor, key: str, filename: str, chunks: Iterable[bytes]) -> Filed:
        """File new bytes for an existing document. Raises as `file`."""
        require(actor, Permission.DOCUMENT_FILE)
        documents.dossier_for_files(actor, find_document(actor, key).project)
        with stage(self.staging, clean_name(filename), chunks, limit=self.max_bytes, through=self.through) as staged:
            return self.add_staged_version(actor, key, staged)

    def add_staged_version(self, actor: Actor, key: str, staged: Staged, origin: Origin | None = None) -> Filed:
        """As `add_version`, of what was received already."""
        require(actor, Permission.DOCUMENT_FILE)
        document = find_document(actor, key)
        project = documents.dossier_for_files(actor, document.project)
        submission = Submission(project, staged, Given(type=document.type, title=document.title))
        if known := self._known(actor, submission):
            return known
        intake = replace(self._accept(actor, submission), origin=origin)
        return documents.add_version(actor, self.clock, key, intake)

    def _known(self, actor: Actor, submission: Submission) -> Filed | None:
        if submission.staged.digests.sha256 not in submission.known.held:
            return None
        try:
            return documents.duplicate_in(actor, submission.project, submission.staged.digests.sha256)
        except NotFound:
            return None

    def _accept(self, actor: Actor, submission: Submission) -> Intake:
        """Run the stages, then make the bytes durable. A refusal is recorded before it is raised."""
        try:
            for step in self.stages:
                step(submission)
        except Refused as refusal:
            documents.record_refusal(actor, self.clock, submission.project.code, submission.staged.digests,
                                     str(refusal.facts["reason"]), secret=isinstance(refusal, Secret))
            raise
        text, found = submission.reading.text, submission.examination
        taught = submission.known.lessons.get(submission.filename, ())
        description = described(found.recognition, found.metadata, submission.given, taught)
        if not submission.reading.complete:
            description = _without_reading(description, submission.given)
        whole = whole_text(found.whole) if found.whole and submission.reading.complete else None
        holds = holds_files(submission.staged.path, submission.media_type)
        self.blobs.put(submission.staged.path, submission.staged.digests.sha256, hashed=True)
        return Intake(
            project=submission.project.code, filename=submission.filename, digests=submission.staged.digests,
            media_type=submission.media_type, puid=submission.puid, description=description, secrecy_checked=submission.secrecy_checked,
            scan=submission.scan, holds_files=holds, whole=whole,
            text=text if submission.reading.complete else TextRead(TextState.PENDING))

    def _refuse_known_secrets(self, submission: Submission) -> None:
        """Bytes that had to be removed once are not let in again, even where only recognition could read them."""
        if reason := submission.known.refused.get(submission.staged.digests.sha256):
            raise Secret(filename=submission.filename, reason=f"{reason}。{NOT_KEPT}")

    def _scan(self, submission: Submission) -> None:
        """Before anything opens the file. An infected one leaves its digest and the virus' name in the audit trail."""
        verdict = self.scanner.check(submission.staged.path)
        if verdict.finding is Finding.INFECTED:
            raise Refused(filename=submission.filename, reason=(
                f"查出病毒（{verdict.virus}，{verdict.engine}）。文件内容没有保留；请在来源处清除病毒后重新上传。"))
        at = self.clock.now() if verdict.finding is Finding.CLEAN else None
        submission.scan = Scan(verdict.finding.value, verdict.engine, verdict.reason, at)

    def _identify(self, submission: Submission) -> None:
        path = submission.staged.path
        submission.media_type = kind = identify(path, submission.filename)
        submission.puid = (self.identifier.puid(path, kind, submission.filename) if self.identifier
                           else known_puid(path, kind) or "")

    def _read_head(self, submission: Submission) -> None:
        """Most files as a whole; of a long one the first pages, for refusal and recognition: the worker reads it in full."""
        submission.reading = read(self.sandbox, submission.staged.path, submission.media_type, submission.filename,
                                  HEAD_PAGES, EXAMINE)

    def _refuse_secrets(self, submission: Submission) -> None:
        """State secrets may not enter a system that is not cleared for them (保守国家秘密法)."""
        if not has_text(submission.reading.text.pages):
            return
        submission.secrecy_checked = True
        if why := marked(submission.reading.text.pages, submission.staged.digests.sha256):
            raise Secret(filename=submission.filename, reason=f"{why.reason}。{NOT_KEPT}")


def _without_reading(description: Description, given: Given) -> Description:
    """Dates and conclusions stand at a document's end: from its first pages alone they would be guesses."""
    return replace(description, doc_date=given.doc_date, doc_no="", issuer="", conclusion="", terms=())


def clean_name(filename: str) -> str:
    """The file's own name without any path or control character. Raises Invalid where nothing is left."""
    name = "".join(c for c in filename.replace("\\", "/").rpartition("/")[2] if c.isprintable()).strip()
    if not name or name in {".", ".."}:
        raise Invalid(field="文件名", problem="为空或只有路径，请给文件取名后再上传。")
    if len(name.encode()) <= LONGEST_NAME:
        return name
    stem, dot, extension = name.rpartition(".")
    room = LONGEST_NAME - len((dot + extension).encode())
    return (stem or name).encode()[:max(room, 1)].decode(errors="ignore") + dot + extension

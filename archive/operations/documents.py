"""Documents: filing, new versions, confirming what they are, catalogue entries, and the text read from them.

Bytes are in the blob store before any of this runs; here they get their name, or a refusal gets its trace.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pymongo.errors import DuplicateKeyError

from archive import taxonomy
from archive.access import Actor, may_see, require, system_actor
from archive.clock import Clock
from archive.digests import Digests
from archive.errors import Conflict, Invalid, NotFound
from archive.models import Document, Model, Project, TextPart, TextRecord, TextState, Version, new_id
from archive.models.rows import NewRow, draft, new_row
from archive.models.withdrawals import Withdrawal
from archive.operations.clearances import keep_refusal
from archive.operations.descriptions import Description, describe, describe_again
from archive.operations.layouts import emit_scanned
from archive.operations.learning import keep_evidence
from archive.operations.members import Origin, adopt
from archive.operations.remarks import put_remarks
from archive.operations.whole_texts import WholeText, facts_of, records_of
from archive.permissions import Permission
from archive.personal import restore
from archive.queries import find_document, find_project
from archive.remarks import Remark
from archive.text_parts import parts_of
from archive.transaction import Transaction, collection, write

LONGEST_HEADING, MOST_HEADINGS = 300, 60
READING = "reading"  # in whose name remarks are kept that come with the text, whatever engine read it


@dataclass(frozen=True, slots=True)
class TextRead:
    """What an engine read: pages of text, or none and the state that says why.

    The fields on optical recognition are those of `TextRecord`; `image_pages` not yet `recognised` go to the
    lane that recognises. `remarks` None: what was remarked before stays.
    """

    state: TextState
    pages: Sequence[str] = ()
    page_count: int = 0
    engine: str = ""
    reason: str = ""
    truncated: bool = False
    warnings: Sequence[str] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    image_pages: Sequence[int] = ()
    remarks: Sequence[Remark] | None = ()
    recognised: Sequence[int] = ()
    doubtful: Sequence[int] = ()
    confidence: float = 0.0
    ocr_engine: str = ""
    reader: str = ""
    headings: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Scan:
    """What a virus scanner said of a file that may be kept: `clean`, or `not_checked` and why. `at` is aware."""

    verdict: str = "not_checked"
    engine: str = ""
    reason: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Intake:
    """A file that passed the pipeline and whose bytes are stored.

    `holds_files` says that it is to be looked into for others, `split` that these are parts of a scan; `origin` that it was
    itself found in one. `whole`: what is known of its text already; where that is nothing, the lanes find it out.
    """

    project: str
    filename: str
    digests: Digests
    media_type: str
    description: Description
    text: TextRead = field(default_factory=lambda: TextRead(TextState.PENDING))
    secrecy_checked: bool = False
    scan: Scan = field(default_factory=Scan)
    holds_files: bool = False
    split: bool = False
    origin: Origin | None = None
    puid: str = ""
    whole: WholeText | None = None


@dataclass(frozen=True, slots=True)
class Filed:
    """`duplicate` says the same bytes were already in this dossier: nothing was written."""

    document: Document
    version: Version
    duplicate: bool


def file_document(actor: Actor, clock: Clock, intake: Intake) -> Filed:
    """Turn an accepted file into a document with its first version. Raises NotFound, NotPermitted, Invalid."""
    require(actor, Permission.DOCUMENT_FILE)
    project = dossier_for_files(actor, intake.project)

    def work(tx: Transaction) -> Filed:
        filed, records = new_records(tx, still_open(tx, project), intake)
        tx.insert_all(records)
        return filed

    try:
        return write(actor, clock, work)
    except DuplicateKeyError:
        return duplicate_in(actor, project, intake.digests.sha256)


def duplicate_in(actor: Actor, project: Project, sha256: str) -> Filed:
    """The document that already holds these bytes in this dossier. Raises NotFound where none does."""
    version: Version | None = Version.objects(dossier=project.id, sha256=sha256).first()
    if version is None:
        raise NotFound(what="文件内容", key=sha256)
    return Filed(find_document(actor, version.document), version, duplicate=True)


def held(project: Project, digests: Sequence[str]) -> frozenset[str]:
    """Those of these bytes (SHA-256) that some document of this dossier has, as a version old or new. No access check."""
    rows = collection(Version).find({"dossier": project.id, "sha256": {"$in": list(digests)}}, {"_id": 0, "sha256": 1})
    return frozenset(row["sha256"] for row in rows)


def dossier_for_files(actor: Actor, code: str) -> Project:
    """The project, where it may hold files. Raises Invalid for a classified one: it is kept as catalogue entries."""
    return _open_for_files(find_project(actor, code))


def _open_for_files(project: Project) -> Project:
    if project.classified:
        raise Invalid(field="项目", problem=f"“{project.code}”是涉密项目，本系统只登记目录（题名与存放位置），不接收文件内容；"
                                        "请改用“登记目录条目”，原件按保密规定保管。")
    return project


def add_version(actor: Actor, clock: Clock, key: str, intake: Intake) -> Filed:
    """A new version of a document: the old bytes stay, the new ones become current. What was confirmed stays so."""
    require(actor, Permission.DOCUMENT_FILE)
    known = find_document(actor, key)
    project = dossier_for_files(actor, known.project)

    def work(tx: Transaction) -> Filed:
        still_open(tx, project)
        document = Document._from_son(tx.fresh(Document, {"_id": key}))
        if document.catalogue_only:
            raise Invalid(field="文件", problem="目录条目没有文件内容，不能添加版本。")
        version = _version(tx, document.id, project.id, _next_number(tx, document), intake)
        came_from = adopt(tx, document, version, intake.origin) if intake.origin else {}
        tx.insert_all([version])
        document.current, document.version, document.filename = version.id, version.number, intake.filename
        _put_text(tx, document, version.id, intake.text)
        tx.insert_all(records_of(tx, document, version, intake.whole))
        tx.replace(document)
        tx.audit("document.version-added", f"document:{key}", project=project.code, number=version.number,
                 sha256=version.sha256, sm3=version.sm3, **facts_of(intake.whole), **came_from)
        _emit_filed(tx, document, intake)
        return Filed(document, version, duplicate=False)

    try:
        return write(actor, clock, work)
    except DuplicateKeyError:
        return duplicate_in(actor, project, intake.digests.sha256)


def catalogue_document(actor: Actor, clock: Clock, code: str, description: Description, location: str) -> Document:
    """An entry without bytes (目录条目): title, type, date and where the original is kept."""
    require(actor, Permission.DOCUMENT_FILE)
    project = find_project(actor, code)
    if not location.strip():
        raise Invalid(field="存放位置", problem="目录条目须写明原件的存放位置。")

    def work(tx: Transaction) -> Document:
        document = _document(tx, project, description, filename="")
        document.catalogue_only, document.location = True, location.strip()
        document.text_state = TextState.UNSUPPORTED.value
        tx.insert_all([document])
        tx.audit("document.catalogued", f"document:{document.id}", project=code, type=document.type)
        tx.emit("document.filed", document.id, code)
        return document

    return write(actor, clock, work)


def confirm_document(actor: Actor, clock: Clock, key: str, revision: int, changes: Mapping[str, Any]) -> Document:
    """Set or confirm what a document is: type, title, date, number, issuer, conclusion. Raises Conflict, NotFound."""
    require(actor, Permission.DOCUMENT_CONFIRM)
    unknown = changes.keys() - {"type", "title", "doc_date", "doc_no", "issuer", "conclusion"}
    if unknown:
        raise Invalid(field="、".join(sorted(unknown)), problem="没有这个字段，或它不能修改。")
    if "type" in changes:
        taxonomy.load().get(changes["type"])
    if not str(changes.get("title", "题名") or "").strip():
        raise Invalid(field="题名", problem="不能为空，请填写文件题名。")

    def work(tx: Transaction) -> None:
        document = find_document(actor, key)
        if document.revision != revision:
            raise Conflict(what="文件", key=document.title)
        said = {name: restore(value, getattr(document, name)) if isinstance(value, str) else value
                for name, value in changes.items()}
        before = {name: str(getattr(document, name)) for name in said}
        for name, value in said.items():
            setattr(document, name, value)
        document.by_hand = sorted({*document.by_hand, *said})
        if "type" in said:
            document.type_source, document.stage = "confirmed", taxonomy.load().get(document.type).stage
            keep_evidence(tx, document, before["type"])
        tx.replace(document)
        tx.audit("document.confirmed", f"document:{key}", project=document.project, before=before,
                 after={name: str(value) for name, value in said.items()})
        tx.emit("document.changed", key, document.project)

    write(actor, clock, work)
    return find_document(actor, key)


def record_text(clock: Clock, version_id: str, text: TextRead, description: Description | None = None) -> None:
    """Keep what an engine read from a version, over what was read before; the document is indexed again.

    A description read from the full text replaces guesses, never what a person gave or confirmed.
    """
    actor = system_actor("extract")
    require(actor, Permission.TEXT_RECORD)

    def work(tx: Transaction) -> None:
        if (row := tx.fresh(Version, {"_id": version_id})) is None:  # withdrawn while it was read
            return tx.audit("document.text-skipped", f"version:{version_id}")
        version = Version._from_son(row)
        document = Document._from_son(tx.fresh(Document, {"_id": version.document}))
        if document.current != version_id:
            return tx.audit("document.text-skipped", f"document:{document.id}", version=version.number)
        _put_text(tx, document, version_id, text)
        if description:
            describe_again(document, description)
        tx.replace(document)
        tx.audit("document.text-read", f"document:{document.id}", version=version.number, state=text.state.value,
                 engine=text.engine, pages=text.page_count, ocr_engine=text.ocr_engine,
                 recognised=len(text.recognised))
        tx.emit("document.text-read", document.id, document.project)
        emit_scanned(tx, document, text.image_pages, text.recognised)
        return None

    write(actor, clock, work)


def record_refusal(actor: Actor, clock: Clock, code: str, digests: Digests, reason: str, *, secret: bool = False) -> None:
    """Leave a trace of a file that was not kept. Neither its name nor its text is stored: both may be secret."""
    def work(tx: Transaction) -> None:
        if secret:
            keep_refusal(tx, code, digests, reason)
        tx.audit("document.refused", f"project:{code}", sha256=digests.sha256, size=digests.size, reason=reason)

    write(actor, clock, work)


def new_records(tx: Transaction, project: Project, intake: Intake) -> tuple[Filed, list[Model | NewRow]]:
    """What a file becomes, noted in audit and outbox; the caller inserts the records. `project` is of `still_open`."""
    document = _document(tx, project, intake.description, intake.filename)
    if intake.origin:
        document.id = intake.origin.child
    version = _version(tx, document.id, project.id, 1, intake)
    document.current = version.id
    came_from = adopt(tx, document, version, intake.origin) if intake.origin else {}
    texts = _texts(tx, document, version.id, intake.text)
    if intake.text.remarks:
        _put_remarks(tx, document, version.id, intake.text)
    tx.audit("document.filed", f"document:{document.id}", project=project.code, type=document.type,
             type_source=document.type_source, filename=intake.filename, sha256=version.sha256, sm3=version.sm3,
             size=version.size, **facts_of(intake.whole), **came_from)
    _emit_filed(tx, document, intake)
    known = records_of(tx, document, version, intake.whole)
    return Filed(document, version, duplicate=False), [*texts, *known, version, document]


def _emit_filed(tx: Transaction, document: Document, intake: Intake) -> None:
    tx.emit("document.filed-whole" if intake.whole else "document.filed", document.id, document.project)
    if document.text_state == TextState.PENDING:
        tx.emit("document.unread", document.id, document.project)
    if intake.holds_files:
        tx.emit("document.bundle", document.id, document.project)
    emit_scanned(tx, document, intake.text.image_pages, intake.text.recognised)


def still_open(tx: Transaction, project: Project) -> Project:
    """The project as it is now: the file took a while to arrive, it may have been moved or classified meanwhile."""
    row = tx.fresh(Project, {"_id": project.id})
    current = Project._from_son(row) if row else None
    if current is None or not may_see(tx.actor, current.label()):
        raise NotFound(what="项目", key=project.code)
    return _open_for_files(current)


def _document(tx: Transaction, project: Project, description: Description, filename: str) -> Document:
    document = draft(Document, id=new_id(), dossier=project.id, project=project.code, unit=project.unit, filename=filename,
                     created_at=tx.now, created_by=tx.actor.id)
    describe(document, description)
    return document


def _next_number(tx: Transaction, document: Document) -> int:
    """The number of a version that was withdrawn is not given again."""
    withdrawn = collection(Withdrawal).find({"document": document.id}, {"number": 1}, session=tx.session)
    return max([int(document.version), *(int(row["number"]) for row in withdrawn)]) + 1


def _version(tx: Transaction, document_id: str, dossier: str, number: int, intake: Intake) -> Version:
    return draft(
        Version, id=new_id(), document=document_id, dossier=dossier, number=number, sha256=intake.digests.sha256,
        sm3=intake.digests.sm3, size=intake.digests.size, media_type=intake.media_type, puid=intake.puid, filename=intake.filename,
        split=intake.split, secrecy_checked=intake.secrecy_checked, scan=intake.scan.verdict, scan_engine=intake.scan.engine,
        scan_reason=intake.scan.reason, scanned_at=intake.scan.at, received_at=tx.now, received_by=tx.actor.id)


def _put_text(tx: Transaction, document: Document, version_id: str, text: TextRead) -> None:
    records = _texts(tx, document, version_id, text)
    if not records:
        return
    tx.remove(TextPart, {"version": version_id})
    for record in records:
        tx.put(record)
    _put_remarks(tx, document, version_id, text)


def _texts(tx: Transaction, document: Document, version_id: str, text: TextRead) -> list[NewRow]:
    """Says on the document how far its text has come; what is to be stored of it."""
    document.text_state, document.text_reason = text.state.value, text.reason[:500]
    if text.state is TextState.PENDING:
        return []
    return [*parts_of(version_id, text.pages),
            new_row(TextRecord, id=version_id, document=document.id, engine=text.engine, page_count=text.page_count,
                    chars=sum(map(len, text.pages)), truncated=text.truncated, warnings=list(text.warnings)[:50],
                    reader=text.reader, headings=[heading[:LONGEST_HEADING] for heading in text.headings[:MOST_HEADINGS]],
                    properties=dict(text.properties), image_pages=list(text.image_pages),
                    recognised=list(text.recognised), doubtful=list(text.doubtful), confidence=text.confidence,
                    ocr_engine=text.ocr_engine, read_at=tx.now)]


def _put_remarks(tx: Transaction, document: Document, version_id: str, text: TextRead) -> None:
    if text.remarks is not None:
        put_remarks(tx, document, version_id, f"{READING} {text.reader or text.engine}".strip(), text.remarks)

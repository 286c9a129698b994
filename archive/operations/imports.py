"""Imports by manifest: begun once, taken on batch by batch, ended.

A batch is one transaction: its documents appear together with how far the import has come, so whatever kills the
process, the next one goes on behind the last row that is in, and no row is done twice. Bytes are in the blob store
before.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any, ClassVar

from pymongo import ReplaceOne
from pymongo.errors import DuplicateKeyError

from archive.access import Actor, require
from archive.clock import Clock
from archive.digests import Digests
from archive.errors import ArchiveError, EngineDown, Invalid, NotFound
from archive.models import Document, ImportReject, ImportRun, Model, Project, Version
from archive.models.receipts import Channel, Outcome
from archive.models.rows import NewRow
from archive.operations.documents import Filed, Intake, new_records, still_open
from archive.operations.receipts import Entry, filed_entry, list_within, refused_for
from archive.permissions import Permission
from archive.transaction import Transaction, collection, write


class ImportTaken(ArchiveError):
    code: ClassVar[str] = "imports.taken"
    text: ClassVar[str] = "清单“{name}”正由另一个进程导入，本进程没有继续。请等它结束，或稍后再次运行同一命令。"


@dataclass(frozen=True, slots=True)
class Handed:
    """A file as the manifest hands it over: its line in the receipt of that project, whatever becomes of it."""

    project: Project
    path: str
    digests: Digests | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one row so far: accepted (`intake`, for a dossier), known already, or wrong (`reason`)."""

    number: int
    project: Project | None = None
    intake: Intake | None = None
    reason: str = ""
    column: str = ""
    handed: Handed | None = None

    @property
    def chars(self) -> int:
        return sum(map(len, self.intake.text.pages)) if self.intake else 0

    def wrong(self, reason: str, column: str = "") -> "Row":
        return Row(self.number, reason=reason, column=column, handed=self.handed)


@dataclass(slots=True)
class _Sorted:
    """A batch inside its transaction: what is to be stored, and how its rows are counted."""

    records: list[Model | NewRow]
    filed: int
    duplicates: int
    rejected: list[Row]
    lines: dict[str, list[Entry]] = field(default_factory=dict)

    def list(self, row: Row, entry: Callable[[Row, Handed], Entry]) -> None:
        """Keep the receipt's line of a row that handed a file over, by project."""
        if row.handed:
            self.lines.setdefault(row.handed.project.id, []).append(entry(row, row.handed))


def find_import(key: str) -> ImportRun | None:
    run: ImportRun | None = ImportRun.objects(id=key).first()
    return run


def begin_import(actor: Actor, clock: Clock, key: str, name: str, total: int, *, again: bool = False) -> ImportRun:
    """The run of this manifest as it stands; made where there is none, or anew from the first row if `again`."""
    require(actor, Permission.DOCUMENT_FILE)

    def work(tx: Transaction) -> ImportRun:
        if (row := tx.fresh(ImportRun, {"_id": key})) and not again:
            known: ImportRun = ImportRun._from_son(row)
            tx.audit("import.resumed", f"import:{key}", name=name, done=known.done, total=total)
            return known
        run = ImportRun(id=key, name=name[:500], by=actor.id, total=total, started_at=tx.now, beat_at=tx.now)
        tx.remove(ImportReject, {"run": key})
        tx.put(run)
        tx.audit("import.begun", f"import:{key}", name=name, total=total)
        return run

    known = find_import(key)
    return known if known and known.state == "done" and not again else write(actor, clock, work)


def take_on(actor: Actor, clock: Clock, run: ImportRun, rows: Sequence[Row]) -> ImportRun:
    """File the accepted rows and note how far the import has come, all at once. Raises ImportTaken, EngineDown.

    `rows` follow each other and begin behind `run.done`. A row that cannot be stored is rejected; the others are not.
    """
    require(actor, Permission.DOCUMENT_FILE)
    if rows[0].number != run.done + 1:
        raise ValueError(f"row {rows[0].number} does not follow row {run.done}")
    try:
        return _written(actor, clock, run, rows)
    except DuplicateKeyError:  # the same bytes came another way at this very moment: they are known now
        return _written(actor, clock, run, rows)
    except (EngineDown, ImportTaken):
        raise
    except ArchiveError as error:
        if len(rows) == 1:
            return _written(actor, clock, run, [rows[0].wrong(str(error))])
    for row in rows:
        run = take_on(actor, clock, run, [row])
    return run


def end_import(actor: Actor, clock: Clock, run: ImportRun) -> ImportRun:
    """Every row is through."""
    require(actor, Permission.DOCUMENT_FILE)

    def work(tx: Transaction) -> None:
        tx.update(ImportRun, run.id, {"$set": {"state": "done", "ended_at": tx.now, "beat_at": tx.now}})
        tx.audit("import.ended", f"import:{run.id}", name=run.name, total=run.total, filed=run.filed,
                 duplicates=run.duplicates, rejected=run.rejected)

    write(actor, clock, work)
    return _found(run)


def receipts_of(run: ImportRun) -> str:
    """The name under which this run's receipts are kept, one for each project; a run from the beginning has its own."""
    return f"import {run.id[-24:]} {run.started_at:%Y%m%d%H%M%S}"


def recent_imports(limit: int = 5) -> list[ImportRun]:
    """The imports that moved last. For who reads operations: names of manifests and counts, no records."""
    return list(ImportRun.objects.order_by("-beat_at").limit(limit))


def rejects_of(key: str) -> Iterator[ImportReject]:
    """The rows that were not taken, in the manifest's order."""
    for row in collection(ImportReject).find({"run": key}).sort("row", 1):
        yield ImportReject._from_son(row)


def _written(actor: Actor, clock: Clock, run: ImportRun, rows: Sequence[Row]) -> ImportRun:
    if not any(row.intake or row.handed for row in rows):
        return _noted(clock, run, rows)

    def work(tx: Transaction) -> None:
        batch = _sort(tx, rows)
        if not tx.update(ImportRun, run.id, _progress(rows, batch.filed, batch.duplicates, tx.now), done=run.done):
            raise ImportTaken(name=run.name)
        if not batch.filed:
            tx.audit("import.advanced", f"import:{run.id}", rows=len(rows))
        tx.insert_all(batch.records)
        _list(tx, run, rows, batch)
        for reject in _rejects(run, batch.rejected):
            tx.put(reject)

    write(actor, clock, work)
    return _found(run)


def _noted(clock: Clock, run: ImportRun, rows: Sequence[Row]) -> ImportRun:
    """Nothing is filed: how far the import has come is progress, not a deed, and leaves no audit entry."""
    rejected = _rejects(run, [row for row in rows if row.reason])
    if rejected:
        collection(ImportReject).bulk_write([ReplaceOne({"_id": each.id}, each.as_mongo(), upsert=True) for each in rejected])
    changes = _progress(rows, 0, len(rows) - len(rejected), clock.now())
    if not collection(ImportRun).update_one({"_id": run.id, "done": run.done}, changes).matched_count:
        raise ImportTaken(name=run.name)
    return _found(run)


def _sort(tx: Transaction, rows: Sequence[Row]) -> _Sorted:
    """Look again at what may have changed since a row was accepted: its dossier, and whether it holds the bytes by now."""
    open_, closed = _dossiers(tx, rows)
    known = _known(tx, rows)
    batch = _Sorted([], 0, 0, [row for row in rows if row.reason])
    for row in batch.rejected:
        batch.list(row, _refused_entry)
    for row in rows:
        if row.reason:
            continue
        if row.project is None or row.intake is None or (row.project.id, row.intake.digests.sha256) in known:
            batch.duplicates += 1
            batch.list(row, partial(_known_entry, tx))
        elif row.project.id in closed:
            batch.rejected.append(row.wrong(closed[row.project.id], "project"))
        else:
            known.add((row.project.id, row.intake.digests.sha256))
            filed, records = new_records(tx, open_[row.project.id], row.intake)
            batch.records += records
            batch.filed += 1
            batch.list(row, partial(_filed_entry, filed))
    return batch


def _list(tx: Transaction, run: ImportRun, rows: Sequence[Row], batch: _Sorted) -> None:
    """The lines of this batch, each in the receipt of its project; a dossier that takes no files hands none over."""
    projects = {row.handed.project.id: row.handed.project for row in rows if row.handed}
    open_ = _dossiers(tx, [Row(0, project) for project in projects.values()])[0]
    for key, entries in batch.lines.items():
        if key in open_:
            list_within(tx, open_[key], Channel.MANIFEST, receipts_of(run), sorted(entries, key=lambda one: int(one.key)))


def _filed_entry(filed: Filed, row: Row, handed: Handed) -> Entry:
    pages = row.intake.text.page_count if row.intake else 0
    return replace(filed_entry(handed.path, filed, key=str(row.number)), pages=pages or None)


def _refused_entry(row: Row, handed: Handed) -> Entry:
    return refused_for(handed.path, row.reason, handed.digests, key=str(row.number))


def _known_entry(tx: Transaction, row: Row, handed: Handed) -> Entry:
    """The document that has these bytes, as this transaction sees it: it may be of this very batch, and not stored yet."""
    digests = handed.digests or Digests("", "", 0)
    version = tx.fresh(Version, {"dossier": handed.project.id, "sha256": digests.sha256}) or {}
    document = tx.fresh(Document, {"_id": version.get("document", "")}) or {}
    title = document.get("title", "")
    reason = f"与已归档的“{title}”内容完全相同，没有重复保存。" if title else "与本清单前面的文件内容完全相同，没有重复保存。"
    return Entry(str(row.number), handed.path, Outcome.DUPLICATE, digests.size, digests.sha256, digests.sm3, title,
                 document.get("_id", ""), version.get("_id", ""), reason)


def _dossiers(tx: Transaction, rows: Sequence[Row]) -> tuple[dict[str, Project], dict[str, str]]:
    """Each dossier as it is now, or why it takes no files any more."""
    open_: dict[str, Project] = {}
    closed: dict[str, str] = {}
    for project in {row.project.id: row.project for row in rows if row.project}.values():
        try:
            open_[project.id] = still_open(tx, project)
        except (NotFound, Invalid) as error:
            closed[project.id] = str(error)
    return open_, closed


def _known(tx: Transaction, rows: Sequence[Row]) -> set[tuple[str, str]]:
    wanted = [{"dossier": row.project.id, "sha256": row.intake.digests.sha256} for row in rows if row.project and row.intake]
    if not wanted:
        return set()
    found = collection(Version).find({"$or": wanted}, {"dossier": 1, "sha256": 1}, session=tx.session)
    return {(row["dossier"], row["sha256"]) for row in found}


def _rejects(run: ImportRun, rows: Sequence[Row]) -> list[ImportReject]:
    return [ImportReject(id=f"{run.id}/{row.number}", run=run.id, row=row.number, column=row.column,
                         reason=row.reason[:1000]) for row in rows]


def _progress(rows: Sequence[Row], filed: int, duplicates: int, now: datetime) -> dict[str, Any]:
    return {"$set": {"beat_at": now}, "$inc": {
        "done": len(rows), "filed": filed, "duplicates": duplicates, "rejected": len(rows) - filed - duplicates}}


def _found(run: ImportRun) -> ImportRun:
    return find_import(run.id) or run

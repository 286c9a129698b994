"""Receipts of hand-overs (移交清单): opening one, listing what became of each file, closing it under a number.

    receipt = open_receipt(actor, clock, code, Channel.CLI, batch="…")
    add_entry(actor, clock, receipt.id, filed_entry(path, filed))       # or refused_entry; add_entries for many at once
    receipt = close_receipt(actor, clock, receipt.id)                   # receipt.number is YJ-2026-000123

A file is filed first and listed after that, so a receipt never claims what is not there. Whoever was interrupted in
between opens the same batch again, files again (a duplicate then) and adds again: an entry's `key` makes that one line.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, ClassVar

from pymongo.errors import DuplicateKeyError

from archive.access import Actor, require
from archive.clock import Clock
from archive.digests import Digests
from archive.errors import ArchiveError, Conflict, Invalid, NotFound, NotPermitted
from archive.models import Project, new_id
from archive.models.receipts import Channel, Counter, Outcome, Receipt, ReceiptEntry
from archive.models.rows import NewRow, new_row
from archive.operations.documents import Filed
from archive.operations.receipt_seals import count_pages, digests_of_list, seal_of
from archive.permissions import Permission
from archive.queries import find_project
from archive.receipts import find_receipt
from archive.transaction import Transaction, collection, write

LONGEST_PATH, MOST_PARTS = 1000, 100
IDLE = timedelta(hours=24)
EDITABLE = ("handed_by", "handed_unit", "received_by", "received_unit", "note")
COUNTED = {Outcome.FILED: "filed", Outcome.DUPLICATE: "duplicates", Outcome.REFUSED: "refused"}


class ReceiptClosed(ArchiveError):
    code: ClassVar[str] = "receipts.closed"
    text: ClassVar[str] = "移交清单 {number} 已经关闭，不能再改动。请另开一份清单。"


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of one file. `key` names the file within its hand-over: the same key is the same line."""

    key: str
    path: str
    result: Outcome
    size: int
    sha256: str = ""
    sm3: str = ""
    title: str = ""
    document: str = ""
    version: str = ""
    reason: str = ""
    pages: int | None = None


def filed_entry(path: str, filed: Filed, *, key: str = "") -> Entry:
    """The line of a file that is in the dossier now, or was before. `path` as it was handed over."""
    version = filed.version
    result = Outcome.DUPLICATE if filed.duplicate else Outcome.FILED
    reason = f"与已归档的“{filed.document.title}”内容完全相同，没有重复保存。" if filed.duplicate else ""
    return Entry(key or path, path, result, version.size, version.sha256, version.sm3, filed.document.title,
                 filed.document.id, version.id, reason)


def refused_entry(path: str, error: ArchiveError, digests: Digests | None = None, *, key: str = "") -> Entry:
    """The line of a file that was not kept. The name of one with a secrecy marking is not kept either."""
    return refused_for(path, str(error.facts.get("reason", error)), digests, key=key)


def refused_for(path: str, reason: str, digests: Digests | None = None, *, key: str = "") -> Entry:
    """As `refused_entry`, where the reason is known in words."""
    named = "" if "密级" in reason or "国家秘密" in reason else path
    found = digests or Digests("", "", 0)
    return Entry(key or path, named, Outcome.REFUSED, found.size, found.sha256, found.sm3, reason=reason[:500])


def open_receipt(actor: Actor, clock: Clock, code: str, channel: Channel, *, batch: str = "",
                 people: Mapping[str, str] | None = None) -> Receipt:
    """A receipt for one hand-over to a project; the one already opened, where this `batch` of this actor has one.

    `people`: any of `EDITABLE`; who hands over is the actor where nothing is said. Raises NotFound, NotPermitted, Invalid.
    """
    require(actor, Permission.DOCUMENT_FILE)
    project = find_project(actor, code)
    if known := _opened(project.id, actor, batch):
        return known
    said = _editable(people or {})

    def work(tx: Transaction) -> Receipt:
        receipt = _new(tx, project, channel, batch, said)
        tx.insert(receipt)
        return receipt

    try:
        return write(actor, clock, work)
    except DuplicateKeyError:
        found = _opened(project.id, actor, batch)
        if found is None:
            raise
        return found


def add_entry(actor: Actor, clock: Clock, key: str, entry: Entry) -> None:
    """As `add_entries`, of one file."""
    add_entries(actor, clock, key, [entry])


def add_entries(actor: Actor, clock: Clock, key: str, entries: Sequence[Entry]) -> None:
    """List files in the order given, in one transaction. Raises ReceiptClosed, NotFound, NotPermitted."""
    if not entries:
        return
    key = _changeable(actor, key)

    write(actor, clock, lambda tx: _add(tx, _open(tx, key), entries))


def list_within(tx: Transaction, project: Project, channel: Channel, batch: str, entries: Sequence[Entry]) -> None:
    """List files in the transaction that decides what becomes of them. The batch's receipt is opened where there is none;
    one that was closed meanwhile is followed by another."""
    _add(tx, _receipt_within(tx, project, channel, batch), entries)


def close_batch(actor: Actor, clock: Clock, batch: str) -> list[Receipt]:
    """Close what this actor opened under this name, in every project; all of them, also those closed before."""
    found = Receipt.objects(__raw__={"opened_by": actor.id, "batch": {"$in": [batch, *(f"{batch}#{n}" for n in range(2, MOST_PARTS))]}})
    return [close_receipt(actor, clock, receipt.id) for receipt in found.order_by("project", "batch")]


def _add(tx: Transaction, receipt: Receipt, entries: Sequence[Entry]) -> None:
    counts = dict.fromkeys((*COUNTED.values(), "bytes"), 0)
    _put_entries(tx, receipt, list({entry.key: entry for entry in entries}.values()), counts)
    tx.update(Receipt, receipt.id, {"$inc": {**counts, "revision": 1}, "$set": {"touched_at": tx.now}})
    tx.audit("receipt.added", f"receipt:{receipt.id}", project=receipt.project, **counts)


def edit_receipt(actor: Actor, clock: Clock, key: str, revision: int, changes: Mapping[str, str]) -> Receipt:
    """Who handed over, who received, a note; until it is closed. Raises ReceiptClosed, Conflict, Invalid, NotFound."""
    key = _changeable(actor, key)
    values = _editable(changes)

    def work(tx: Transaction) -> None:
        receipt = _open(tx, key)
        if receipt.revision != revision:
            raise Conflict(what="移交清单", key=receipt.batch or key)
        before = {name: getattr(receipt, name) for name in values}
        for name, value in values.items():
            setattr(receipt, name, value)
        receipt.touched_at = tx.now
        tx.replace(receipt)
        tx.audit("receipt.edited", f"receipt:{key}", project=receipt.project, before=before, after=values)

    write(actor, clock, work)
    return find_receipt(actor, key)


def close_receipt(actor: Actor, clock: Clock, key: str) -> Receipt:
    """Give it its number and seal it. Closing again changes nothing. Raises Invalid for an empty one, NotFound.

    Pages are counted and the lines are digested before the transaction, which makes sure that nothing was added since: a
    hand-over may have 100,000 lines.
    """
    receipt = find_receipt(actor, key)
    key = receipt.id
    if receipt.state == "closed":
        return receipt
    _may_change(actor, receipt)
    if not receipt.total:
        raise Invalid(field="移交清单", problem="还没有一个文件，不能关闭。")
    count_pages(key)
    year, lines = clock.today().year, digests_of_list(key)

    def work(tx: Transaction) -> None:
        current = _open(tx, key)
        if current.revision != receipt.revision:
            raise Conflict(what="移交清单", key=current.batch or key)
        current.number = f"YJ-{year}-{_next(tx, f'receipt-{year}'):06}"
        current.state, current.closed_at, current.touched_at = "closed", _stored(tx.now), tx.now
        current.closed_by, current.closed_by_name = actor.id, actor.name
        current.sha256, current.sm3 = seal_of(current, lines)
        tx.replace(current)
        tx.audit("receipt.closed", f"receipt:{key}", project=current.project, number=current.number, sha256=current.sha256,
                 sm3=current.sm3, filed=current.filed, duplicates=current.duplicates, refused=current.refused)

    write(actor, clock, work)
    return find_receipt(actor, key)


def close_idle(actor: Actor, clock: Clock) -> tuple[int, int]:
    """Close what nobody has touched for a day, and drop what stayed empty; how many of each. A job's."""
    require(actor, Permission.DOCUMENT_FILE)
    idle = {"state": "open", "touched_at": {"$lt": clock.now() - IDLE}}
    closed = dropped = 0
    for receipt in [Receipt._from_son(row) for row in collection(Receipt).find(idle)]:
        if receipt.total:
            close_receipt(actor, clock, receipt.id)
            closed += 1
        else:
            _drop(actor, clock, receipt)
            dropped += 1
    return closed, dropped


def _drop(actor: Actor, clock: Clock, receipt: Receipt) -> None:
    """An announced hand-over of which nothing came. It never had a number, so none is missing."""
    def work(tx: Transaction) -> None:
        if _open(tx, receipt.id).total == 0:
            tx.remove(Receipt, {"_id": receipt.id})
        tx.audit("receipt.dropped", f"receipt:{receipt.id}", project=receipt.project, batch=receipt.batch)

    write(actor, clock, work)


def _opened(dossier: str, actor: Actor, batch: str) -> Receipt | None:
    if not batch:
        return None
    found: Receipt | None = Receipt.objects(dossier=dossier, opened_by=actor.id, batch=batch).first()
    return found


def _open(tx: Transaction, key: str) -> Receipt:
    row = tx.fresh(Receipt, {"_id": key})
    if row is None:
        raise NotFound(what="移交清单", key=key)
    receipt: Receipt = Receipt._from_son(row)
    if receipt.state != "open":
        raise ReceiptClosed(number=receipt.number)
    return receipt


def _receipt_within(tx: Transaction, project: Project, channel: Channel, batch: str) -> Receipt:
    for number in range(1, MOST_PARTS):
        name = batch if number == 1 else f"{batch}#{number}"
        row = tx.fresh(Receipt, {"dossier": project.id, "opened_by": tx.actor.id, "batch": name})
        if row is None:
            receipt = _new(tx, project, channel, name, {})
            tx.insert(receipt)
            return receipt
        if row["state"] == "open":
            known: Receipt = Receipt._from_son(row)
            return known
    raise Conflict(what="移交清单", key=batch)


def _new(tx: Transaction, project: Project, channel: Channel, batch: str, said: Mapping[str, str]) -> Receipt:
    tell = {"handed_by": tx.actor.name, "handed_unit": tx.actor.unit or project.unit, **said}
    receipt = Receipt(id=new_id(), dossier=project.id, project=project.code, channel=channel.value, batch=batch, opened_at=tx.now,
                      touched_at=tx.now, opened_by=tx.actor.id, opened_by_name=tx.actor.name, **tell)
    tx.audit("receipt.opened", f"receipt:{receipt.id}", project=project.code, channel=channel.value, batch=batch)
    return receipt


def _put_entries(tx: Transaction, receipt: Receipt, entries: Sequence[Entry], counts: dict[str, int]) -> None:
    """Add lines, or replace those of the same keys; `counts` takes up the difference."""
    ids = {entry.key: f"{receipt.id}/{sha256(entry.key.encode()).hexdigest()[:32]}" for entry in entries}
    rows = collection(ReceiptEntry).find({"_id": {"$in": list(ids.values())}}, session=tx.session)
    known: dict[str, dict[str, Any]] = {row["_id"]: row for row in rows}
    for row in known.values():
        counts[COUNTED[Outcome(row["result"])]] -= 1
        counts["bytes"] -= row["size"]
    last, fresh = receipt.total, list[NewRow]()
    for entry in entries:
        before = known.get(ids[entry.key])
        last += 0 if before else 1
        line = _line(tx, receipt, entry, ids[entry.key], before["line"] if before else last)
        if before:
            tx.put(line)
        else:
            fresh.append(line)
        counts[COUNTED[entry.result]] += 1
        counts["bytes"] += entry.size
    tx.insert_all(fresh)


def _line(tx: Transaction, receipt: Receipt, entry: Entry, row_id: str, number: int) -> NewRow:
    return new_row(
        ReceiptEntry, id=row_id, receipt=receipt.id, line=number, path=_printable(entry.path)[:LONGEST_PATH], title=entry.title,
        document=entry.document, version=entry.version, pages=entry.pages, size=entry.size, sha256=entry.sha256, sm3=entry.sm3,
        result=entry.result.value, reason=entry.reason, at=tx.now)


def _next(tx: Transaction, series: str) -> int:
    """Without gaps: the counter is raised, or not, together with what bears the number."""
    last = (tx.fresh(Counter, {"_id": series}) or {"value": 0})["value"]
    tx.put(Counter(id=series, value=last + 1))
    return int(last) + 1


def _changeable(actor: Actor, key: str) -> str:
    """The id of the receipt, where the actor may change it."""
    receipt = find_receipt(actor, key)
    _may_change(actor, receipt)
    return str(receipt.id)


def _may_change(actor: Actor, receipt: Receipt) -> None:
    """Whoever opened it, and archivists."""
    require(actor, Permission.DOCUMENT_FILE)
    if receipt.opened_by != actor.id and not actor.may(Permission.DOCUMENT_CONFIRM):
        raise NotPermitted(permission=Permission.DOCUMENT_CONFIRM.value)


def _editable(changes: Mapping[str, str]) -> dict[str, str]:
    if unknown := changes.keys() - set(EDITABLE):
        raise Invalid(field="、".join(sorted(unknown)), problem="没有这个字段，或它不能修改。")
    return {name: value.strip() for name, value in changes.items()}


def _printable(path: str) -> str:
    """Control characters, and those that turn the direction of writing, would make another name on paper."""
    return "".join(c for c in path if c.isprintable())


def _stored(moment: datetime) -> datetime:
    """As MongoDB will give it back: the seal covers it."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

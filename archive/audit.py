"""The audit trail: a hash chain over entries, appended in the same transaction as the deed, never changed.

Each entry's digest covers its fields and the digest before it, so an edit, a gap or a cut shows. The head is kept in
its own document: a chain whose last entries were cut off no longer ends at the head.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pymongo.client_session import ClientSession

from archive.access import Actor
from archive.models.connection import database
from archive.models.ledgers import AuditEntry

GENESIS = "sha256:" + "0" * 64
HEAD = "audit"


def append(session: "ClientSession", actor: Actor, now: datetime,
           deeds: Sequence[tuple[str, str, Mapping[str, object]]]) -> None:
    """Add entries for (action, subject, detail) to the chain, inside the caller's transaction."""
    heads = database()["chain_heads"]
    head = heads.find_one({"_id": HEAD}, session=session) or {"seq": 0, "digest": GENESIS}
    seq, previous, rows = head["seq"], head["digest"], []
    at = now.replace(microsecond=now.microsecond // 1000 * 1000)  # MongoDB keeps milliseconds
    for action, subject, detail in deeds:
        seq += 1
        row = {"_id": seq, "at": at, "actor": actor.id, "actor_name": actor.name, "action": action,
               "subject": subject, "detail": plain(detail), "previous": previous}
        previous = row["digest"] = digest_of(row)
        rows.append(row)
    database()[AuditEntry._get_collection_name()].insert_many(rows, session=session)
    heads.replace_one({"_id": HEAD}, {"seq": seq, "digest": previous}, upsert=True, session=session)


def digest_of(row: Mapping[str, Any]) -> str:
    """`sha256:<hex>` over the canonical JSON of everything in the entry except the digest itself."""
    body = {key: value for key, value in row.items() if key != "digest"}
    body["at"] = body["at"].astimezone(UTC).isoformat(timespec="milliseconds")
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def verify() -> tuple[int, list[str]]:
    """Walk the whole chain: how many entries were checked, and what does not hold, in words."""
    with database().client.start_session(snapshot=True) as session:  # entries and head of one moment
        return _verify(session)


def _verify(session: "ClientSession") -> tuple[int, list[str]]:
    problems: list[str] = []
    expected, previous, count = 1, GENESIS, 0
    for row in database()[AuditEntry._get_collection_name()].find(session=session).sort("_id", 1):
        count += 1
        if row["_id"] != expected:
            problems.append(f"审计链在第 {expected} 条处缺失（下一条是第 {row['_id']} 条）")
        if row["previous"] != previous:
            problems.append(f"审计链第 {row['_id']} 条与前一条不衔接")
        if digest_of(row) != row["digest"]:
            problems.append(f"审计链第 {row['_id']} 条内容与其摘要不符")
        expected, previous = row["_id"] + 1, row["digest"]
    head = database()["chain_heads"].find_one({"_id": HEAD}, session=session) or {"seq": 0, "digest": GENESIS}
    if (head["seq"], head["digest"]) != (expected - 1, previous):
        problems.append(f"审计链尾部与登记的链头不符（链头第 {head['seq']} 条，链上最后第 {expected - 1} 条）")
    return count, problems


def plain(detail: Mapping[str, object]) -> dict[str, Any]:
    """Values that survive the way through MongoDB unchanged: text, numbers, booleans, lists, dictionaries."""
    return {key: _plain(value) for key, value in detail.items()}


def _plain(value: object) -> Any:
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, Iterable):
        return [_plain(inner) for inner in value]
    return str(value)

"""What watched folders and the mailbox report of themselves. Progress, not deeds: what they file is audited by itself."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from archive.clock import Clock
from archive.models import IntakeSource
from archive.transaction import collection

COUNTED = ("filed", "duplicates", "refused", "unclear")


@dataclass(slots=True)
class Looked:
    """What one look found: how many of each outcome, how many wait, and what could not be read though the place could."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0))
    waiting: int = 0
    trouble: str = ""

    @property
    def taken(self) -> int:
        return sum(self.counts.values())


def note_look(clock: Clock, key: str, looked: Looked) -> None:
    """The place was looked at; a trouble with single files is told, and is over once a look has none."""
    now = clock.now()
    _note(key, {"looked_at": now, "waiting": looked.waiting, **_error(key, looked.trouble, now)}, looked.counts)


def note_failure(clock: Clock, key: str, error: str) -> None:
    """The place could not be looked at."""
    _note(key, _error(key, error, clock.now()), {})


def sources(keys: Sequence[str]) -> list[IntakeSource]:
    """How each of these is doing, in this order; one that was never looked at has no time of a look."""
    found = {row["_id"]: IntakeSource._from_son(row) for row in collection(IntakeSource).find({"_id": {"$in": list(keys)}})}
    return [found.get(key) or IntakeSource(id=key) for key in keys]


def _error(key: str, error: str, now: datetime) -> dict[str, Any]:
    if not error:
        return {"error": "", "failing_since": None}
    known = collection(IntakeSource).find_one({"_id": key}, {"failing_since": 1}) or {}
    return {"error": error[:500], "failing_since": known.get("failing_since") or now}


def _note(key: str, values: dict[str, Any], counts: dict[str, int]) -> None:
    collection(IntakeSource).update_one({"_id": key}, {"$set": values, "$inc": {
        name: counts.get(name, 0) for name in COUNTED}}, upsert=True)

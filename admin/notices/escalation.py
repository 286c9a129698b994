"""Escalating what nobody takes up: decided by `retention/escalation.py`, kept in the alert's history, told by the digest."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from datetime import date

from admin.digests import ACTOR
from admin.mail.wording import escalation_text
from admin.system import System
from archive.transaction import Transaction, collection, write
from retention.escalation import Idle, steps_due
from retention.models import Change, EscalationStep, FindingRecord
from retention.notices import Recipient
from retention.open_alerts import Row, day_of, line_of, open_rows
from retention.recipients import recipients

BATCH = 50
Steps = tuple[tuple[str, int], ...]


def escalate(system: System, today: date) -> int:
    """How many alerts were escalated. Each level is told once for each opening."""
    levels, due = levels_of(recipients(today)), dict[str, Steps]()
    for row in open_rows(today, {"acknowledged_by": ""}, "history"):
        if steps := _steps(system, row, today, levels):
            due[row["_id"]] = steps
    keys = sorted(due)
    return sum(_keep(system, {key: due[key] for key in keys[n:n + BATCH]}, today) for n in range(0, len(keys), BATCH))


def levels_of(people: Iterable[Recipient]) -> Mapping[str, Set[str]]:
    """By project the levels of which there is somebody who may see it."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for person in people:
        for code in person.sees if person.level else ():
            found[code].add(person.level)
    return found


def _steps(system: System, row: Row, today: date, levels: Mapping[str, Set[str]]) -> Steps:
    line = line_of(row, today)
    told = {level for level, _ in line.escalated}
    return steps_due(Idle(line, idle_since(row, today), told), system.settings.escalation, today,
                     lambda level: level in levels.get(line.project_code, ()))


def idle_since(row: Row, today: date) -> date:
    """The day it opened, or a waiver of it ended."""
    turns = [turn["day"].date() for turn in row["history"] if turn["what"] in ("opened", "lapsed")]
    return max((day for day in turns if day <= today), default=day_of(row.get("opened_on")) or today)


def _keep(system: System, due: dict[str, Steps], today: date) -> int:
    """One transaction for some alerts; one that was acknowledged or cleared meanwhile is left alone."""
    kept = 0

    def work(tx: Transaction) -> None:
        nonlocal kept
        kept = 0
        for row in collection(FindingRecord).find({"_id": {"$in": sorted(due)}}, session=tx.session):
            record = FindingRecord._from_son(row)
            if record.alert != "open" or record.acknowledged_by:
                continue
            for level, days in due[record.id]:
                record.escalations.append(EscalationStep(episode=record.episode, level=level, days=days, day=today))
                note = escalation_text(level, days)
                record.history.append(Change(at=tx.now, day=today, what="escalated", note=note, by=tx.actor.id))
            tx.replace(record)
            kept += 1
        tx.audit("alert.escalated", f"day:{today.isoformat()}", alerts={
            key: [f"{level}:{days}" for level, days in steps] for key, steps in due.items()}, kept=kept)

    write(ACTOR, system.clock, work)
    return kept

"""Days on which nobody judged: made up for in the ledger of evaluations, so that it has every project on every day.

Only the ledger: what stands today opened, changed or cleared its alert in the evaluation of today. To let alerts open and
clear again for days that are over, with papers that came since, would tell people twice and tell them what is not so.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from archive.models import Project
from archive.transaction import Transaction, write
from retention.alerts import ACTOR, Judge
from retention.compliance.findings import Finding, Outcome
from retention.keeping import SWEPT
from retention.models import MissedDay

BATCH = 100
MOST_DAYS = 62
ONE_DAY = timedelta(days=1)


def missed(judged: Iterable[date], today: date) -> list[date]:
    """The days between those on which everything was judged, up to yesterday; of a long silence the last two months."""
    known = {day for day in judged if day < today}
    if not known:
        return []
    first = max(min(known), today - timedelta(days=MOST_DAYS))
    days = (first + timedelta(days=n) for n in range((today - first).days))
    done = set(MissedDay.objects(done=True).scalar("id"))
    return [day for day in days if day not in known and day.isoformat() not in done]


def make_up(judge: Judge, day: date) -> int:
    """Judge as of this day every project that was there on it, and write that down; how many. Killed, it goes on behind
    the last that was written."""
    kept = MissedDay.objects(id=day.isoformat()).first() or MissedDay(id=day.isoformat())
    until = datetime.combine(day + ONE_DAY, datetime.min.time(), ZoneInfo(judge.timezone))
    while batch := list(Project.objects(code__gt=kept.last, created_at__lt=until).order_by("code").limit(BATCH)):
        _write_down(judge, kept, batch, judge.judge(batch, day), day)
    kept.done = True
    write(ACTOR, judge.clock, lambda tx: _end(tx, kept, day))
    return int(kept.projects)


def _write_down(judge: Judge, kept: MissedDay, batch: Sequence[Project], answers: dict[str, tuple[Finding, ...]],
                day: date) -> None:
    last, projects = batch[-1].code, kept.projects + len(batch)

    def work(tx: Transaction) -> None:
        found = [finding for project in batch for finding in answers[project.code]]
        tx.audit(SWEPT, f"day:{day.isoformat()}", day=day.isoformat(), projects=[project.code for project in batch],
                 findings=len(found), failed=sum(finding.outcome is Outcome.FAILED for finding in found), caught_up=True)
        kept.last, kept.projects = last, projects
        tx.put(kept)

    write(ACTOR, judge.clock, work)


def _end(tx: Transaction, kept: MissedDay, day: date) -> None:
    tx.put(kept)
    tx.audit("compliance.caught-up", f"day:{day.isoformat()}", projects=kept.projects)

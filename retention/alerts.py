"""Judging projects and keeping what was found: one at a time after an event, all of them at night.

What a finding's alert does is `kept`, what is written of a batch `keeping`. An evaluation reads, judges and writes a batch of
projects at a time; that two of them never keep older facts over newer ones is `turns`.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from archive.clock import Clock
from archive.models import Project
from archive.transaction import collection
from retention import sweeps
from retention.compliance.engine import evaluate
from retention.compliance.facts import Facts, RuleSettings
from retention.compliance.findings import Finding
from retention.compliance.setting_values import version_of
from retention.keeping import ACTOR, Judged, keep
from retention.kept import GONE, Place, deserves_alert, finding_id
from retention.reading import Reader, Reading, facts_of
from retention.rule_changes import in_force, remember
from retention.standings import standing_of
from retention.turns import Turn
from retention.work_years import in_use
from retention.workdays import WorkCalendar

__all__ = ["ACTOR", "GONE", "Hands", "Judge", "Sweep", "deserves_alert", "finding_id", "refresh"]

BATCH = 100
# Of two sweeps in this process, the one that reads first also writes first; those of several processes take turns in
# the database (`retention/turns.py`), as often as this before the other's findings are left to stand.
TURNS = 3
_TURN = threading.Lock()


@dataclass(frozen=True, slots=True)
class Judge:
    """What judging needs beside the facts. settings: those of the configuration; what holds on a day is `settings_on`."""

    clock: Clock
    calendar: WorkCalendar
    settings: RuleSettings
    timezone: str = "Asia/Shanghai"

    def facts(self, projects: Sequence[Project], today: date, settings: RuleSettings | None = None) -> list[Facts]:
        """As of that day, with the settings in force on it, or with others that are only tried."""
        return facts_of(projects, today, in_use(self.calendar), settings or self.settings_on(today), self.timezone)

    def settings_on(self, day: date) -> RuleSettings:
        """The values in force that day: those of the configuration, and what was approved over them."""
        return in_force(self.settings, day).settings

    def judge(self, projects: Sequence[Project], today: date) -> dict[str, tuple[Finding, ...]]:
        """Every finding of each project code; changes nothing."""
        return {facts.project.code: evaluate(facts) for facts in self.facts(projects, today)}

    def reader(self, today: date) -> Reader:
        return Reader(today, in_use(self.calendar), self.settings_on(today), ZoneInfo(self.timezone))


@dataclass(slots=True)
class Sweep:
    """What one evaluation did: projects judged, alerts opened, changed and cleared."""

    projects: int = 0
    opened: int = 0
    changed: int = 0
    cleared: int = 0

    def add(self, other: "Sweep") -> None:
        self.projects += other.projects
        self.opened += other.opened
        self.changed += other.changed
        self.cleared += other.cleared


Hands = Callable[[Judge, Reader, Sequence[Sequence[str]], bool], Iterable[Sweep]]
"""Who judges the batches: this process alone (`in_turn`), or several (`admin/judging.py`). Each project is kept as a whole."""


def in_turn(judge: Judge, reader: Reader, batches: Sequence[Sequence[str]], record_sweep: bool) -> Iterator[Sweep]:
    for batch in batches:
        with _TURN:
            part = judge_batch(judge, reader, batch, record_sweep)
        yield part


def refresh(judge: Judge, codes: Iterable[str] | None = None, today: date | None = None, *,
            record_sweep: bool = False, hands: Hands = in_turn) -> Sweep:
    """Judge these projects (all where None), keep the findings, and open, change or clear their alerts.

    With `record_sweep` every project's evaluation is in the ledger even where nothing changed: the proof that no day was
    left out. Of all projects that is the sweep of the day, which goes on where it was killed.
    """
    day, sweep = today or judge.clock.today(), Sweep()
    reader = judge.reader(day)
    remember(judge.clock, reader.settings)
    whole = codes is None and record_sweep
    done = sweeps.begin(day, version_of(reader.settings)) if whole else frozenset()
    for part in hands(judge, reader, batches(codes, done), record_sweep):
        sweep.add(part)
    if whole:
        sweeps.end(day)
    return sweep


def batches(codes: Iterable[str] | None, done: frozenset[str]) -> list[list[str]]:
    """These projects (all where None) without those done, in batches. What belongs to a unit is read once for all of its projects
    in a batch, so a unit is divided only where it has more than one holds."""
    chosen = {} if codes is None else {"code": {"$in": sorted(set(codes))}}
    rows = collection(Project).find(chosen, {"_id": 0, "code": 1, "unit": 1})
    units: dict[str, list[str]] = {}
    for unit, code in sorted((row["unit"], row["code"]) for row in rows if row["code"] not in done):
        units.setdefault(unit, []).append(code)
    found: list[list[str]] = [[]]
    for own in units.values():
        if len(found[-1]) + len(own) > BATCH:
            found += [own[start:start + BATCH] for start in range(0, len(own), BATCH)]
        else:
            found[-1] += own
    return [batch for batch in found if batch]


def judge_batch(judge: Judge, reader: Reader, codes: Sequence[str], record_sweep: bool,
                gate: Callable[[], AbstractContextManager[object]] = nullcontext) -> Sweep:
    """Judge and keep, again where somebody with newer facts came between. `gate` is passed one at a time, to keep."""
    sweep = Sweep()
    for _ in range(TURNS):
        turn = Turn()
        turn.begin(codes)
        rows = collection(Project).find({"code": {"$in": list(codes)}}).sort("code", 1)
        judged = [_judged(read, reader.today) for read in reader.read(list(rows))]
        kept = keep(judge.clock, turn, judged, reader.today, record_sweep, gate)
        sweep.add(Sweep(len(judged) - len(kept.overtaken), kept.tally.opened, kept.tally.changed, kept.tally.cleared))
        if not (codes := kept.overtaken):
            break
    return sweep


def _judged(read: Reading, day: date) -> Judged:
    project, findings = read.facts.project, evaluate(read.facts)
    place = Place(project.code, project.name, read.dossier, project.unit)
    return Judged(place, findings, standing_of(place, read, findings, day))

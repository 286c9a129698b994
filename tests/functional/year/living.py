"""Lives the script with the real system: its own operations, scheduler, worker, mail server; a clock that is moved by hand."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from admin.jobs import find_job, run_job
from admin.scheduler import Scheduler
from admin.system import System
from admin.worker import Worker
from archive.access import Actor
from archive.clock import FixedClock
from archive.models import JobRun
from archive.operations.descriptions import Description
from archive.operations.documents import catalogue_document
from archive.operations.people import NewPerson, add_person
from archive.operations.projects import LedgerRow, create_project, import_ledger, update_project
from archive.operations.registers import add_entry
from archive.permissions import Role
from archive.queries import find_project
from archive.transaction import collection
from retention.choices import decline
from retention.findings import acknowledge, approve_waiver, ask_waiver
from retention.models import FindingRecord, Mail, Mention
from retention.substitutes import name_substitute
from tests.builders import SYSTEM
from tests.functional.year.foretold import ELSEWHERE, RULES, Matter
from tests.functional.year.lives import Key
from tests.functional.year.post import Someone
from tests.functional.year.world import Event

ZONE = ZoneInfo("Asia/Shanghai")
GIVEN = ("title", "doc_date", "conclusion", "type")


@dataclass(frozen=True, slots=True)
class Found:
    """An open alert as it is stored."""

    matter: Matter
    opened: date
    taken: bool
    until: date | None
    agreed: bool


def foretold_rule(rule: str, subject: str) -> bool:
    return rule in RULES and (rule, subject) not in ELSEWHERE


@dataclass
class Living:
    system: System
    clock: FixedClock
    worker: Worker
    actors: dict[str, Actor] = field(default_factory=dict)
    mails: set[str] = field(default_factory=set)
    keys: dict[str, Key] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.scheduler = Scheduler(self.system)

    def employ(self, people: Iterable[Someone]) -> None:
        for one in people:
            new = NewPerson(one.name, Role(one.role), one.unit, one.address, one.name)
            self.actors[one.name] = add_person(SYSTEM, self.clock, new).actor()

    def at(self, day: date, hour: int, minute: int = 0) -> None:
        self.clock.instant = datetime.combine(day, time(hour, minute), ZONE).astimezone(UTC)

    # -- what people do --------------------------------------------------------------------------------------------

    def do(self, event: Event) -> None:
        getattr(self, f"_{event.what}")(event)

    def _project(self, event: Event) -> None:
        create_project(SYSTEM, self.clock, event.code, event.values)

    def _facts(self, event: Event) -> None:
        update_project(SYSTEM, self.clock, event.code, find_project(SYSTEM, event.code).revision, event.values)

    def _contract(self, event: Event) -> None:
        values = {key: value for key, value in event.values.items() if key != "number"}
        row = LedgerRow(event.values["number"], "合同", 2, {"project": event.code, **values})
        assert import_ledger(SYSTEM, self.clock, [], [row]).errors == []

    def _paper(self, event: Event) -> None:
        values = event.values
        told = Description(values["type"], "given", values.get("title", ""), doc_date=values["doc_date"],
                           conclusion=values.get("conclusion", ""), by_hand=GIVEN)
        catalogue_document(self.actors["archivist"], self.clock, event.code, told, "库房一")

    def _terminated(self, event: Event) -> None:
        add_entry(self.actors["archivist"], self.clock, "profile", event.code, {"terminated_on": event.values["on"]})

    def _open(self, event: Event) -> list[str]:
        rows = FindingRecord.objects(project=event.code, rule=event.values["rule"], alert="open").order_by("subject")
        return [row.id for row in rows if foretold_rule(row.rule, row.subject)]

    def _acknowledge(self, event: Event) -> None:
        for key in self._open(event):
            acknowledge(self.actors["archivist"], self.clock, key, "已联系单位")

    def _ask(self, event: Event) -> None:
        for key in self._open(event):
            ask_waiver(self.actors["archivist"], self.clock, key, "已书面说明", event.values["until"])

    def _waive(self, event: Event) -> None:
        self._ask(event)
        for key in self._open(event):
            approve_waiver(self.actors["supervisor"], self.clock, key)

    def _substitute(self, event: Event) -> None:
        values = event.values
        name_substitute(self.actors[values["person"]], self.clock, values["other"], values["first"], values["last"])

    def _decline(self, event: Event) -> None:
        decline(self.actors[event.values["person"]], self.clock, event.values["kinds"])

    # -- what the machine does -------------------------------------------------------------------------------------

    def scheduled(self, key: str) -> None:
        """As the scheduler does when the hour has come."""
        self.scheduler._run(find_job(key))
        self.well()

    def by_hand(self, key: str) -> None:
        assert run_job(self.system, SYSTEM, key).outcome == "done"

    def caught_up(self) -> None:
        """What the scheduler does when it looks for what it missed."""
        self.scheduler._catch_up()
        self.well()

    def well(self) -> None:
        assert [run.error for run in JobRun.objects(outcome="failed")] == []

    # -- what there is to be seen ----------------------------------------------------------------------------------

    def open_alerts(self) -> dict[Key, Found]:
        found = {}
        for row in collection(FindingRecord).find({"alert": "open"}):
            key = (row["project"], row["rule"], row["subject"])
            self.keys[row["_id"]] = key
            found[key] = _found(row)
        return found

    def new_mails(self) -> dict[str, dict[str, set[Key]]]:
        """By kind and address the alerts that were told since the last look; a second mail of one kind shows as such.
        Notices of other things than alerts (that next year's working days are missing) are left out."""
        found: dict[str, dict[str, set[Key]]] = {}
        for row in collection(Mail).find({"_id": {"$nin": sorted(self.mails)}, "kind": {"$ne": "notice"}}, {"kind": 1, "address": 1, "items": 1}):
            self.mails.add(row["_id"])
            told = found.setdefault(row["kind"], {})
            assert row["address"] not in told, "two mails of one kind at once"
            told[row["address"]] = {self.keys[key.partition("/")[0]] for key in Mention.objects(mail=row["_id"]).scalar("key")}
            if row["kind"] != "weekly":
                assert row["items"] == len(told[row["address"]])
        return found

    def items_of_weekly(self, monday: date) -> dict[str, int]:
        return {mail.address: mail.items for mail in Mail.objects(kind="weekly", day=monday)}


def _found(row: dict[str, Any]) -> Found:
    due, waiver = row.get("due_on"), row.get("waiver")
    matter = Matter(row["rule"], row["subject"], row["outcome"], row["severity"], due.date() if due else None,
                    frozenset(n for n in row.get("milestones", ()) if n >= 0), frozenset(row["targets"]))
    return Found(matter, row["opened_on"].date(), bool(row.get("acknowledged_by")), waiver["until"].date() if waiver else None,
                 bool(waiver and waiver["approved_by"]))


def days_between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]

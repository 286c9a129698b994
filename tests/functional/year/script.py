"""Histories by a seed: what happens to each project and to the people, on which day. Nothing here asks the system."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from tests.functional.year.days import ONE, months_after
from tests.functional.year.world import PEOPLE, Event

MATERIALS = ("construction_summary", "financial_report", "third_party_audit_report", "sharing_report",
             "third_party_test_report", "mlps_evaluation_report", "data_security_assessment", "crypto_evaluation_report")
TESTS = ("mlps_evaluation_report", "crypto_evaluation_report", "data_security_assessment")
ROUTES = ("normal",) * 8 + ("late",) * 4 + ("extended",) * 3 + ("never",) * 3 + ("early", "failed")
TITLES = {"third_party_test_report": "软件功能和性能测评报告", "performance_monitor_report": "绩效监控报告"}
HEARD = ("R31-3", "R42-3", "R31-5f", "R31-7", "R37-1", "R37-2", "R49-3", "R45-1", "R31-1", "R31-4")


class Teller:
    """Tells one project's history from a number of its own, so that one more project changes no other."""

    def __init__(self, seed: int, number: int, start: date, days: int, units: tuple[str, ...]) -> None:
        self.dice = random.Random(seed * 100_003 + number)
        self.code, self.start, self.last = f"XM-{number:03}", start, start + timedelta(days=days - 1)
        self.unit = units[number % len(units)]
        self.number, self.events = number, list[Event]()
        self.begin = start - ONE

    def days(self, low: int, high: int) -> timedelta:
        return timedelta(days=self.dice.randint(low, high))

    def chance(self, percent: int) -> bool:
        return self.dice.random() * 100 < percent

    def tell(self, day: date, what: str, **values: Any) -> None:
        """What happened before the beginning is told with it, what happens after the end is not told."""
        if day <= self.last:
            self.events.append(Event(max(day, self.begin), what, self.code, values))

    def paper(self, day: date, type: str, *, late: int = 0, **values: Any) -> None:
        self.tell(day + timedelta(days=late), "paper", type=type, doc_date=day, **values)

    def maybe(self, percent: int, day: date, type: str, **values: Any) -> None:
        if self.chance(percent):
            self.paper(day, type, **values)

    # -- the stages of a life --------------------------------------------------------------------------------------

    def history(self) -> list[Event]:
        if self.chance(8):
            self.begin = self.start + self.days(5, 150)
        if self.chance(8):
            self.maintained()
        else:
            self.built()
        self.talked_about()
        return [self.first(), *sorted(self.events, key=lambda event: event.day)]

    def first(self) -> Event:
        """The project as it stood when it was registered: all facts of that day are one event."""
        values: dict[str, Any] = {"name": f"第{self.number}号系统建设项目", "unit": self.unit}
        later = []
        for event in self.events:
            if event.what == "facts" and event.day <= self.begin:
                values |= event.values
            else:
                later.append(event)
        self.events = later
        return Event(self.begin, "project", self.code, values)

    def built(self) -> None:
        old = self.chance(30)
        done = self.start - self.days(560, 900) if old else self.start + self.days(-330, 200)
        approved = date(2021, 3, 1) + self.days(0, 120) if self.chance(8) else done - self.days(300, 650)
        planned, begun = done - self.days(-40, 230), min(approved + self.days(60, 150), done)
        level = self.dice.choice(("", "二级", "三级", "三级"))
        self.mode = self.dice.choice(("self_build", "self_build", "service_purchase"))
        self.tell(self.begin, "facts", mode=self.mode, kind="new", approved_on=approved, construction_start=begun,
                  planned_completion=planned, mlps_level=level, **self.contacts())
        self.reports(begun)
        if self.chance(3):
            return self.terminated()
        if self.chance(50):
            self.paper(months_after(planned, 6) + self.days(3, 40), "delay_report")
        if self.chance(8):  # registered wrongly first
            self.tell(done, "facts", actual_completion=done - self.days(5, 30))
            self.tell(done + self.days(10, 60), "facts", actual_completion=done)
        else:
            self.tell(done + self.days(0, 3), "facts", actual_completion=done)
        self.tried(done, "normal" if old else self.dice.choice(ROUTES))
        return None

    def tried(self, done: date, route: str) -> None:
        trial = done + self.days(0, 75 if self.chance(20) else 25)
        self.tell(trial, "facts", trial_start=trial)
        if self.chance(15):
            self.tell(trial + self.days(20, 80), "facts", trial_abnormal_days=self.dice.randint(5, 40))
        due = months_after(trial, 6)
        match route:
            case "never":
                return
            case "early":
                self.accepted(trial + self.days(40, 85), trial)
            case "normal":
                asked = trial + self.days(95, 176)
                self.paper(asked, "acceptance_application", late=self.dice.choice((0, 0, 3, 30)))
                self.accepted(asked + self.days(3, 25), asked)
            case "late":
                asked = due + self.days(3, 260)
                self.paper(asked, "acceptance_application")
                self.accepted(asked + self.days(3, 25), asked)
            case "extended":
                self.paper(due - self.days(5, 25), "acceptance_extension", title="关于延期验收的申请")
                until = due + self.days(80, 200)
                self.tell(due + self.days(-3, 55), "facts", extension_until=until)
                if self.chance(60):
                    self.accepted(until + self.days(-30, 30), until - self.days(31, 50))
            case "failed":
                held = trial + self.days(100, 175)
                self.tell(held + self.days(0, 4), "facts", acceptance_date=held, acceptance_result="不合格")
                self.accepted(held + self.days(30, 120), held)

    def accepted(self, held: date, asked: date) -> None:
        self.tell(held + self.days(0, 5), "facts", acceptance_date=held, acceptance_result="合格")
        for key in MATERIALS:
            if self.chance(88):
                filed = asked - self.days(1, 40) if self.chance(85) else asked + self.days(5, 80)
                self.paper(filed, key, title=TITLES.get(key, ""), conclusion="符合")
        self.maybe(80, held + self.days(2, 40), "acceptance_filing")
        opinion = held + self.days(2, 60)
        if self.mode == "self_build":
            self.maybe(75, opinion, "acceptance_opinion", conclusion="通过")
        else:
            self.maybe(85, held + self.days(1, 20), "unit_acceptance_report", conclusion="合格")
            self.maybe(80, held + self.days(3, 30), "acceptance_result_submission")
            self.maybe(80, opinion + self.days(20, 90), "acceptance_review_opinion", conclusion="通过")
        self.operated(held)

    def operated(self, held: date) -> None:
        live = held + self.days(1, 40)
        self.tell(live, "facts", operation_start=live)
        if self.chance(80):
            self.tell(held + self.days(0, 10), "facts", warranty_end=months_after(held, 12) - ONE)
        self.maybe(55, held + self.days(370, 760), "self_evaluation_report")
        for key in TESTS:
            again = held
            while self.chance(75) and again <= self.last:
                again += self.days(300, 400)
                self.paper(again, key, conclusion="符合")
        if self.chance(70):
            self.contracts(live)
        if self.chance(4):
            self.paper(self.start + self.days(10, 300), "decommission_decision")

    def contracts(self, first: date) -> None:
        """Annual contracts, most of them renewed in time, some late, some not; and the money asked for them."""
        begin, before, count = first + self.days(0, 60), "", 0
        while begin <= self.last + timedelta(days=60) and count < 3:
            count += 1
            number, end = f"HT-{self.number:03}-{count}", months_after(begin, 12) - ONE
            signed = begin + self.days(-40, -1) if self.chance(80) else begin + self.days(1, 30)
            renews = {"renews": before} if before and self.chance(70) else {}
            self.tell(signed + self.days(0, 2), "contract", number=number, type="om", signed_on=signed, start_on=begin,
                      end_on=end, **renews)
            year = (end + ONE).year
            asked = date(year - 1, 6, 1) + self.days(0, 200)
            if self.chance(65):
                self.paper(asked, "om_budget_application")
                self.maybe(70, asked - self.days(-10, 60), "om_reassessment")
            if self.chance(20):
                return
            begin, before = end + (ONE if self.chance(70) else self.days(5, 45)), number

    def maintained(self) -> None:
        """A project of O&M: nothing is built."""
        approved = self.start - self.days(100, 500)
        self.tell(self.begin, "facts", mode="service_purchase", kind="om", approved_on=approved, operation_start=approved,
                  **self.contacts())
        self.contracts(approved)

    def terminated(self) -> None:
        ended = self.start + self.days(5, 200)
        self.tell(ended, "terminated", on=ended)
        self.maybe(60, ended - self.days(1, 20), "termination_application")
        self.maybe(60, ended - self.days(-5, 5), "termination_approval", late=10)

    def reports(self, begun: date) -> None:
        for year in range(begun.year, self.last.year + 1):
            day = date(year, 12, 1) + self.days(0, 29)
            if day >= begun:
                self.maybe(65, day, "performance_monitor_report", late=self.dice.choice((0, 0, 20)), title=f"{year}年度绩效监控报告")

    def contacts(self) -> dict[str, str]:
        found = {}
        if self.chance(25):
            found |= {"contact": "联系人", "contact_email": f"contact{self.number % 9}@unit.example.com"}
        if self.chance(10):
            found |= {"supervisor": "分管领导", "supervisor_email": f"head{self.number % 4}@unit.example.com"}
        return found

    def talked_about(self) -> None:
        """What people do about alerts, and what is said of the project besides."""
        span = (self.last - self.start).days
        for rule in HEARD:
            if self.chance(10):
                self.tell(self.start + self.days(1, span), "acknowledge", rule=rule)
            if self.chance(7):
                day = self.start + self.days(1, span)
                self.tell(day, "waive" if self.chance(75) else "ask", rule=rule, until=day + self.days(6, 70))
        if self.chance(6):
            self.tell(self.start + self.days(5, span), "facts", contact="新联系人", contact_email="moved@unit.example.com")
        self.events = [event for event in self.events if event.day >= self.begin and (
            event.what in ("facts", "contract", "paper") or event.day > self.begin)]


def absences(seed: int, start: date, days: int, pairs: dict[str, str], people: tuple[str, ...]) -> Iterator[Event]:
    """Who is away and who takes the place; who does without what. `pairs`: person and her substitute."""
    dice = random.Random(seed)
    for person, other in pairs.items():
        for share in (0.15, 0.6):
            first = start + timedelta(days=int(days * share) + dice.randint(0, 9))
            yield Event(first - timedelta(days=dice.randint(1, 5)), "substitute", PEOPLE, {
                "person": person, "other": other, "first": first, "last": first + timedelta(days=dice.randint(3, 20))})
    for person in people:
        if dice.random() < 0.4:
            day = start + timedelta(days=dice.randint(1, max(2, days // 2)))
            yield Event(day, "decline", PEOPLE, {"person": person, "kinds": ("reminders",)})
            yield Event(day + timedelta(days=days // 3), "decline", PEOPLE, {"person": person, "kinds": ()})


def script(seed: int, projects: int, start: date, days: int, units: tuple[str, ...]) -> list[Event]:
    """Every event of every project, by day; those of one day in one order."""
    told = [event for number in range(1, projects + 1) for event in Teller(seed, number, start, days, units).history()]
    return sorted(told, key=lambda event: event.day)

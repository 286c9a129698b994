"""The slow model of rules: what stands against a project on a day, worked out anew each time from its whole history.

Written from the measures' design notes and the rules' arithmetic as the handbook words it; it knows nothing of how the
system judges. It tells only what people are alerted to: what is broken, and what is due within the first notice.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from tests.functional.year.days import ONE, months_after, rolled, workdays_after
from tests.functional.year.world import Dossier

CONTRACT_LADDER = frozenset({180, 90, 60, 30, 15, 7, 0})
ACCEPTANCE_LADDER = frozenset({60, 30, 15, 7, 0})
LADDER = frozenset({30, 15, 7, 0})
IN_FORCE = date(2021, 10, 5)
MARKS = {  # of materials: for self-built projects, for purchased services, rule and who is told
    "construction_summary": ("H", "M", "R31-5a", "PM ARCH"), "financial_report": ("H", "M", "R31-5b", "FIN ARCH"),
    "third_party_audit_report": ("H", "M", "R31-5c", "FIN AUD"), "sharing_report": ("H", "H", "R31-5d", "PM"),
    "third_party_test_report": ("H", "M", "R31-5e", "PM"), "mlps_evaluation_report": ("C", "H", "R31-5f", "SEC PM"),
    "data_security_assessment": ("C", "M", "R31-5f", "SEC PM"), "crypto_evaluation_report": ("C", "H", "R31-5g", "SEC PM")}
ONLY_NEW = frozenset({"R30-1", "R30-3", "R37-1", "R37-2", "R49-3"})  # do not reach back before the measures
RULES = frozenset({"R30-1", "R30-3", "R31-1", "R31-2", "R31-3", "R31-4", "R31-6", "R31-7", "R31-8", "R31-9", "R37-1", "R37-2",
                   "R42-2", "R42-3", "R45-1", "R46-1", "R49-3", *(mark[2] for mark in MARKS.values())})
ELSEWHERE = frozenset({("R31-1", "completion_confirmation"), ("R31-1", "trial_run_report")})  # subjects nobody here foretells


@dataclass(frozen=True, slots=True)
class Matter:
    """One alert as it should be: broken, or due within the farthest notice."""

    rule: str
    subject: str
    outcome: str
    severity: str
    due: date | None
    notices: frozenset[int]
    targets: frozenset[str]


@dataclass
class Standing:
    """A project on a day."""

    of: Dossier
    today: date

    @cached_property
    def completed(self) -> date | None:
        return self.of.day("actual_completion") or self.of.day("planned_completion")

    @cached_property
    def trial(self) -> date | None:
        return self.of.day("trial_start")

    @cached_property
    def trial_until(self) -> date | None:
        begun = self.trial or self.completed
        return months_after(begun, 3) + timedelta(days=self.of.facts.get("trial_abnormal_days", 0)) if begun else None

    @cached_property
    def usual_due(self) -> date | None:
        ends = [months_after(day, 6) for day in (self.completed, self.trial) if day]
        return rolled(max(ends)) if ends else None

    @cached_property
    def due(self) -> date | None:
        return self.of.day("extension_until") or self.usual_due

    @cached_property
    def bought(self) -> bool:
        return bool(self.of.facts["mode"] == "service_purchase")

    @cached_property
    def asked(self) -> list[date]:
        own = ("unit_acceptance_report", "acceptance_result_submission") if self.bought else ()
        return self.of.dated(self.today, "acceptance_application", *own)

    @cached_property
    def opinions(self) -> list[date]:
        return self.of.dated(self.today, "acceptance_review_opinion" if self.bought else "acceptance_opinion")

    @cached_property
    def held(self) -> date | None:
        reports = self.of.dated(self.today, "unit_acceptance_report") if self.bought else []
        return self.of.reached("acceptance_date", self.today) or next(iter([*reports, *self.opinions]), None)

    @cached_property
    def refused(self) -> bool:
        bad = self.of.facts.get("acceptance_result") == "不合格" and self.of.reached("acceptance_date", self.today)
        return bool(bad) and not self.opinions

    @cached_property
    def accepted(self) -> bool:
        by_ledger = not self.bought and self.of.reached("acceptance_date", self.today)
        return not self.refused and bool(self.opinions or by_ledger)

    @cached_property
    def applied(self) -> bool:
        return bool(self.asked or self.opinions or self.held or self.refused)

    @cached_property
    def applied_on(self) -> date | None:
        return min([*self.asked, *([self.held] if self.held else [])], default=None)

    @cached_property
    def extension_asked(self) -> bool:
        """A further extension nobody answered was asked for by the due date; the ledger's day answered earlier ones."""
        answered = self.usual_due if self.of.day("extension_until") else None
        papers = self.of.dated(self.today, "acceptance_extension")
        return any(day <= self.due for day in papers if self.due and (answered is None or day > answered))

    @cached_property
    def ended(self) -> date | None:
        """The later of the recorded end and the first consent to it."""
        agreed = self.of.dated(self.today, "termination_approval")
        return max(self.of.terminated, agreed[0]) if self.of.terminated and self.of.terminated <= self.today and agreed else None

    @cached_property
    def state(self) -> str:
        due, today = self.due, self.today
        if self.accepted:
            return "accepted"
        if self.ended is not None:
            return "ended"
        if self.refused:
            return "refused"
        if due is None:
            return "unknown"
        in_time = bool(self.held and self.held <= due) or any(day <= due for day in self.asked)
        if in_time or (self.applied and today <= due):
            return "pending"
        if today > due:
            return "suspended" if self.extension_asked and today <= due + timedelta(days=30) else "overdue"
        if not (self.trial and self.trial <= today):
            return "no trial" if self.completed and today > self.completed else "building"
        return "in trial" if self.trial_until and today <= self.trial_until else "open"


def matters(of: Dossier, today: date) -> dict[tuple[str, str], Matter]:
    """Everything of the foretold rules that stands against it on this day."""
    here, found = Standing(of, today), dict[tuple[str, str], Matter]()
    legacy = of.facts["approved_on"] < IN_FORCE
    of_building = () if of.facts["kind"] == "om" else (_acceptance, _trial, _after_acceptance, _materials, _performance, _delay)
    for told in (*of_building, _contracts, _budget, _tests):
        for matter in told(here):
            if legacy and matter.rule in ONLY_NEW:
                continue
            if legacy and matter.severity in "CH":
                matter = _lighter(matter)
            if matter.outcome == "failed" or _near(matter, today):
                found[matter.rule, matter.subject] = matter
    return found


def _near(matter: Matter, today: date) -> bool:
    return matter.due is not None and bool(matter.notices) and (matter.due - today).days <= max(matter.notices)


def _lighter(matter: Matter) -> Matter:
    return Matter(matter.rule, matter.subject, matter.outcome, "M", matter.due, matter.notices, matter.targets)


def _matter(rule: str, to: str, outcome: str, severity: str, due: date | None, notices: frozenset[int] = frozenset(), *,
            subject: str = "") -> Matter:
    return Matter(rule, subject, outcome, severity, due, notices, frozenset(to.split()))


def _term(here: Standing, rule: str, to: str, last: date, ahead: str, late: str, notices: frozenset[int], *,
          subject: str = "", after: frozenset[int] | None = None) -> Matter:
    """Due until the last day, broken from the next."""
    if here.today <= last:
        return _matter(rule, to, "due", ahead, last, notices, subject=subject)
    return _matter(rule, to, "failed", late, last, notices if after is None else after, subject=subject)


def _acceptance(here: Standing) -> Iterator[Matter]:
    """按期验收 R31-3 and the extension that was not asked for R31-7."""
    due, to = here.due, "PM HEAD AUD ARCH"
    if here.state == "refused":
        yield _matter("R31-3", to, "failed", "C", due)
    if due is None or here.state in ("refused", "accepted", "pending", "unknown", "ended"):
        return
    notices = ACCEPTANCE_LADDER
    if here.trial and here.trial_until and here.trial_until < due:
        notices |= {(due - here.trial_until).days - 1}
    late = (here.today - due).days
    match here.state:
        case "suspended":
            yield _matter("R31-3", to, "due", "M", due + timedelta(days=30), LADDER)
        case "overdue":
            yield _matter("R31-3", to, "failed", "C" if late > 180 else "H", due, notices)
        case "no trial":
            waiting = (here.today - here.completed).days if here.completed else 0
            yield _matter("R31-3", to, "due", "H" if waiting > 30 else "M", due, notices)
        case _:
            yield _matter("R31-3", to, "due", "M" if here.state == "open" else "I", due, notices)
    if late > 0 and not here.extension_asked:
        yield _matter("R31-7", "PM", "failed", "H", due)


def _trial(here: Standing) -> Iterator[Matter]:
    """试运行 R31-1, and acceptance held before its end R31-2."""
    today, completed, until = here.today, here.completed, here.trial_until
    certain = bool(here.of.reached("actual_completion", today))
    if here.state == "ended":
        pass
    elif not (here.trial and here.trial <= today):
        if completed and not here.applied:
            severity = "H" if (today - completed).days > 30 else "M"
            yield _term(here, "R31-1", "PM", completed, "I", severity, LADDER)
    elif certain and completed and here.trial < completed:
        yield _matter("R31-1", "PM", "failed", "H", None)
    elif until and today <= until:
        yield _matter("R31-1", "PM", "due", "I", until, LADDER)
    if here.held and until and (here.trial or certain) and here.held <= until:
        yield _matter("R31-2", "AUD", "failed", "C", None)


def _after_acceptance(here: Standing) -> Iterator[Matter]:
    """Ten working days for the filing, the opinion and the report; ninety days for the review."""
    if here.held is None:
        return
    last, there = workdays_after(here.held, 10), lambda key: bool(here.of.dated(here.today, key))
    if not there("acceptance_filing"):
        yield _term(here, "R31-4", "PM", last, "M", "M", LADDER)
    if not here.bought:
        if not here.opinions and not here.refused:
            yield _term(here, "R31-6", "PM ARCH", last, "M", "H", LADDER)
        return
    for key in ("unit_acceptance_report", "acceptance_result_submission"):
        if not there(key):
            yield _term(here, "R31-8", "PM", last, "M", "H", LADDER, subject=key)
    if not here.opinions:
        since = next(iter(here.of.dated(here.today, "acceptance_result_submission")), here.held)
        yield _term(here, "R31-9", "PM AUD", since + timedelta(days=90), "M", "H", LADDER)


def _materials(here: Standing) -> Iterator[Matter]:
    """To be there when acceptance is applied for, or when its time is over."""
    for key, (built, bought, rule, to) in () if here.state == "ended" else MARKS.items():
        if here.of.dated(here.today, key):
            continue
        if here.applied or here.state in ("overdue", "refused"):
            since = here.applied_on if here.applied else here.due
            yield _matter(rule, to, "failed", bought if here.bought else built, since, subject=key)
        elif here.due:
            yield _matter(rule, to, "due", "M" if here.state == "open" else "I", here.due, LADDER, subject=key)


def _performance(here: Standing) -> Iterator[Matter]:
    """绩效监控 R45-1 for every year not accepted by its end, 自评价 R46-1 within two years, 终止 R30-3."""
    today, begun = here.today, here.of.day("construction_start")
    accepted = here.held if here.accepted else None
    over = min([day for day in (accepted, here.ended) if day], default=None)
    if begun and begun <= today:
        for year in range(max(begun.year, 2021), today.year + 1):
            told = [day for day in here.of.dated(today, "performance_monitor_report") if day.year == year]
            if told or (over and over <= date(year, 12, 31)) or today.year > year + 2:
                continue
            yield _term(here, "R45-1", "PM FIN", date(year, 12, 31), "I", "H", LADDER, subject=str(year), after=frozenset())
    if accepted:
        closes = months_after(max(accepted, here.of.reached("operation_start", today) or accepted), 24)
        papers = here.of.dated(today, "self_evaluation_report")
        if not papers:
            yield _term(here, "R46-1", "PM HEAD", closes, "I", "H", ACCEPTANCE_LADDER, after=LADDER)
        elif papers[0] > closes:
            yield _matter("R46-1", "PM HEAD", "failed", "M", closes)
    ended = here.of.terminated
    for key in ("termination_application", "termination_approval") if ended and ended <= today else ():
        papers = here.of.dated(today, key)
        if not papers or (ended and papers[0] > ended):
            yield _matter("R30-3", "PM AUD", "failed", "H", None, subject=key)


def _delay(here: Standing) -> Iterator[Matter]:
    """Half a year behind the plan: to be reported within ten working days R30-1."""
    planned, done = here.of.day("planned_completion"), here.of.reached("actual_completion", here.today)
    if here.of.day("actual_completion") is None:  # what nobody registered happened no later than what can only follow it
        after = [here.of.reached("trial_start", here.today), here.applied_on, here.of.reached("operation_start", here.today)]
        done = min((day for day in after if day), default=None)
    if planned is None or (done or here.today) <= months_after(planned, 6):
        return
    last, told = workdays_after(months_after(planned, 6), 10), here.of.dated(here.today, "delay_report")
    if not told and here.ended and here.ended <= last:
        return
    if told and told[0] > last:
        yield _matter("R30-1", "PM HEAD", "failed", "H", last)
    elif not told and not done:
        yield _term(here, "R30-1", "PM HEAD", last, "I", "H", LADDER)


def _known(here: Standing) -> dict[str, dict[str, date]]:
    return {number: values for number, values in here.of.contracts.items() if values["signed_on"] <= here.today}


def _contracts(here: Standing) -> Iterator[Matter]:
    """The ladder to the end of each O&M contract R42-3, and those signed after the service began R42-2."""
    listed, stopped = _known(here), here.of.dated(here.today, "decommission_decision")
    for number, one in listed.items():
        if one["signed_on"] > one["start_on"]:
            yield _matter("R42-2", "PM AUD", "failed", "H", None, subject=number)
        if stopped or _renewed(number, one, listed):
            continue
        near = (one["end_on"] - here.today).days <= 30
        yield _term(here, "R42-3", "PM FIN ARCH", one["end_on"], "H" if near else "M", "H", CONTRACT_LADDER, subject=number)


def _renewed(number: str, one: dict[str, date], listed: dict[str, dict[str, date]]) -> bool:
    """By a contract that says so, or by the next in time that does not renew another one."""
    if any(values.get("renews") == number for values in listed.values()):
        return True
    return any(values.get("renews") not in listed and values["start_on"] > one["start_on"] and values["end_on"] > one["end_on"]
               and values["start_on"] >= one["end_on"] - timedelta(days=31)
               for other, values in listed.items() if other != number)


def _budget(here: Standing) -> Iterator[Matter]:
    """Money for O&M is asked for in the year before: by 30 September, at the latest by 31 December. R37-1, R37-2"""
    ends, warranty = [one["end_on"] for one in _known(here).values()], here.of.day("warranty_end")
    if not ends and warranty is None:
        return
    rule, to = ("R37-2", "FIN PM") if ends else ("R37-1", "FIN PM")
    if ends and here.of.dated(here.today, "decommission_decision"):
        return
    year = ((max(ends) if ends else warranty or here.today) + ONE).year
    soft, hard = date(year - 1, 9, 30), date(year - 1, 12, 31)
    papers = [day for day in here.of.dated(here.today, "om_budget_application") if day.year == year - 1]
    if papers:
        assessed = [day for day in here.of.dated(here.today, "om_reassessment") if day.year >= year - 1]
        if ends and not assessed:
            yield _matter(rule, to, "failed", "H", None, subject="om_reassessment")
        elif ends and assessed[0] > papers[0]:
            yield _matter(rule, to, "failed", "M", None, subject="om_reassessment")
    elif here.today <= soft:
        yield _matter(rule, to, "due", "M" if here.today.year == year - 1 else "I", soft, CONTRACT_LADDER)
    elif here.today <= hard:
        yield _matter(rule, to, "due", "H", hard, CONTRACT_LADDER)
    elif here.today.year <= year + 1:
        yield _matter(rule, to, "failed", "H", hard)


def _tests(here: Standing) -> Iterator[Matter]:
    """What was tested is tested again: after a year, 等保 of the second level after two. R49-3"""
    if not here.of.reached("operation_start", here.today) or here.of.dated(here.today, "decommission_decision"):
        return
    for key in ("mlps_evaluation_report", "crypto_evaluation_report", "data_security_assessment"):
        if papers := here.of.dated(here.today, key):
            second = key == "mlps_evaluation_report" and here.of.facts.get("mlps_level") == "二级"
            last = months_after(papers[-1], 24 if second else 12)
            yield _term(here, "R49-3", "SEC", last, "I", "H", ACCEPTANCE_LADDER, subject=key)

"""A term between two days, which many rules are: B no later than so long after A, or no sooner.

Owns counting, lateness and the words for both; what A and B are is the business of the rule.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from retention.compliance.counted import TODAY, since
from retention.compliance.facts import Facts
from retention.compliance.findings import Input, Severity, Verdict, due, failed, passed, unknown
from retention.compliance.milestones import countdown
from retention.compliance.periods import add_months
from retention.compliance.term import rolled

CORRECT = "更正登记有误的日期；日期无误的，由审计人员核实后登记豁免。"


@dataclass(frozen=True, slots=True)
class Length:
    """So many days, working days, months or years. `after` is the last day as it is counted, be it a day of rest."""

    count: int
    unit: str = "days"

    def after(self, facts: Facts, day: date) -> date:
        if self.unit == "workdays":
            return facts.calendar.add_workdays(day, self.count)
        months = {"months": 1, "years": 12}.get(self.unit, 0)
        return add_months(day, self.count * months) if months else day + timedelta(days=self.count)

    @property
    def words(self) -> str:
        return f"{self.count} {_UNITS[self.unit]}"


_UNITS = {"days": "天", "workdays": "个工作日", "months": "个月", "years": "年"}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened on a day, or has not (None); `field` is what the register calls that day."""

    name: str
    day: date | None
    field: str = ""

    @property
    def missing(self) -> str:
        return self.field or f"{self.name}日期"


def no_later(facts: Facts, first: Event, then: Event, length: Length, *, silent_fails: bool, subject: str = "",
             severity: Severity | None = None, inputs: Mapping[str, Input] | None = None, alert: bool = True) -> Verdict:
    """`then` within `length` after `first`. silent_fails: a day nobody registered counts as not done once it is over;
    else it is unknown."""
    if first.day is None:
        return unknown((first.missing,), subject=subject, inputs=inputs)
    counted = length.after(facts, first.day)
    steps = [f"{first.name} {first.day}", f"{first.day} 之后 {length.words} = {counted}（民法典第201条，当日不计入）"]
    last, provisional = _last_day(facts, first.day, counted, length, steps)
    given: dict[str, Input] = {**(inputs or {}), "since": first.day, "deadline": last, "done_on": then.day}
    done = facts.reached(then.day)
    if done is not None:
        steps.append(f"{then.name} {done}")
        if done <= last:
            return passed(f"{then.name}（{done}）不晚于期限 {last}。", subject=subject, due_on=last, inputs=given,
                          steps=tuple(steps), provisional=provisional)
        return failed(f"{then.name}（{done}）比期限 {last} 迟 {(done - last).days} 天。", subject=subject, due_on=last,
                      severity=severity, inputs=given, steps=tuple(steps), provisional=provisional, clears_when=CORRECT)
    if facts.today <= last:
        return due(f"{first.name}后 {length.words}内应{then.name}，最迟 {last}。", subject=subject, due_on=last, inputs=given,
                   steps=tuple(steps), provisional=provisional, clears_when=f"{then.name}并登记日期。",
                   milestones=countdown(facts.settings.other_notice_days, None) if alert else ())
    if not silent_fails:
        return unknown((then.missing,), subject=subject, inputs=given, steps=tuple(steps))
    return failed(f"{first.name}后 {length.words}内应{then.name}，期限 {last} 已过 {since(last)} 天。", subject=subject, due_on=last,
                  severity=severity, inputs=given, steps=(*steps, f"今天 {TODAY}，已过 {since(last)} 天"),
                  provisional=provisional, clears_when=f"{then.name}并登记日期。",
                  milestones=countdown(facts.settings.other_notice_days, None))


def _last_day(facts: Facts, first: date, counted: date, length: Length, steps: list[str]) -> tuple[date, bool]:
    """The term's last day, and whether it is provisional; what there is to say of that goes to `steps`."""
    if length.unit == "years":  # so old it must be: no term of the law to be kept
        return counted, False
    if length.unit != "workdays":
        return rolled(facts, counted, steps)
    provisional = facts.calendar.provisional_between(first, counted)
    if provisional:
        steps.append(facts.calendar.doubt(first, counted))
    return counted, provisional


def no_sooner(facts: Facts, first: Event, then: Event, length: Length, *, subject: str = "",
              inputs: Mapping[str, Input] | None = None) -> Verdict:
    """`then` at least `length` after `first`: the last day of the term is the first that will do."""
    missing = tuple(event.missing for event in (first, then) if event.day is None)
    if first.day is None or then.day is None:
        return unknown(missing, subject=subject, inputs=inputs)
    earliest = length.after(facts, first.day)
    provisional = length.unit == "workdays" and facts.calendar.provisional_between(first.day, earliest)
    given: dict[str, Input] = {**(inputs or {}), "since": first.day, "not_before": earliest, "done_on": then.day}
    steps: tuple[str, ...] = (
        f"{first.name} {first.day}", f"{first.day} 之后 {length.words} = {earliest}", f"{then.name} {then.day}")
    if provisional:
        steps += (facts.calendar.doubt(first.day, earliest),)
    if then.day >= earliest:
        return passed(f"{first.name}至{then.name}不少于 {length.words}。", subject=subject, inputs=given, steps=steps,
                      provisional=provisional)
    return failed(f"{first.name}（{first.day}）至{then.name}（{then.day}）不足 {length.words}，最早应为 {earliest}。",
                  subject=subject, inputs=given, steps=steps, provisional=provisional, clears_when=CORRECT)


def in_order(facts: Facts, first: Event, then: Event, *, subject: str = "", severity: Severity | None = None,
             inputs: Mapping[str, Input] | None = None) -> Verdict:
    """`first` on or before `then`."""
    missing = tuple(event.missing for event in (first, then) if event.day is None)
    given: dict[str, Input] = {**(inputs or {}), "first_day": first.day, "done_on": then.day}
    if first.day is None or then.day is None:
        return unknown(missing, subject=subject, inputs=given)
    steps = (f"{first.name} {first.day}", f"{then.name} {then.day}")
    if first.day <= then.day:
        return passed(f"{first.name}（{first.day}）不晚于{then.name}（{then.day}）。", subject=subject, inputs=given, steps=steps)
    return failed(f"{first.name}（{first.day}）晚于{then.name}（{then.day}）。", subject=subject, severity=severity, inputs=given,
                  steps=steps, clears_when=CORRECT)

"""What a rule may answer. Owns outcomes, severities and the shape of a finding.

Must not know rules, facts or how findings are stored, shown or mailed. A rule answers with verdicts, made by the
five helpers below; the engine adds who said it and turns them into findings. Both are tuples with names: a night makes
tens of millions, and a frozen dataclass of as many fields takes seven times as long to make.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from retention.compliance.counted import JsonValue, Lasting

Input = date | frozenset[str] | tuple[object, ...] | str | int | float | bool | None


class Outcome(StrEnum):
    """`due`: an obligation lies ahead or its term is running. `unknown`: data is missing, work to do, never success."""

    PASSED = "passed"
    FAILED = "failed"
    DUE = "due"
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"


UNSETTLED = frozenset({Outcome.FAILED, Outcome.DUE, Outcome.UNKNOWN})
"""What is kept as a row; of everything else only that it was so."""


class Severity(StrEnum):
    """C illegal or blocking, H overdue or missing mandatory evidence, M should be fixed, L housekeeping, I information.

    Declared from light to grave.
    """

    I = "I"  # noqa: E741 - the letter of the register
    L = "L"
    M = "M"
    H = "H"
    C = "C"

    @property
    def rank(self) -> int:
        return _RANKS[self]

    @property
    def label(self) -> str:
        return SEVERITY_NAMES[self]

    def at_most(self, limit: "Severity") -> "Severity":
        return min(self, limit, key=lambda severity: severity.rank)


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}
SEVERITY_NAMES = {"C": "严重", "H": "重要", "M": "一般", "L": "轻微", "I": "提示"}
"""What people call them, on pages, in mails and exports alike."""


_NOTHING: Mapping[str, Input] = {}


class Verdict(NamedTuple):
    """One answer of a rule, before the engine adds the rule's identity. Fields as in `Finding`, `inputs` as they are given."""

    outcome: Outcome
    reason: str
    severity: Severity | None = None
    subject: str = ""
    due_on: date | None = None
    inputs: Mapping[str, Input] = _NOTHING
    steps: tuple[str, ...] = ()
    clears_when: str = ""
    provisional: bool = False
    milestones: tuple[int, ...] = ()
    quiet: bool = False


class Finding(NamedTuple):
    """One answer of one rule about one project on one day.

    subject: tells several findings of a rule in one project apart (contract number, document type); "" otherwise.
    days_left: due_on minus the day judged, negative when overdue. milestones: values of days_left on which somebody
    is to be told. provisional: rests on a year whose working days are not announced yet. quiet: another finding tells
    people of it (R26-4 of the papers a stage lacks), so it opens no alert of its own. settings_version: which values of
    the settings it was judged by. given: `inputs` as the rule gave them. lasting: where days are counted until today, the
    same with the counts left open. All texts are Chinese.
    """

    rule: str
    rule_version: int
    clause: str
    subject: str
    outcome: Outcome
    severity: Severity
    due_on: date | None
    days_left: int | None
    reason: str
    given: Mapping[str, object]
    steps: tuple[str, ...]
    clears_when: str
    provisional: bool
    targets: tuple[str, ...]
    milestones: tuple[int, ...]
    quiet: bool = False
    settings_version: str = ""
    lasting: Lasting | None = None

    @property
    def inputs(self) -> dict[str, JsonValue]:
        """What was given, as JSON knows it; made when it is asked for, which of nearly all findings nobody does."""
        return all_plain(self.given)

    @property
    def kept(self) -> Lasting:
        """What there is to keep of what it says."""
        return self.lasting or Lasting(self.reason, self.steps, self.inputs)


def passed(reason: str, *, severity: Severity | None = None, subject: str = "", due_on: date | None = None,
           inputs: Mapping[str, Input] | None = None, steps: tuple[str, ...] = (),
           provisional: bool = False) -> Verdict:
    return Verdict(Outcome.PASSED, reason, severity, subject, due_on, inputs or _NOTHING, steps, "", provisional)


def failed(reason: str, *, clears_when: str, severity: Severity | None = None, subject: str = "",
           due_on: date | None = None, inputs: Mapping[str, Input] | None = None, steps: tuple[str, ...] = (),
           provisional: bool = False, milestones: tuple[int, ...] = ()) -> Verdict:
    return Verdict(
        Outcome.FAILED, reason, severity, subject, due_on, inputs or _NOTHING, steps, clears_when, provisional, milestones)


def due(reason: str, *, clears_when: str, due_on: date | None, severity: Severity | None = None, subject: str = "",
        inputs: Mapping[str, Input] | None = None, steps: tuple[str, ...] = (), provisional: bool = False,
        milestones: tuple[int, ...] = ()) -> Verdict:
    return Verdict(
        Outcome.DUE, reason, severity, subject, due_on, inputs or _NOTHING, steps, clears_when, provisional, milestones)


def not_applicable(reason: str, *, severity: Severity | None = None, subject: str = "",
                   inputs: Mapping[str, Input] | None = None) -> Verdict:
    return Verdict(Outcome.NOT_APPLICABLE, reason, severity, subject, None, inputs or _NOTHING)


def unknown(missing: tuple[str, ...], *, reason: str = "", severity: Severity | None = None, subject: str = "",
            inputs: Mapping[str, Input] | None = None, steps: tuple[str, ...] = (), clears_when: str = "") -> Verdict:
    """`missing` names the fields in the words of the ledger; the register says what to fill in. clears_when: where it is
    something else than filling in a field."""
    named = "、".join(missing)
    space = " " if named[:1].isascii() else ""
    return Verdict(
        Outcome.UNKNOWN, reason or f"无法判断：缺少{space}{named}。", severity, subject, None,
        {**(inputs or _NOTHING), "missing": missing}, steps, clears_when or f"补登{space}{named}后重新判断。")


def changed(verdict: Verdict, *, inputs: Mapping[str, Input] | None = None, reason: str = "", quiet: bool = False) -> Verdict:
    """The verdict with these in their place; `_replace` looks names up, which is dear by the million."""
    return Verdict(verdict.outcome, reason or verdict.reason, verdict.severity, verdict.subject, verdict.due_on,
                   verdict.inputs if inputs is None else inputs, verdict.steps, verdict.clears_when, verdict.provisional,
                   verdict.milestones, quiet or verdict.quiet)


def all_plain(given: Mapping[str, object]) -> dict[str, JsonValue]:
    return {name: value if type(value) is str else plain(value) for name, value in given.items()}


_AS_IT_IS = frozenset({str, int, float, bool})


def plain(value: object) -> JsonValue:
    """A value of `inputs` as JSON knows it: dates in ISO form, sets in order."""
    if value is None or type(value) in _AS_IT_IS:
        return value  # type: ignore[return-value]
    if isinstance(value, (tuple, list)):
        return [item if type(item) is str else plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset | set):
        return [*sorted(str(item) for item in value)]
    if isinstance(value, str | int | float):
        return value
    raise TypeError(f"{type(value).__name__} cannot be an input of a finding")

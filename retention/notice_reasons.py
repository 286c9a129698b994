"""When an open alert deserves to be mentioned, and under which ledger key. Pure: a line and a day in, reasons out.

Reasons, in the order in which they name a mention:

* `opened`: the address hears of this opening for the first time;
* `moved`: the due date is another one than the address was told;
* `failed:H` (outcome and severity): the state changed;
* `w-14`: fourteen days overdue, mentioned every seven days;
* `m30`: thirty days are left, one of the line's milestones;
* `esc-head-14`: escalated to the reader's level, after fourteen days in which nobody took it up; comes first.

A reason holds from its day on, so what a missed day did not say is said by the next run. Of several weeks or
milestones gone by, only the latest holds: nobody is told "60 days left" when it is 15.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from retention.notice_lines import AlertLine, Mention

OPENED = "opened"
MOVED = "moved"
ESCALATED = "esc"
WEEK = 7


def standing_reasons(line: AlertLine, today: date) -> tuple[str, ...]:
    """Every reason that holds on this day, told or not."""
    left = line.as_of(today).days_left
    dated = () if left is None else (*_week(left), *_milestone(line.milestones, left))
    return OPENED, MOVED, state(line), *dated


@dataclass(frozen=True, slots=True)
class Standing:
    """A line on one day with everything that holds of it: worked out once, asked for every recipient."""

    line: AlertLine
    keys: dict[str, str]
    """Ledger key to reason, in the order of reasons."""
    steps: dict[str, tuple[str, str]]
    """Ledger key of each escalation to its level and reason."""

    def mention(self, told: Collection[str], *, addressed: bool = True, levels: Collection[str] = ()) -> Mention | None:
        """What is to be said to somebody who was told these keys; None where nothing is new.

        A first mention settles everything that holds on its day: it shows date and state anyway. Who is not
        `addressed` hears only of what was escalated to one of her `levels`.
        """
        fresh = {key: reason for key, reason in self.keys.items() if key not in told} if addressed else {}
        climbed = {key: reason for key, (level, reason) in self.steps.items() if level in levels and key not in told}
        if not fresh and not climbed:
            return None
        return Mention(self.line, (*climbed.values(), *_named(tuple(fresh.values()))), (*climbed, *fresh))


def standing(line: AlertLine, today: date) -> Standing:
    reasons = standing_reasons(line, today)
    steps = {line_key(line, text): (level, text) for level, days in line.escalated if (text := f"{ESCALATED}-{level}-{days}")}
    return Standing(line.as_of(today), {line_key(line, reason): reason for reason in reasons}, steps)


def keys_of(lines: Iterable[AlertLine], today: date) -> set[str]:
    """Every ledger key these lines may settle today: all of the ledger that a plan of them has to know."""
    return {key for line in lines for known in (standing(line, today),) for key in (*known.keys, *known.steps)}


def line_key(line: AlertLine, reason: str) -> str:
    """The ledger's name of one mention, e.g. `a17/2026-03-01/2026-06-30/m30`.

    It holds the day of opening, the event key where there is one, and the due date: an alert that opens again, or
    whose date was moved, starts a new series. `opened` and escalations are independent of the date.
    """
    series = "/".join(part for part in (line.alert_id, line.opened_on.isoformat(), line.event_key) if part)
    return f"{series}/{reason}" if reason == OPENED or reason.startswith(f"{ESCALATED}-") else f"{series}/{line.due_on or '-'}/{reason}"


def state(line: AlertLine) -> str:
    return f"{line.outcome}:{line.severity}"


def expected_mentions(
    line: AlertLine, from_day: date, to_day: date, changes: Iterable[tuple[date, str]] = ()
) -> tuple[tuple[date, str], ...]:
    """On which days, and as what, the line is mentioned to a new address when a run happens every day.

    Counted forwards from the dates, not by `standing`, so that each can check the other. `changes` are the days on
    which the line takes another state, as (day, "failed:H"); a state that was told before is not told again.
    """
    start = max(from_day, line.opened_on)
    if start > to_day:
        return ()
    found = {start: OPENED}
    known = {state(line)}
    for day, new in sorted(changes):
        if start < day <= to_day and new not in known:
            found[day] = new
        known.add(new)
    for day, reason in _dated(line, to_day):
        if start < day <= to_day:
            found.setdefault(day, reason)
    return tuple(sorted(found.items()))


def _dated(line: AlertLine, to_day: date) -> Iterable[tuple[date, str]]:
    """Weeks before milestones: a day that is both is called a week."""
    if line.due_on is None:
        return
    for late in range(WEEK, (to_day - line.due_on).days + 1, WEEK):
        yield line.due_on + timedelta(days=late), f"w-{late}"
    for left in set(line.milestones):
        yield line.due_on - timedelta(days=left), f"m{left}"


def _named(fresh: tuple[str, ...]) -> tuple[str, ...]:
    """A first mention is only that; a moved date explains a state that looks new beside it."""
    if OPENED in fresh:
        return (OPENED,)
    return tuple(reason for reason in fresh if MOVED not in fresh or ":" not in reason)


def _week(left: int) -> tuple[str, ...]:
    late = -left // WEEK * WEEK
    return (f"w-{late}",) if late >= WEEK else ()


def _milestone(milestones: Iterable[int], left: int) -> tuple[str, ...]:
    reached = [days for days in milestones if left <= days]
    return (f"m{min(reached)}",) if reached else ()

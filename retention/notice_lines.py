"""The plain values notices are made of: an open alert as one line, a recipient, and the digest of one person and day.

Knows nothing of databases, mail or clocks. Dates are calendar days of the archive's time zone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

HEAD, SUPERVISOR = "head", "supervisor"
SEVERITIES = ("C", "H", "M", "L", "I")
LISTED_LINES = 2000
"""So many lines a digest lists; of more it says how many there are. Nobody reads on, and mail systems refuse megabytes."""


@dataclass(frozen=True, slots=True)
class AlertLine:
    """An open alert, as people are told about it.

    `days_left` counts calendar days to `due_on` (negative: overdue; None: no date). `milestones` are days left at
    which the alert is mentioned again, e.g. (60, 30, 15, 7, 0). `targets` are the codes of who is addressed (ARCH,
    PM, HEAD, FIN, PROC, SEC, AUD). `opened_on` tells one opening from a later one of the same alert; `event_key`
    may tell more (the number of the opening): a new key makes the line new to everybody. `escalated` are the levels
    (HEAD, SUPERVISOR) it was escalated to in this opening, each with the days nobody had taken it up.
    """

    alert_id: str
    project_code: str
    project_name: str
    unit: str
    rule: str
    title: str
    clause: str
    subject: str
    severity: str
    outcome: str
    due_on: date | None
    days_left: int | None
    reason: str
    steps: tuple[str, ...]
    clears_when: str
    opened_on: date
    milestones: tuple[int, ...] = ()
    targets: tuple[str, ...] = ()
    event_key: str = ""
    escalated: tuple[tuple[str, int], ...] = ()

    def as_of(self, day: date) -> "AlertLine":
        """The same line with its days counted from `day`: an evaluation of yesterday must not state its count."""
        left = (self.due_on - day).days if self.due_on else self.days_left
        return self if left == self.days_left else replace(self, days_left=left)

    @property
    def overdue(self) -> bool:
        return self.days_left is not None and self.days_left < 0

    @property
    def urgency(self) -> tuple[int, date, str]:
        """Sorts the gravest first, then the nearest date, then by id so that two runs agree."""
        rank = SEVERITIES.index(self.severity) if self.severity in SEVERITIES else len(SEVERITIES)
        return rank, self.due_on or date.max, self.alert_id


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who may be told. Several recipients with one address are one person and get one digest.

    A line reaches them when it is addressed to one of `targets` and `sees` has its project's code: what a person
    may not open in the archive is not mailed to them either. `declines` are the optional kinds they want no mail of
    (`retention/optional.py`). `level` is HEAD or SUPERVISOR for who is told of what was escalated to them, whatever it is
    addressed to. `on_behalf` names whose place they take while that person is away.
    """

    address: str
    name: str
    targets: frozenset[str]
    sees: frozenset[str]
    declines: frozenset[str] = frozenset()
    level: str = ""
    on_behalf: str = ""

    def wants(self, line: AlertLine) -> bool:
        return not self.targets.isdisjoint(line.targets) and self.may_see(line.project_code)

    def climbs(self, line: AlertLine) -> bool:
        """Whether the line was escalated to this person's level."""
        return any(level == self.level for level, _ in line.escalated) and self.may_see(line.project_code)

    def may_see(self, code: str) -> bool:
        return code in self.sees


@dataclass(frozen=True, slots=True)
class Mention:
    """One line of one digest. `reasons[0]` is what to call it; `keys` go into the ledger once the mail is out.

    `on_behalf` names the people in whose place alone this is told; empty where it concerns the reader herself.
    """

    line: AlertLine
    reasons: tuple[str, ...]
    keys: tuple[str, ...]
    on_behalf: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProjectGroup:
    code: str
    name: str
    unit: str
    mentions: tuple[Mention, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """What one address is told on one day. `because` are the target codes through which it was addressed.

    `groups` hold what is at hand of it; `lines`, `projects` and `overdue` count all it tells of, and `keys` are the ledger
    keys all of it settles, sorted.
    """

    address: str
    name: str
    day: date
    groups: tuple[ProjectGroup, ...]
    because: tuple[str, ...]
    lines: int
    projects: int
    overdue: int
    keys: tuple[str, ...]

    @classmethod
    def of(cls, address: str, name: str, day: date, mentions: Sequence[Mention], because: Iterable[str]) -> "Digest":
        """Of these mentions and no others, the most urgent first: the project of the first is the first group."""
        by_project: dict[str, list[Mention]] = {}
        for mention in mentions:
            by_project.setdefault(mention.line.project_code, []).append(mention)
        groups = tuple(_group(found) for found in by_project.values())
        return cls(address, name, day, groups, tuple(sorted(because)), len(mentions), len(groups),
                   sum(mention.line.overdue for mention in mentions),
                   tuple(sorted({key for mention in mentions for key in mention.keys})))

    @property
    def mentions(self) -> tuple[Mention, ...]:
        return tuple(mention for group in self.groups for mention in group.mentions)


def _group(mentions: Sequence[Mention]) -> ProjectGroup:
    line = mentions[0].line
    return ProjectGroup(line.project_code, line.project_name, line.unit, tuple(mentions))

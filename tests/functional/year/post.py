"""The slow model of mails: who is told what, at which of the day's looks. Keeps in mind what each address was told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.functional.year.lives import Alert, Key
from tests.functional.year.world import Dossier

OF_UNIT = frozenset({"PM", "FIN", "PROC", "SEC"})
LISTENS = {"archivist": frozenset({"ARCH"}), "unit": OF_UNIT, "auditor": frozenset({"AUD"}), "supervisor": frozenset({"HEAD"})}
LESSER = ("M", "L", "I")


@dataclass(slots=True)
class Someone:
    """A person with an account: what she hears is by role, what she sees by unit ("" for all)."""

    name: str
    role: str
    unit: str = ""
    declines: tuple[str, ...] = ()
    places: list[tuple[str, date, date]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"{self.name}@example.com"

    @property
    def level(self) -> str:
        return "" if self.role != "supervisor" else "head" if self.unit else "supervisor"


@dataclass(frozen=True, slots=True)
class Ear:
    """One way in which an address hears: as herself, in somebody's place, or as what a project names."""

    address: str
    targets: frozenset[str]
    level: str
    declines: tuple[str, ...]
    units: tuple[str, ...] = ()
    only: str = ""

    def sees(self, code: str, unit: str) -> bool:
        return (not self.only or self.only == code) and all(one in ("", unit) for one in self.units)


def ears(people: Mapping[str, Someone], dossiers: Mapping[str, Dossier], day: date) -> list[Ear]:
    found = []
    for one in people.values():
        targets = LISTENS[one.role]
        found.append(Ear(one.address, targets, one.level, one.declines, (one.unit,)))
        for name, first, last in one.places:
            if first <= day <= last:
                other = people[name]
                found.append(Ear(other.address, targets, one.level, one.declines, (one.unit, other.unit)))
    for code, dossier in dossiers.items():
        for key, targets, level in (("contact_email", OF_UNIT, ""), ("supervisor_email", frozenset({"HEAD"}), "head")):
            if address := dossier.facts.get(key):
                found.append(Ear(address, targets, level, (), only=code))
    return found


@dataclass(slots=True)
class Memory:
    """What one address was told of one opening of one alert."""

    heard: bool = False
    dues: set[date | None] = field(default_factory=set)
    states: set[tuple[date | None, str]] = field(default_factory=set)
    weeks: set[tuple[date, int]] = field(default_factory=set)
    notices: set[tuple[date, int]] = field(default_factory=set)
    levels: set[str] = field(default_factory=set)

    def news(self, alert: Alert, day: date, hears: bool, levels: set[str]) -> set[str]:
        """What is new to it, in words: opened, moved, state, week, notice, climbed."""
        found = {"climbed"} if levels - self.levels else set()
        if not hears:
            return found
        matter = alert.matter
        found |= {"opened"} if not self.heard else set()
        found |= {"moved"} if matter.due not in self.dues else set()
        found |= {"state"} if (matter.due, matter.outcome + matter.severity) not in self.states else set()
        for name, mark, marks in (("week", _week(alert, day), self.weeks), ("notice", _notice(alert, day), self.notices)):
            found |= {name} if mark is not None and mark not in marks else set()
        return found

    def keep(self, alert: Alert, day: date, hears: bool, levels: set[str]) -> None:
        self.levels |= levels
        if hears:
            matter = alert.matter
            self.heard = True
            self.dues.add(matter.due)
            self.states.add((matter.due, matter.outcome + matter.severity))
            self.weeks |= {mark for mark in (_week(alert, day),) if mark}
            self.notices |= {mark for mark in (_notice(alert, day),) if mark}


def _week(alert: Alert, day: date) -> tuple[date, int] | None:
    """The last full week behind the due day."""
    due = alert.matter.due
    late = (day - due).days // 7 if due else 0
    return (due, late) if due and late >= 1 else None


def _notice(alert: Alert, day: date) -> tuple[date, int] | None:
    """The nearest notice that was reached before the due day."""
    due = alert.matter.due
    reached = [days for days in alert.matter.notices if due and (due - day).days <= days]
    return (due, min(reached)) if due and reached else None


@dataclass(slots=True)
class Post:
    """Foretells the mails of each look: for each address the alerts it is told of."""

    told: dict[tuple[str, Key, int], Memory] = field(default_factory=dict)
    weeks: set[tuple[str, date]] = field(default_factory=set)
    had_digest: set[tuple[str, date]] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    """Kinds of news that came up at all: a year without them would prove little."""

    def digest(self, alerts: Mapping[Key, Alert], listening: Iterable[Ear], day: date, units: Mapping[str, str]) -> dict[str, set[Key]]:
        by_address: dict[str, list[Ear]] = {}
        for ear in listening:
            if (ear.address, day) not in self.had_digest:
                by_address.setdefault(ear.address, []).append(ear)
        found = {}
        for address, all_ears in by_address.items():
            if lines := self._told(address, all_ears, alerts, day, units, urgent=False):
                found[address] = lines
                self.had_digest.add((address, day))
        return found

    def urgent(self, alerts: Mapping[Key, Alert], listening: Iterable[Ear], day: date, units: Mapping[str, str]) -> dict[str, set[Key]]:
        """Critical since today or yesterday, and new as such to the one who hears it."""
        fresh = {key: alert for key, alert in alerts.items()
                 if alert.matter.severity == "C" and alert.turned >= day - timedelta(days=1)}
        by_address: dict[str, list[Ear]] = {}
        for ear in listening:
            by_address.setdefault(ear.address, []).append(ear)
        told = {address: self._told(address, all_ears, fresh, day, units, urgent=True) for address, all_ears in by_address.items()}
        return {address: lines for address, lines in told.items() if lines}

    def _told(self, address: str, all_ears: list[Ear], alerts: Mapping[Key, Alert], day: date, units: Mapping[str, str], *,
              urgent: bool) -> set[Key]:
        lines = set()
        for key, alert in alerts.items():
            if alert.waived(day):
                continue
            near = [ear for ear in all_ears if ear.sees(key[0], units[key[0]])]
            hearing = [ear for ear in near if ear.targets & alert.matter.targets]
            levels = {ear.level for ear in near if ear.level and ear.level in alert.climbed}
            memory = self.told.get((address, key, alert.episode)) or Memory()
            news = memory.news(alert, day, bool(hearing), levels)
            if not news or (urgent and not news & {"opened", "state"}) or _put_aside(alert, news, hearing, day):
                continue
            memory.keep(alert, day, bool(hearing), levels)
            self.told[address, key, alert.episode] = memory
            self.seen |= news | ({"urgent"} if urgent else set())
            lines.add(key)
        return lines

    def weekly(self, alerts: Mapping[Key, Alert], listening: Iterable[Ear], day: date, units: Mapping[str, str]) -> dict[str, set[Key]]:
        """On Mondays, or the first day after a Monday that was missed, to whoever oversees, and who takes her place."""
        monday, found = day - timedelta(days=day.isoweekday() - 1), {}
        above: dict[str, list[Ear]] = {}
        for ear in listening:
            if ear.level and not ear.only and (ear.address, monday) not in self.weeks and "weekly" not in ear.declines:
                above.setdefault(ear.address, []).append(ear)
        for address, all_ears in above.items():
            lines = {key for key, alert in alerts.items() if not alert.waived(day)
                     and any(ear.sees(key[0], units[key[0]]) for ear in all_ears)}
            if lines:
                self.weeks.add((address, monday))
                found[address] = lines
        return found


def _put_aside(alert: Alert, news: set[str], hearing: list[Ear], day: date) -> bool:
    """Only a nearer notice of a lesser matter, and wanted by none of those at this address."""
    late = alert.matter.due is not None and alert.matter.due < day
    return news == {"notice"} and alert.matter.severity in LESSER and not late and all("reminders" in ear.declines for ear in hearing)

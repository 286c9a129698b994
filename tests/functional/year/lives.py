"""The slow model of alerts: when each opened, who took it up, what was waived; from what `foretold` says of each look."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.functional.year.foretold import Matter, matters
from tests.functional.year.world import Dossier, Event

Key = tuple[str, str, str]  # project, rule, subject


@dataclass(slots=True)
class Alert:
    matter: Matter
    opened: date
    episode: int
    waiting: date
    turned: date
    taken: bool = False
    until: date | None = None
    agreed: bool = False
    climbed: dict[str, int] = field(default_factory=dict)

    def waived(self, day: date) -> bool:
        return self.agreed and self.until is not None and self.until >= day


@dataclass(slots=True)
class Lives:
    """Open alerts by key, how often each opened, and every opening and end with its day."""

    dossiers: dict[str, Dossier] = field(default_factory=dict)
    open: dict[Key, Alert] = field(default_factory=dict)
    count: dict[Key, int] = field(default_factory=dict)
    turns: dict[Key, list[tuple[str, date]]] = field(default_factory=dict)

    def take(self, events: Iterable[Event]) -> set[str]:
        """What happened; the projects of which something changed."""
        touched = set()
        for event in events:
            if event.what in ("acknowledge", "waive", "ask"):
                self._by_people(event)
            elif event.code:
                self.dossiers.setdefault(event.code, Dossier()).take(event)
                touched.add(event.code)
        return touched

    def look(self, codes: Iterable[str], day: date) -> None:
        """Judge these projects as of a day."""
        for code in codes:
            now = {(code, *key): matter for key, matter in matters(self.dossiers[code], day).items()}
            for key in [key for key in self.open if key[0] == code and key not in now]:
                del self.open[key]
                self.turns[key].append(("cleared", day))
            for key, matter in now.items():
                self._found(key, matter, day)

    def _found(self, key: Key, matter: Matter, day: date) -> None:
        known = self.open.get(key)
        if known is None:
            self.count[key] = self.count.get(key, 0) + 1
            self.open[key] = Alert(matter, day, self.count[key], day, day)
            self.turns.setdefault(key, []).append(("opened", day))
            return
        if (known.matter.outcome, known.matter.severity, known.matter.due) != (matter.outcome, matter.severity, matter.due):
            known.turned = day
        known.matter = matter
        if known.until is not None and known.until < day:
            known.until, known.agreed, known.waiting, known.turned = None, False, day, day

    def _by_people(self, event: Event) -> None:
        for key in concerned(self.open, event):
            alert = self.open[key]
            if event.what == "acknowledge":
                alert.taken = True
            else:
                alert.until, alert.agreed = event.values["until"], event.what == "waive"

    def climb(self, day: date, levels: Mapping[str, set[str]]) -> None:
        """What nobody took up goes to the unit's head, then to the supervisor; `levels`: who there is for a project."""
        for key, alert in self.open.items():
            steps = {"C": (3, 7), "H": (14, 30)}.get(alert.matter.severity, ())
            due, there = alert.matter.due, levels[key[0]]
            far = alert.matter.outcome == "due" and due is not None and due > day + timedelta(days=15)
            if alert.taken or alert.waived(day) or far:
                continue
            waited, before = (day - alert.waiting).days, set(alert.climbed)
            for level, after in zip(("head", "supervisor"), steps, strict=False):
                to = level if level in there else "supervisor"
                if waited >= after and to in there and to not in before:
                    alert.climbed[to] = waited


def concerned(keys: Iterable[Key], event: Event) -> list[Key]:
    """The open alerts an event of people is about."""
    return sorted(key for key in keys if key[:2] == (event.code, event.values["rule"]))

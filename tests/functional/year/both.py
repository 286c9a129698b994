"""The real thing and the models side by side: each day is lived through and compared, look by look."""

import dataclasses
import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import TypeVar

from tests.functional.year.lives import Alert, Key, Lives
from tests.functional.year.living import Living, days_between, foretold_rule
from tests.functional.year.post import Ear, Post, Someone, ears
from tests.functional.year.world import PEOPLE, Event
from tests.unit.admin.postbox import PostOffice

log = logging.getLogger("year")
K = TypeVar("K")
V = TypeVar("V")


@dataclasses.dataclass
class Year:
    """One run: the real thing and the two models side by side."""

    real: Living
    office: PostOffice
    people: dict[str, Someone]
    events: dict[date, list[Event]]
    first: date
    last: date
    away: frozenset[date]
    twice: frozenset[date]
    lives: Lives = dataclasses.field(default_factory=Lives)
    others: Lives = dataclasses.field(default_factory=Lives)
    post: Post = dataclasses.field(default_factory=Post)
    told: Counter[str] = dataclasses.field(default_factory=Counter)
    inbox: set[tuple[str, date, Key]] = dataclasses.field(default_factory=set)

    def live(self) -> None:
        self.real.employ(self.people.values())
        self.happen(self.first - timedelta(days=1))
        for day in days_between(self.first, self.last):
            log.info("%s, %d alerts open, %s", day, len(self.lives.open) + len(self.others.open), dict(self.told))
            if day in self.away:
                self.happen(day)
            elif day - timedelta(days=1) in self.away:
                self.back(day)
            else:
                self.usual(day)

    def usual(self, day: date) -> None:
        real = self.real
        real.at(day, 1, 30)
        real.scheduled("compliance.nightly")
        self.looked(self.lives.dossiers, day)
        self.at_once(day, 1, 31)
        real.at(day, 8)
        real.scheduled("notices.daily")
        self.lives_climb(day)
        self.compare(day, "digest", self.post.digest(self.alerts(day), self.ears(day), day, self.units))
        real.at(day, 8, 10)
        real.scheduled("notices.weekly")
        self.weekly(day)
        self.at_work(day)

    def back(self, day: date) -> None:
        """The scheduler is there again at nine: what the night and the morning missed is made up for."""
        real = self.real
        real.at(day, 9)
        real.caught_up()
        self.looked(self.lives.dossiers, day)
        self.lives_climb(day)
        new = real.new_mails()
        weekly = self.post.weekly(self.alerts(day), self.ears(day), day, self.units)
        assert new.pop("weekly", {}).keys() == weekly.keys()
        self.same_mails(day, new, "digest", self.post.digest(self.alerts(day), self.ears(day), day, self.units))
        assert real.worker.drain() >= 0
        self.looked((), day)
        self.at_work(day)

    def at_work(self, day: date) -> None:
        """People work from ten; what they change is judged and, where it is critical, told at once."""
        touched = self.happen(day)
        self.real.worker.drain()
        self.looked(touched, day)
        self.at_once(day, 10, 5)
        if day in self.twice:
            for key in ("compliance.nightly", "notices.daily", "notices.weekly", "notices.urgent", "notices.resend"):
                self.real.by_hand(key)
            self.looked(self.lives.dossiers, day)
            assert self.real.new_mails() == {}

    def happen(self, day: date) -> set[str]:
        self.real.at(day, 10)
        events = self.events.get(day, [])
        for event in events:
            self.real.do(event)
            if event.code == PEOPLE:
                self.of_people(event)
        return self.lives.take(events)

    def of_people(self, event: Event) -> None:
        one = self.people[event.values["person"]]
        if event.what == "decline":
            one.declines = event.values["kinds"]
        else:
            one.places = [place for place in one.places if place[0] != event.values["other"]]
            one.places.append((event.values["other"], event.values["first"], event.values["last"]))

    def looked(self, codes: Iterable[str], day: date) -> None:
        """After a look of the rules: what is open is what the model says, for the rules it foretells."""
        self.lives.look(list(codes), day)
        found = self.real.open_alerts()
        seen = {key: one for key, one in found.items() if foretold_rule(key[1], key[2])}
        wanted = {key: (a.matter, a.opened, a.taken, a.until, a.agreed) for key, a in self.lives.open.items()}
        is_now = {key: (f.matter, f.opened, f.taken, f.until, f.agreed) for key, f in seen.items()}
        different = _differences(is_now, wanted)
        assert different == {}, f"alerts on {day}, there and foretold: {different}"
        rest = {key: one for key, one in found.items() if key not in seen}
        for key in [key for key in self.others.open if key not in rest]:
            del self.others.open[key]
        for key, one in rest.items():
            self.others.turns.setdefault(key, [])
            self.others._found(key, one.matter, day)

    def lives_climb(self, day: date) -> None:
        there: dict[str, set[str]] = {code: set() for code in self.lives.dossiers}
        for ear in self.ears(day):
            for code in there if ear.level else ():
                if ear.sees(code, self.units[code]):
                    there[code].add(ear.level)
        self.lives.climb(day, there)
        self.others.climb(day, there)

    @property
    def units(self) -> dict[str, str]:
        return {code: dossier.facts["unit"] for code, dossier in self.lives.dossiers.items()}

    def ears(self, day: date) -> list[Ear]:
        return ears(self.people, self.lives.dossiers, day)

    def alerts(self, day: date) -> dict[Key, Alert]:
        return self.lives.open | self.others.open

    def at_once(self, day: date, hour: int, minute: int) -> None:
        self.real.at(day, hour, minute)
        self.real.by_hand("notices.urgent")
        self.compare(day, "urgent", self.post.urgent(self.alerts(day), self.ears(day), day, self.units))

    def weekly(self, day: date) -> None:
        foretold = self.post.weekly(self.alerts(day), self.ears(day), day, self.units)
        new = self.real.new_mails()
        assert new.pop("weekly", {}).keys() == foretold.keys()
        assert new == {}
        counts = self.real.items_of_weekly(day - timedelta(days=day.isoweekday() - 1))
        assert {address: len(lines) for address, lines in foretold.items()}.items() <= counts.items()
        self.told["weekly"] += len(foretold)

    def compare(self, day: date, kind: str, foretold: dict[str, set[Key]]) -> None:
        self.same_mails(day, self.real.new_mails(), kind, foretold)

    def same_mails(self, day: date, new: dict[str, dict[str, set[Key]]], kind: str,
                   foretold: dict[str, set[Key]]) -> None:
        assert new.keys() <= {kind}
        different = _differences(new.get(kind, {}), foretold)
        assert different == {}, f"{kind} on {day}, there and foretold: {different}"
        self.told[kind] += len(foretold)
        self.told["lines"] += sum(map(len, foretold.values()))
        accounts = {one.address for one in self.people.values()}
        self.inbox |= {(address, day, key) for address, lines in foretold.items() if address in accounts for key in lines}


def _differences(there: Mapping[K, V], wanted: Mapping[K, V]) -> dict[K, tuple[V | None, V | None]]:
    keys = [key for key in {*there, *wanted} if there.get(key) != wanted.get(key)]
    return {key: (there.get(key), wanted.get(key)) for key in sorted(keys, key=str)[:8]}

"""Plans who is told what today: open alert lines and recipients in, at most one digest an address out.

Pure: no store, no clock, no mail. The ledger of what was already told is an argument; writing it after the mail is
out is the caller's duty. A run repeated with the keys of the run before plans nothing.

An archive may have a million open alerts. They come in parts then; what each part has to tell is gathered (`gathered`),
and only what is listed is kept whole.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Set
from dataclasses import replace
from datetime import date

from retention.notice_lines import LISTED_LINES, AlertLine, Digest, Mention, ProjectGroup, Recipient
from retention.notice_reasons import Standing, expected_mentions, line_key, standing
from retention.optional import REMINDERS, is_reminder

__all__ = ["AlertLine", "Digest", "Mention", "Planner", "ProjectGroup", "Recipient", "expected_mentions", "gathered", "line_key",
           "plan"]

Ledger = Callable[[Collection[str]], Collection[tuple[str, str]]]
"""Line keys to (address, line key) of those of them that were told."""


CLIMBED = "ESC"  # in `Digest.because`: something was escalated to this address


def plan(
    lines: Iterable[AlertLine],
    recipients: Iterable[Recipient],
    already: Collection[tuple[str, str]],
    today: date,
    *,
    served: Collection[str] = (),
    only: Callable[[Mention], bool] = lambda _: True,
) -> tuple[Digest, ...]:
    """The digests due today, by address.

    `already` is the ledger: (address, line key) of everything mailed before. `served` are the addresses that had
    their digest today; what turns up later in the day waits for tomorrow's. What `only` does not hold of is left for
    another plan. Addresses are compared without case, and alerts addressed to nobody reach nobody.
    """
    return Planner(recipients, today, served=served, only=only).part(lines, lambda _: already)


class Planner:
    """`plan` for lines that come in parts: who is to be told is worked out once."""

    def __init__(self, recipients: Iterable[Recipient], today: date, *, served: Collection[str] = (),
                 only: Callable[[Mention], bool] = lambda _: True) -> None:
        self._today, self._only = today, only
        self._people = _by_address(recipients, without={_same(address) for address in served})
        self._watching: defaultdict[str, set[str]] = defaultdict(set)
        for address, person in self._people.items():
            for code in frozenset[str]().union(*[recipient.sees for recipient in person]):
                self._watching[code].add(address)

    def part(self, lines: Iterable[AlertLine], ledger: Ledger) -> tuple[Digest, ...]:
        """What there is to tell of these lines, by address."""
        unique = {line.alert_id: line for line in lines}
        ordered = [standing(line, self._today) for line in sorted(unique.values(), key=lambda line: line.urgency)]
        told: defaultdict[str, set[str]] = defaultdict(set)
        for address, key in ledger({key for known in ordered for key in (*known.keys, *known.steps)}):
            told[_same(address)].add(key)
        matters = _Matters(ordered)
        concerned = sorted({address for code in matters.codes & self._watching.keys() for address in self._watching[code]})
        planned = (_digest(self._people[key], matters, told[key], self._today, self._only) for key in concerned)
        return tuple(digest for digest in planned if digest is not None)


def gathered(parts: Iterable[Iterable[Digest]]) -> tuple[Digest, ...]:
    """One digest an address of what each part has to tell it; beyond LISTED_LINES it is counted, and settled by its keys."""
    found: dict[str, _Gathered] = {}
    for part in parts:
        for digest in part:
            key = _same(digest.address)
            if key not in found:
                found[key] = _Gathered(digest)
            found[key].add(digest)
    return tuple(found[key].digest() for key in sorted(found))


class _Gathered:
    """What one address is to be told: the most urgent of it, and how much it is."""

    def __init__(self, first: Digest) -> None:
        self._first = first
        self._mentions: list[Mention] = []
        self._because, self._projects, self._keys = set[str](), set[str](), set[str]()
        self._lines = self._overdue = 0

    def add(self, digest: Digest) -> None:
        self._mentions += digest.mentions
        self._because.update(digest.because)
        self._projects.update(group.code for group in digest.groups)
        self._keys.update(digest.keys)
        self._lines += digest.lines
        self._overdue += digest.overdue
        if len(self._mentions) > 2 * LISTED_LINES:
            self._cut()

    def _cut(self) -> None:
        self._mentions = sorted(self._mentions, key=lambda mention: mention.line.urgency)[:LISTED_LINES]

    def digest(self) -> Digest:
        self._cut()
        listed = Digest.of(self._first.address, self._first.name, self._first.day, self._mentions, self._because)
        return replace(listed, lines=self._lines, projects=len(self._projects), overdue=self._overdue,
                       keys=tuple(sorted(self._keys)))


class _Matters:
    """The lines in order, also by project: most people see few of many projects."""

    def __init__(self, ordered: list[Standing]) -> None:
        self._ordered = ordered
        self._places: defaultdict[str, list[int]] = defaultdict(list)
        for place, known in enumerate(ordered):
            self._places[known.line.project_code].append(place)

    @property
    def codes(self) -> Set[str]:
        return self._places.keys()

    def within(self, codes: Collection[str]) -> list[Standing]:
        """Those of these projects, in the same order."""
        places = [self._places[code] for code in codes]
        return [self._ordered[place] for place in sorted(place for some in places for place in some)]


def _digest(person: list[Recipient], matters: _Matters, told: set[str], today: date,
            only: Callable[[Mention], bool]) -> Digest | None:
    mentions: list[Mention] = []
    because: set[str] = set()
    seen_by: defaultdict[str, list[Recipient]] = defaultdict(list)
    for recipient in person:
        for code in matters.codes & recipient.sees:
            seen_by[code].append(recipient)
    for known in matters.within(seen_by.keys()):
        line = known.line
        wanting = [recipient for recipient in seen_by[line.project_code] if recipient.wants(line)]
        above = [recipient for recipient in seen_by[line.project_code] if recipient.climbs(line)]
        said = known.mention(told, addressed=bool(wanting), levels={recipient.level for recipient in above})
        if said is not None and only(said) and not _declined(said, wanting):
            mentions.append(replace(said, on_behalf=_in_place_of([*wanting, *above])))
            because.update(target for recipient in wanting for target in recipient.targets & set(line.targets))
            because.update(CLIMBED for recipient in above)
    if not mentions:
        return None
    name = next((recipient.name for recipient in person if recipient.name), "")
    return Digest.of(person[0].address.strip(), name, today, mentions, because)


def _in_place_of(concerned: list[Recipient]) -> tuple[str, ...]:
    """Whose place the reader takes with a line; nobody's where it concerns her too."""
    names = {recipient.on_behalf for recipient in concerned}
    return () if "" in names else tuple(sorted(names))


def _declined(said: Mention, wanting: list[Recipient]) -> bool:
    """Optional, and wanted by none of those who share the address."""
    return is_reminder(said) and all(REMINDERS in recipient.declines for recipient in wanting)


def _by_address(recipients: Iterable[Recipient], without: set[str]) -> dict[str, list[Recipient]]:
    people: dict[str, list[Recipient]] = {}
    for recipient in sorted(recipients, key=lambda r: (r.address, r.name, sorted(r.targets))):
        address = _same(recipient.address)
        if address and address not in without:
            people.setdefault(address, []).append(recipient)
    return people


def _same(address: str) -> str:
    """Mail systems treat letters alike in practice; two spellings of one mailbox must not get two mails."""
    return address.strip().casefold()

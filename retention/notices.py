"""Plans who is told what today: open alert lines and recipients in, at most one digest an address out.

Pure: no store, no clock, no mail. The ledger of what was already told is an argument; writing it after the mail is
out is the caller's duty. A run repeated with the keys of the run before plans nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import date

from retention.notice_lines import AlertLine, Digest, Mention, ProjectGroup, Recipient
from retention.notice_reasons import Standing, expected_mentions, line_key, standing
from retention.optional import REMINDERS, is_reminder

__all__ = ["AlertLine", "Digest", "Mention", "ProjectGroup", "Recipient", "expected_mentions", "line_key", "plan"]


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
    told: defaultdict[str, set[str]] = defaultdict(set)
    for address, key in already:
        told[_same(address)].add(key)
    people = _by_address(recipients, without={_same(address) for address in served})
    unique = {line.alert_id: line for line in lines}
    ordered = [standing(line, today) for line in sorted(unique.values(), key=lambda line: line.urgency)]
    matters = _Matters(ordered)
    planned = (_digest(people[key], matters, told[key], today, only) for key in sorted(people))
    return tuple(digest for digest in planned if digest is not None)


class _Matters:
    """The lines in order, also by project: most people see few of many projects."""

    def __init__(self, ordered: list[Standing]) -> None:
        self._ordered = ordered
        self._places: defaultdict[str, list[int]] = defaultdict(list)
        for place, known in enumerate(ordered):
            self._places[known.line.project_code].append(place)

    def within(self, codes: Collection[str]) -> list[Standing]:
        """Those of these projects, in the same order."""
        places = [self._places[code] for code in self._places.keys() & codes]
        return [self._ordered[place] for place in sorted(place for some in places for place in some)]


def _digest(person: list[Recipient], matters: _Matters, told: set[str], today: date,
            only: Callable[[Mention], bool]) -> Digest | None:
    groups: dict[str, list[Mention]] = {}
    because: set[str] = set()
    seen_by: defaultdict[str, list[Recipient]] = defaultdict(list)
    for recipient in person:
        for code in recipient.sees:
            seen_by[code].append(recipient)
    for known in matters.within(seen_by.keys()):
        line = known.line
        wanting = [recipient for recipient in seen_by[line.project_code] if recipient.wants(line)]
        above = [recipient for recipient in seen_by[line.project_code] if recipient.climbs(line)]
        said = known.mention(told, addressed=bool(wanting), levels={recipient.level for recipient in above})
        if said is not None and only(said) and not _declined(said, wanting):
            groups.setdefault(line.project_code, []).append(replace(said, on_behalf=_in_place_of([*wanting, *above])))
            because.update(target for recipient in wanting for target in recipient.targets & set(line.targets))
            because.update(CLIMBED for recipient in above)
    if not groups:
        return None
    name = next((recipient.name for recipient in person if recipient.name), "")
    return Digest(person[0].address.strip(), name, today, tuple(map(_group, groups.values())), tuple(sorted(because)))


def _in_place_of(concerned: list[Recipient]) -> tuple[str, ...]:
    """Whose place the reader takes with a line; nobody's where it concerns her too."""
    names = {recipient.on_behalf for recipient in concerned}
    return () if "" in names else tuple(sorted(names))


def _declined(said: Mention, wanting: list[Recipient]) -> bool:
    """Optional, and wanted by none of those who share the address."""
    return is_reminder(said) and all(REMINDERS in recipient.declines for recipient in wanting)


def _group(mentions: list[Mention]) -> ProjectGroup:
    """Lines arrive sorted by urgency, so each group is sorted and the group of the most urgent line comes first."""
    line = mentions[0].line
    return ProjectGroup(line.project_code, line.project_name, line.unit, tuple(mentions))


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

"""Who is told: people of the system by role, and the contacts a project names. Nobody is told of what he may not see."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from archive.models import Person, Project
from archive.permissions import Role
from archive.queries import visible_codes
from archive.transaction import collection
from retention.models import NoticeChoices
from retention.notice_lines import HEAD, SUPERVISOR
from retention.notices import Recipient

TARGETS_OF_ROLE: dict[Role, frozenset[str]] = {
    Role.ARCHIVIST: frozenset({"ARCH"}),
    Role.UNIT: frozenset({"PM", "FIN", "PROC", "SEC"}),
    Role.AUDITOR: frozenset({"AUD"}),
    Role.SUPERVISOR: frozenset({"HEAD"}),
}
CONTACT_FIELDS = ("code", "contact", "contact_email", "supervisor", "supervisor_email")
CONTACT_TARGETS = frozenset({"PM", "FIN", "PROC", "SEC"})
HEAD_TARGETS = frozenset({"HEAD"})
NOTHING: frozenset[str] = frozenset()


def recipients(today: date | None = None) -> list[Recipient]:
    """Everybody; with a day, also who takes somebody's place on it."""
    people = _people(today)
    contacts = _contacts(_declined_by_address(people))
    return [*people, *contacts, *_in_place_of_contacts(contacts, people)]


def readers(today: date) -> list[Recipient]:
    """The same by person instead of by address, whether or not she has one: who finds it in her inbox."""
    known = {person.id: person for person in Person.objects(disabled=False) if Role(person.role) in TARGETS_OF_ROLE}
    by_id = [replace(one, address=key) for key, one in _named_people(known, today, lambda person: person.id)]
    ids: dict[str, list[Person]] = {}
    for person in known.values():
        ids.setdefault(_same(person.email), []).append(person)
    contacts = [replace(contact, address=person.id, name=name_of(person)) for contact in _contacts({})
                for person in ids.get(_same(contact.address), ())]
    return [*by_id, *contacts]


def supervisors(today: date | None = None) -> list[Recipient]:
    """The accounts that oversee units, a whole province's or one unit's; with a day, also who takes their place on it."""
    return [person for person in _people(today) if person.level]


def _people(today: date | None) -> list[Recipient]:
    """People with an address, and for those who are away also who takes their place."""
    known = {person.id: person for person in Person.objects(disabled=False) if Role(person.role) in TARGETS_OF_ROLE}
    return [one for _, one in _named_people(known, today, lambda person: person.email) if one.address]


def _named_people(known: Mapping[str, Person], today: date | None,
                  address: Callable[[Person], str]) -> Iterator[tuple[str, Recipient]]:
    """Each with the id of who reads it."""
    choices = {row.id: row for row in NoticeChoices.objects}
    sees = {key: visible_codes(person.actor()) for key, person in known.items()}
    for key, person in known.items():
        chosen = choices.get(key) or NoticeChoices(id=key)
        own = Recipient(address(person), name_of(person), TARGETS_OF_ROLE[Role(person.role)], sees[key],
                        frozenset(chosen.declines), _level(person))
        yield key, own
        for other in (known.get(each.person) for each in chosen.substitutes if today and each.holds_on(today)):
            if other is not None:
                yield other.id, replace(own, address=address(other), name=name_of(other), sees=sees[key] & sees[other.id],
                                        on_behalf=own.name)


def name_of(person: Person) -> str:
    return person.display_name or person.name


def _level(person: Person) -> str:
    if Role(person.role) is not Role.SUPERVISOR:
        return ""
    return HEAD if person.unit else SUPERVISOR


def _same(address: str) -> str:
    return address.strip().casefold()


def _declined_by_address(people: Sequence[Recipient]) -> dict[str, frozenset[str]]:
    """What a mailbox's owner declines as a person, she declines as the contact of a project too."""
    found: dict[str, frozenset[str]] = {}
    for person in people:
        if not person.on_behalf:
            address = _same(person.address)
            found[address] = found.get(address, person.declines) & person.declines
    return found


def _contacts(declined: Mapping[str, frozenset[str]]) -> list[Recipient]:
    """A project's own contact and supervisor: told of this project, whether or not they have an account."""
    found = []
    named = {"$or": [{"contact_email": {"$gt": ""}}, {"supervisor_email": {"$gt": ""}}]}
    for row in collection(Project).find(named, dict.fromkeys(CONTACT_FIELDS, 1)):
        mine = frozenset({row["code"]})
        for address, name, targets, level in ((row["contact_email"], row["contact"], CONTACT_TARGETS, ""),
                                              (row["supervisor_email"], row["supervisor"], HEAD_TARGETS, HEAD)):
            if address:
                found.append(Recipient(address, name, targets, mine, declined.get(_same(address), NOTHING), level))
    return found


def _in_place_of_contacts(contacts: Sequence[Recipient], people: Sequence[Recipient]) -> Iterator[Recipient]:
    """Whoever takes a person's place is told what this person is told as the contact of a project, too."""
    address = {person.name: _same(person.address) for person in people if not person.on_behalf}
    for other in people:
        for contact in contacts if other.on_behalf else ():
            if _same(contact.address) == address.get(other.on_behalf) and other.may_see(next(iter(contact.sees))):
                yield replace(contact, address=other.address, name=other.name, on_behalf=other.on_behalf)

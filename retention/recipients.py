"""Who is told: people of the system by role, and the contacts a project names. Nobody is told of what he may not see."""

from collections.abc import Mapping

from archive.models import Person, Project
from archive.permissions import Role
from archive.queries import visible_codes
from retention.models import NoticeChoices
from retention.notices import Recipient

TARGETS_OF_ROLE: dict[Role, frozenset[str]] = {
    Role.ARCHIVIST: frozenset({"ARCH"}),
    Role.UNIT: frozenset({"PM", "FIN", "PROC", "SEC"}),
    Role.AUDITOR: frozenset({"AUD"}),
    Role.SUPERVISOR: frozenset({"HEAD"}),
}
CONTACT_TARGETS = frozenset({"PM", "FIN", "PROC", "SEC"})
HEAD_TARGETS = frozenset({"HEAD"})
NOTHING: frozenset[str] = frozenset()


def recipients() -> list[Recipient]:
    people = _people()
    declined = _declined_by_address(people)
    return [*people, *_contacts(declined)]


def supervisors() -> list[Recipient]:
    """The accounts that oversee units: a whole province's, or one unit's."""
    return _people(Role.SUPERVISOR)


def _people(*roles: Role) -> list[Recipient]:
    choices = {row.id: frozenset(row.declines) for row in NoticeChoices.objects}
    found = []
    for person in Person.objects(disabled=False, email__ne=""):
        targets = TARGETS_OF_ROLE.get(Role(person.role))
        if targets and (not roles or Role(person.role) in roles):
            found.append(Recipient(person.email, person.display_name or person.name, targets,
                                   visible_codes(person.actor()), choices.get(person.id, NOTHING)))
    return found


def _declined_by_address(people: list[Recipient]) -> dict[str, frozenset[str]]:
    """What a mailbox's owner declines as a person, she declines as the contact of a project too."""
    found: dict[str, frozenset[str]] = {}
    for person in people:
        address = person.address.strip().casefold()
        found[address] = found.get(address, person.declines) & person.declines
    return found


def _contacts(declined: Mapping[str, frozenset[str]]) -> list[Recipient]:
    """A project's own contact and supervisor: told of this project, whether or not they have an account."""
    found = []
    for project in Project.objects:
        mine = frozenset({project.code})
        for address, name, targets in ((project.contact_email, project.contact, CONTACT_TARGETS),
                                       (project.supervisor_email, project.supervisor, HEAD_TARGETS)):
            if address:
                found.append(Recipient(address, name, targets, mine, declined.get(address.strip().casefold(), NOTHING)))
    return found

"""Who is told: people of the system by role, and the contacts a project names. Nobody is told of what he may not see."""

from archive.models import Person, Project
from archive.permissions import Role
from archive.queries import visible_codes
from retention.notices import Recipient

TARGETS_OF_ROLE: dict[Role, frozenset[str]] = {
    Role.ARCHIVIST: frozenset({"ARCH"}),
    Role.UNIT: frozenset({"PM", "FIN", "PROC", "SEC"}),
    Role.AUDITOR: frozenset({"AUD"}),
    Role.SUPERVISOR: frozenset({"HEAD"}),
}
CONTACT_TARGETS = frozenset({"PM", "FIN", "PROC", "SEC"})
HEAD_TARGETS = frozenset({"HEAD"})


def recipients() -> list[Recipient]:
    return [*_people(), *_contacts()]


def _people() -> list[Recipient]:
    found = []
    for person in Person.objects(disabled=False, email__ne=""):
        targets = TARGETS_OF_ROLE.get(Role(person.role))
        if targets:
            found.append(Recipient(person.email, person.display_name or person.name, targets,
                                   visible_codes(person.actor())))
    return found


def _contacts() -> list[Recipient]:
    """A project's own contact and supervisor: told of this project, whether or not they have an account."""
    found = []
    for project in Project.objects:
        mine = frozenset({project.code})
        if project.contact_email:
            found.append(Recipient(project.contact_email, project.contact, CONTACT_TARGETS, mine))
        if project.supervisor_email:
            found.append(Recipient(project.supervisor_email, project.supervisor, HEAD_TARGETS, mine))
    return found

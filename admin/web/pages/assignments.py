"""People named in a form, for assigning a dossier to them. What an assignment allows is `archive.access`."""

from collections.abc import Sequence

from archive.errors import Invalid
from archive.models import Person


def ids_of(names: Sequence[str]) -> list[str]:
    """Ids of active people by user name. Raises Invalid naming those that do not exist."""
    found = {person.name: person.id for person in Person.objects(name__in=list(names), disabled=False)}
    if unknown := sorted(set(names) - found.keys()):
        raise Invalid(field="人员", problem=f"没有名为“{'、'.join(unknown)}”的在用账号，指派没有更改。请核对用户名。")
    return list(found.values())


def people_of(ids: Sequence[str]) -> list[Person]:
    return list(Person.objects(id__in=list(ids)).order_by("name"))

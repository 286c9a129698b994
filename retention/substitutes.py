"""Substitutes: who is told as well while somebody is away. Mails go to both of them.

To both, because a deadline of the law does not wait: what the substitute overlooks its owner still finds when she is
back, and what she was told is the same as if she had been there. The mail of the substitute says in whose place it is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from archive.access import ALL_UNITS, Actor, may_see, require, sees_everything
from archive.clock import Clock
from archive.errors import Invalid, NotFound
from archive.models import Person
from archive.operations.people import find_person
from archive.permissions import Permission
from archive.queries import visible_codes
from archive.transaction import Transaction, write
from retention.models import NoticeChoices, Substitute
from retention.recipients import name_of

LONGEST_DAYS = 366
MOST = 10
UNFIT = "“{name}”不能代为接收。代收人须是在用的用户、登记了邮箱，并能查看您能查看的全部项目。"


@dataclass(frozen=True, slots=True)
class Place:
    """One arrangement as people see it: who takes whose place, and when."""

    person: str
    person_name: str
    substitute: str
    substitute_name: str
    first: date
    last: date


def name_substitute(actor: Actor, clock: Clock, name: str, first: date, last: date, *, of: str = "") -> None:
    """Have somebody told in one's place as well; of another person only whoever manages people may say so.

    Raises Invalid for a substitute who may not see what she would be told, and for days that are none.
    """
    person = _whose(actor, of)
    _check_days(clock.today(), first, last)
    other = Person.objects(name=name.strip()).first()
    if other is None or not _fits(person, other):
        raise Invalid(field="代收人", problem=UNFIT.format(name=name.strip()[:64]))

    def change(chosen: NoticeChoices, tx: Transaction) -> None:
        chosen.substitutes = [each for each in chosen.substitutes if each.last >= clock.today() and each.person != other.id]
        if len(chosen.substitutes) >= MOST:
            raise Invalid(field="代收人", problem=f"至多 {MOST} 人，请先撤销不再需要的。")
        chosen.substitutes.append(Substitute(person=other.id, first=first, last=last, named_by=actor.id, named_at=tx.now))
        tx.audit("notices.substitute-named", f"person:{person.name}", substitute=other.name, first=first.isoformat(),
                 last=last.isoformat())

    _change(actor, clock, person, change)


def drop_substitute(actor: Actor, clock: Clock, name: str, *, of: str = "") -> None:
    """End it at once. Raises NotFound where this person is no substitute."""
    person, other = _whose(actor, of), Person.objects(name=name).first()

    def change(chosen: NoticeChoices, tx: Transaction) -> None:
        left = [each for each in chosen.substitutes if other is None or each.person != other.id]
        if len(left) == len(chosen.substitutes):
            raise NotFound(what="代收人", key=name)
        chosen.substitutes = left
        tx.audit("notices.substitute-dropped", f"person:{person.name}", substitute=name)

    _change(actor, clock, person, change)


def substitutes_of(actor: Actor, today: date) -> list[Place]:
    """Who takes one's place now or later."""
    return _places(today, [actor.id])


def places_taken(actor: Actor, today: date) -> list[Place]:
    """Whose place one takes today."""
    person = Person.objects(id=actor.id).scalar("name").first()
    return [place for place in _places(today) if place.substitute == person and place.first <= today]


def all_substitutes(actor: Actor, today: date) -> dict[str, list[Place]]:
    """For whoever manages people: by user name, who takes her place now or later."""
    require(actor, Permission.PERSON_MANAGE)
    found: dict[str, list[Place]] = {}
    for place in _places(today):
        found.setdefault(place.person, []).append(place)
    return found


def _places(today: date, of: list[str] | None = None) -> list[Place]:
    """Arrangements of these people, or of all."""
    rows = list(NoticeChoices.objects(substitutes__0__exists=True) if of is None else NoticeChoices.objects(id__in=of))
    ids = {each.person for row in rows for each in row.substitutes} | {row.id for row in rows}
    people = {person.id: person for person in Person.objects(id__in=sorted(ids))}
    return [Place(people[row.id].name, name_of(people[row.id]), people[each.person].name, name_of(people[each.person]),
                  each.first, each.last)
            for row in rows for each in row.substitutes
            if each.last >= today and row.id in people and each.person in people]


def _whose(actor: Actor, of: str) -> Person:
    """The person whose place is taken. Raises NotPermitted, NotFound."""
    if of:
        require(actor, Permission.PERSON_MANAGE)
        person = find_person(of)
        require(person.actor(), Permission.PROJECT_READ)
        return person
    require(actor, Permission.PROJECT_READ)
    own: Person = Person.objects(id=actor.id).get()
    return own


def _fits(person: Person, other: Person) -> bool:
    """One answer for every reason: who asks must not learn of accounts she does not know."""
    usable = other.id != person.id and not other.disabled and bool(other.email)
    return usable and other.actor().may(Permission.PROJECT_READ) and _covers(person.actor(), other.actor())


def _covers(person: Actor, other: Actor) -> bool:
    """Everything the one sees now, and what will be added for her post or her unit, the other may see."""
    of_unit = {"audience": [ALL_UNITS], "unit": [person.unit]}
    post = sees_everything(other) if sees_everything(person) else not person.unit or may_see(other, of_unit)
    return post and visible_codes(person) <= visible_codes(other)


def _check_days(today: date, first: date, last: date) -> None:
    if last < first or last < today:
        raise Invalid(field="日期", problem="截止日期不能早于开始日期，也不能早于今天。")
    if (last - first).days > LONGEST_DAYS:
        raise Invalid(field="日期", problem=f"一次至多 {LONGEST_DAYS} 天。")


def _change(actor: Actor, clock: Clock, person: Person, change: Callable[[NoticeChoices, Transaction], None]) -> None:
    def work(tx: Transaction) -> None:
        row = tx.fresh(NoticeChoices, {"_id": person.id})
        chosen = NoticeChoices._from_son(row) if row else NoticeChoices(id=person.id)
        change(chosen, tx)
        tx.put(chosen)

    write(actor, clock, work)

"""The access statement: who may see which dossier. Written once here, read twice: as a decision and as a filter.

A grant says: the dossier's `field` holds one of the values this actor holds. `allows` answers for one dossier, `clause`
gives the same statement to MongoDB. Search asks `visible_keys`: the index keeps only each document's dossier key, so
a change of rights touches one dossier and no document. What an actor may *do* is `permissions.py`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from archive.errors import NotPermitted
from archive.permissions import ROLE_PERMISSIONS, Permission, Role

ALL_UNITS = "all-units"


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever asks. `unit` empty means not bound to one unit. Jobs act as `system:<job>`."""

    id: str
    name: str
    role: Role
    unit: str = ""

    def may(self, permission: Permission) -> bool:
        return permission in ROLE_PERMISSIONS[self.role]


def system_actor(job: str) -> Actor:
    return Actor(f"system:{job}", "系统", Role.SYSTEM)


@dataclass(frozen=True, slots=True)
class Grant:
    """One way to see a dossier: `field` of the dossier's label against what the actor holds."""

    field: str
    held_by: Callable[[Actor], frozenset[str]]
    reason: str

    def allows(self, actor: Actor, label: Mapping[str, Sequence[str]]) -> bool:
        return not self.held_by(actor).isdisjoint(label.get(self.field, ()))

    def clause(self, actor: Actor) -> dict[str, Any]:
        return {self.field: {"$in": sorted(self.held_by(actor))}}


def _audience(actor: Actor) -> frozenset[str]:
    sees_all = actor.role in _READERS and not actor.unit and actor.role is not Role.UNIT
    return frozenset({ALL_UNITS}) if sees_all or actor.role is Role.SYSTEM else frozenset()


def _units(actor: Actor) -> frozenset[str]:
    return frozenset({actor.unit}) if actor.unit and actor.role in _READERS else frozenset()


def _self(actor: Actor) -> frozenset[str]:
    return frozenset({actor.id}) if actor.role in _READERS else frozenset()


_READERS = frozenset({Role.ARCHIVIST, Role.UNIT, Role.AUDITOR, Role.SUPERVISOR})

READ: tuple[Grant, ...] = (
    Grant("audience", _audience, "您的岗位可查看全部单位的案卷"),
    Grant("unit", _units, "案卷属于您所在的单位"),
    Grant("assigned", _self, "该案卷已指派给您"),
)


def may_see(actor: Actor, label: Mapping[str, Sequence[str]]) -> bool:
    """The decision, for one dossier label `{"audience": […], "unit": […], "assigned": […]}`."""
    return any(grant.allows(actor, label) for grant in READ)


def seen_because(actor: Actor, label: Mapping[str, Sequence[str]]) -> str:
    """Why this actor sees the dossier, in words; empty where she does not."""
    return next((grant.reason for grant in READ if grant.allows(actor, label)), "")


def visible(actor: Actor) -> dict[str, Any]:
    """The filter: a MongoDB query over collections that carry the label's fields."""
    return {"$or": [grant.clause(actor) for grant in READ]}


def sees_everything(actor: Actor) -> bool:
    return bool(_audience(actor))


def require(actor: Actor, permission: Permission) -> None:
    """Raises NotPermitted unless the actor's role holds the permission."""
    if not actor.may(permission):
        raise NotPermitted(permission=permission.value)

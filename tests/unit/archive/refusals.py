"""Asking the same of everybody: who may, does; who may not, changes nothing."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from archive.access import Actor
from archive.errors import ArchiveError, NotPermitted
from archive.permissions import Permission
from tests.conftest import snapshot


def refused(error: type[ArchiveError], attempt: Callable[[], Any], match: str | None = None) -> ArchiveError:
    """The attempt raises this error and leaves everything stored as it was."""
    before = snapshot()
    with pytest.raises(error, match=match) as caught:
        attempt()
    assert snapshot() == before
    return caught.value


def refused_without(permission: Permission, people: Mapping[str, Actor], attempt: Callable[[Actor], Any]) -> list[Actor]:
    """Everybody without the permission is refused by name of it; answers those who hold it, of whom there is one."""
    allowed = []
    for actor in people.values():
        if actor.may(permission):
            allowed.append(actor)
        else:
            error = refused(NotPermitted, lambda actor=actor: attempt(actor))  # type: ignore[misc]
            assert error.facts == {"permission": permission.value}
    assert allowed, f"nobody holds {permission}"
    assert len(allowed) < len(people), f"everybody holds {permission}"
    return allowed

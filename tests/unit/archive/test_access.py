"""One statement, two readings: the decision and the filter must agree for everybody about everything."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.access import ALL_UNITS, Actor, may_see, require, seen_because, sees_everything, visible
from archive.errors import NotPermitted
from archive.permissions import ROLE_PERMISSIONS, Permission, Role

UNITS = ("省教育厅", "省交通厅", "")
names = st.sampled_from(["p1", "p2", "p3"])
actors = st.builds(Actor, names, st.just("某人"), st.sampled_from(list(Role)), st.sampled_from(UNITS))
labels = st.fixed_dictionaries({
    "audience": st.sampled_from([[ALL_UNITS], []]), "unit": st.sampled_from([["省教育厅"], ["省交通厅"]]),
    "assigned": st.lists(names, unique=True)})


def matches(query: dict[str, Any], label: dict[str, list[str]]) -> bool:
    """What MongoDB does with this shape of query."""
    return any(set(label[field]) & set(test["$in"]) for clause in query["$or"] for field, test in clause.items())


@given(actors, labels)
def test_decision_and_filter_agree(actor: Actor, label: dict[str, list[str]]) -> None:
    assert may_see(actor, label) == matches(visible(actor), label)


@given(actors, labels)
def test_whoever_sees_knows_why(actor: Actor, label: dict[str, list[str]]) -> None:
    assert bool(seen_because(actor, label)) == may_see(actor, label)


@given(actors, labels)
def test_seeing_everything_is_no_exaggeration(actor: Actor, label: dict[str, list[str]]) -> None:
    if sees_everything(actor) and ALL_UNITS in label["audience"]:
        assert may_see(actor, label)


@given(labels, st.sampled_from(UNITS))
def test_the_three_administrators_see_no_dossier(label: dict[str, list[str]], unit: str) -> None:
    for role in (Role.SYSADMIN, Role.SECADMIN, Role.AUDITADMIN):
        assert not may_see(Actor("p1", "某人", role, unit), label)


def test_a_unit_sees_its_own_dossiers_only() -> None:
    actor = Actor("p1", "经办", Role.UNIT, "省教育厅")
    assert may_see(actor, {"audience": [ALL_UNITS], "unit": ["省教育厅"], "assigned": []})
    assert not may_see(actor, {"audience": [ALL_UNITS], "unit": ["省交通厅"], "assigned": []})


def test_no_administrator_holds_two_of_the_three_powers() -> None:
    powers = {Permission.JOB_RUN, Permission.PERSON_MANAGE, Permission.AUDIT_READ}
    for role in Role:
        if role is not Role.SYSTEM:
            assert len(ROLE_PERMISSIONS[role] & powers) <= 1


def test_every_role_is_in_the_table() -> None:
    assert ROLE_PERMISSIONS.keys() == set(Role)


def test_a_missing_permission_is_refused_by_name() -> None:
    with pytest.raises(NotPermitted, match="document:file"):
        require(Actor("a", "审计员", Role.AUDITOR), Permission.DOCUMENT_FILE)

"""A change of rights is a change of one dossier: every search agrees at once, and the index is not touched."""

from collections.abc import Callable
from typing import Any

import pytest

from admin.system import System
from archive.models import Project
from archive.operations.projects import assign_dossier, update_project
from archive.transaction import collection
from tests.builders import SYSTEM, UNIT, UNIT_B, file_text
from tests.functional.api.conftest import CODE, Everybody

DOCUMENTS = 3


@pytest.fixture
def indexed(system: System, two_projects: object, settled: Callable[[], int]) -> System:
    """Three documents in the dossier of `unit_a`, found by what was written; nothing waits."""
    for number in range(DOCUMENTS):
        file_text(system, CODE, f"纪要{number}.txt", f"密码应用安全性评估，第{number}次")
    settled()
    return system


def found(everybody: Everybody, name: str, query: str = "q=密码应用") -> dict[str, Any]:
    answer: dict[str, Any] = everybody.as_(name).get(f"/search?{query}").get_json()
    return answer


def total(everybody: Everybody, name: str) -> int:
    body = found(everybody, name)
    assert body["total"] == len(body["items"]) == sum(body["facets"]["project"].values())
    return int(body["total"])


def move(system: System, unit: str) -> None:
    update_project(SYSTEM, system.clock, CODE, Project.objects.get(code=CODE).revision, {"unit": unit})


def test_a_dossier_that_moves_is_found_by_its_new_unit_only(everybody: Everybody, indexed: System) -> None:
    before = indexed.index.info()
    move(indexed, UNIT_B)
    assert (total(everybody, "unit_a"), total(everybody, "unit_b")) == (0, DOCUMENTS)
    body = found(everybody, "auditor")
    assert body["facets"]["unit"] == {UNIT_B: DOCUMENTS}
    assert {item["unit"] for item in body["items"]} == {UNIT_B}
    assert indexed.index.info() == before


def test_the_filter_by_unit_follows_the_dossier_at_once(everybody: Everybody, indexed: System) -> None:
    for query, unit in ((f"unit={UNIT}", UNIT), (f"unit={UNIT}&unit={UNIT_B}", UNIT)):
        assert found(everybody, "auditor", query)["facets"]["unit"] == {unit: DOCUMENTS}
    move(indexed, UNIT_B)
    assert found(everybody, "auditor", f"unit={UNIT}")["total"] == 0
    assert found(everybody, "auditor", f"unit={UNIT_B}")["total"] == DOCUMENTS
    assert found(everybody, "unit_a", f"unit={UNIT_B}")["total"] == 0
    assert found(everybody, "auditor", "unit=没有这个单位")["total"] == 0


def test_an_assignment_counts_at_once_and_ends_at_once(everybody: Everybody, indexed: System) -> None:
    before = indexed.index.info()
    person = everybody.people["unit_b"].id
    assert total(everybody, "unit_b") == 0
    assign_dossier(SYSTEM, indexed.clock, CODE, [person])
    assert total(everybody, "unit_b") == DOCUMENTS
    assert found(everybody, "unit_b", f"unit={UNIT}")["total"] == DOCUMENTS
    assign_dossier(SYSTEM, indexed.clock, CODE, [])
    assert total(everybody, "unit_b") == 0
    assert indexed.index.info() == before


def test_a_dossier_closed_to_the_readers_of_all_units_is_gone_for_them_at_once(
        everybody: Everybody, indexed: System) -> None:
    assert total(everybody, "auditor") == DOCUMENTS
    collection(Project).update_one({"code": CODE}, {"$set": {"audience": []}})
    assert found(everybody, "auditor", f"unit={UNIT}")["total"] == 0
    assert total(everybody, "unit_a") == DOCUMENTS


def test_what_follows_a_change_of_rights_writes_nothing_into_the_index(indexed: System, settled: Callable[[], int]) -> None:
    before = indexed.index.info()
    move(indexed, UNIT_B)
    assert settled() > 0, "the project is judged again"
    assert indexed.index.info() == before

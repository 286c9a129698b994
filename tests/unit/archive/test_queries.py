"""Reading as somebody: only what the access statement allows, and what it does not allow is not there."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin.system import System
from archive import queries
from archive.access import Actor
from archive.errors import NotFound, NotPermitted
from archive.models import Document
from archive.operations.documents import add_version, catalogue_document, file_document
from archive.operations.projects import LedgerRow, assign_dossier, import_ledger
from archive.permissions import Permission
from tests.builders import SYSTEM, UNIT, UNIT_B, a_description, a_project
from tests.unit.archive.test_documents import intake

A, B = "XM-A", "XM-B"


@pytest.fixture
def keys(system: System) -> dict[str, str]:
    """One project of each unit with one document and one contract; the documents' ids by project."""
    found = {}
    for code, unit in ((A, UNIT), (B, UNIT_B)):
        a_project(system, code, unit=unit, name=f"{unit}平台(一期)")
        found[code] = file_document(SYSTEM, system.clock, intake(code, project=code)).document.id
    contracts = [LedgerRow(f"HT-{c}", "合同", 2, {"project": c, "type": "om"}) for c in (A, B)]
    import_ledger(SYSTEM, system.clock, [], contracts)
    return found


READING: Mapping[str, Callable[[Actor, str, str], Any]] = {
    "find_project": lambda actor, code, key: queries.find_project(actor, code),
    "contracts_of": lambda actor, code, key: queries.contracts_of(actor, code),
    "find_document": lambda actor, code, key: queries.find_document(actor, key),
    "list_documents": lambda actor, code, key: queries.list_documents(actor, code),
    "versions_of": lambda actor, code, key: queries.versions_of(actor, key),
    "current_version": lambda actor, code, key: queries.current_version(actor, key),
    "text_of": lambda actor, code, key: queries.text_of(actor, key),
}


def test_what_one_may_not_see_is_not_found_however_one_asks(keys: dict[str, str], people: dict[str, Actor]) -> None:
    for name, read in READING.items():
        assert read(people["unit_a"], A, keys[A]) is not None, name
        with pytest.raises(NotFound):
            read(people["unit_a"], B, keys[B])
        with pytest.raises(NotFound) as unknown:
            read(people["unit_a"], "XM-0", "0" * 24)
        assert "无权查看" in str(unknown.value), "the same words for what is not there and what is not shown"


def test_whoever_reads_no_records_is_refused(keys: dict[str, str], people: dict[str, Actor]) -> None:
    nobody = [actor for actor in people.values() if not actor.may(Permission.PROJECT_READ)]
    assert {actor.role.value for actor in nobody} == {"sysadmin", "secadmin", "auditadmin"}
    for actor in nobody:
        for name, read in READING.items():
            with pytest.raises(NotPermitted):
                pytest.fail(f"{actor.role} got {read(actor, A, keys[A])} of {name}")
        for listing in (queries.list_projects, queries.units_of, queries.visible_keys, queries.recent_documents,
                        queries.count_documents):
            with pytest.raises(NotPermitted):
                listing(actor)
        assert queries.visible_codes(actor) == frozenset()


def test_lists_hold_what_one_may_see(keys: dict[str, str], people: dict[str, Actor]) -> None:
    seen = {name: [p.code for p in queries.list_projects(people[name]).items]
            for name in ("archivist", "auditor", "supervisor", "unit_a", "unit_b")}
    assert seen == {"archivist": [A, B], "auditor": [A, B], "supervisor": [A, B], "unit_a": [A], "unit_b": [B]}
    unit = people["unit_a"]
    assert queries.units_of(unit) == [UNIT]
    assert queries.visible_codes(unit) == {A}
    assert queries.visible_keys(people["archivist"]) is None
    assert queries.visible_keys(unit) == frozenset({queries.find_project(unit, A).id})
    assert [d.id for d in queries.recent_documents(unit)] == [keys[A]]
    assert (queries.count_documents(unit), queries.count_documents(people["archivist"])) == (1, 2)
    assert queries.count_documents(unit, type="budget") == 0


def test_an_assigned_dossier_is_seen_everywhere(system: System, keys: dict[str, str], people: dict[str, Actor]) -> None:
    unit = people["unit_a"]
    assign_dossier(SYSTEM, system.clock, B, [unit.id])
    assert [p.code for p in queries.list_projects(unit).items] == [A, B]
    assert queries.find_document(unit, keys[B]).project == B
    assert (queries.count_documents(unit), queries.visible_codes(unit)) == (2, frozenset({A, B}))


def test_projects_are_narrowed_by_what_is_asked(system: System, keys: dict[str, str]) -> None:
    a_project(system, "XM-C", mode="service_purchase", kind="om", name="a.b*c [重点]")

    def found(**match: Any) -> list[str]:
        return [p.code for p in queries.list_projects(SYSTEM, **match).items]

    assert found(unit=UNIT_B) == [B]
    assert found(mode="service_purchase") == found(kind="om") == found(text="xm-c") == ["XM-C"]
    assert found(codes=[B, "XM-0"]) == [B]
    assert found(text="平台(一") == [A, B], "what a user types is no pattern"
    assert found(text="a.b*c [重") == ["XM-C"]
    assert found(text=".*") == []


@given(st.text(st.characters(exclude_characters="\0"), max_size=30))
def test_whatever_a_user_types_is_matched_as_it_stands(text: str) -> None:
    import re

    assert re.fullmatch(queries._literal(text), text, re.DOTALL)


def test_pages_are_counted_from_one_and_bounded(system: System) -> None:
    for number in range(5):
        a_project(system, f"XM-{number}")
    page = queries.list_projects(SYSTEM, page=2, size=2)
    assert ([p.code for p in page.items], page.total, page.page, page.size) == (["XM-2", "XM-3"], 5, 2, 2)
    assert queries.list_projects(SYSTEM, page=9, size=2).items == []
    assert (queries.list_projects(SYSTEM, page=0, size=0).page, queries.list_projects(SYSTEM, size=999).size) == (1, 200)


def test_a_catalogue_entry_has_no_bytes(system: System, keys: dict[str, str]) -> None:
    entry = catalogue_document(SYSTEM, system.clock, A, a_description(), "柜 3")
    assert queries.versions_of(SYSTEM, entry.id) == []
    assert queries.text_of(SYSTEM, entry.id) == (None, [])
    with pytest.raises(NotFound):
        queries.current_version(SYSTEM, entry.id)
    assert queries.list_documents(SYSTEM, A).total == 2
    assert queries.list_documents(SYSTEM, A, type_source="recognised").total == 0


def test_texts_are_those_of_the_current_versions(system: System, keys: dict[str, str]) -> None:
    from tests.builders import a_text

    add_version(SYSTEM, system.clock, keys[A], intake("二", text=a_text("新")))
    assert queries.texts_of([keys[A], keys[B], "0" * 24]) == {keys[A]: ["新"], keys[B]: ["第一页", "第二页"]}


def test_a_document_whose_project_is_gone_is_not_shown(keys: dict[str, str]) -> None:
    Document.objects(id=keys[A]).update(dossier="nowhere")
    with pytest.raises(NotFound):
        queries.find_document(SYSTEM, keys[A])

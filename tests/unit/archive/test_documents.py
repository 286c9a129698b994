"""Documents: filed once a dossier, versions that keep the old, a person's word over every later reading."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest

from admin.system import System
from archive import audit, taxonomy, text_parts
from archive.access import Actor
from archive.digests import Digests
from archive.errors import Conflict, Invalid, NotFound
from archive.models import AuditEntry, Document, OutboxEvent, TextPart, TextRecord, TextState, Version
from archive.operations import documents
from archive.operations.documents import (
    Filed,
    Intake,
    TextRead,
    add_version,
    catalogue_document,
    confirm_document,
    file_document,
    record_refusal,
    record_text,
)
from archive.operations.projects import update_project
from archive.permissions import Permission
from archive.queries import find_project, text_of, versions_of
from archive.taxonomy import UnknownDocumentType
from tests.builders import SYSTEM, UNIT_B, a_description, a_project, a_text
from tests.unit.archive.refusals import refused, refused_without

CODE = "XM-2024-001"


def intake(content: str = "内容", project: str = CODE, text: TextRead | None = None, **description: Any) -> Intake:
    raw = content.encode()
    digests = Digests("sha256:" + hashlib.sha256(raw).hexdigest(), "sm3:" + hashlib.new("sm3", raw).hexdigest(), len(raw))
    return Intake(project, "会议纪要.txt", digests, "text/plain", a_description(**description),
                  text or a_text("第一页", "第二页"))


def filed(system: System, content: str = "内容", actor: Actor = SYSTEM, **more: Any) -> Filed:
    return file_document(actor, system.clock, intake(content, **more))


# -- who may -------------------------------------------------------------------------------------------------------

DEEDS: Mapping[str, tuple[Permission, Callable[[Actor, System, str], Any]]] = {
    "file": (Permission.DOCUMENT_FILE, lambda a, s, key: filed(s, "新", a)),
    "version": (Permission.DOCUMENT_FILE, lambda a, s, key: add_version(a, s.clock, key, intake("新"))),
    "catalogue": (Permission.DOCUMENT_FILE, lambda a, s, key: catalogue_document(a, s.clock, CODE, a_description(), "柜 3")),
    "confirm": (Permission.DOCUMENT_CONFIRM, lambda a, s, key: confirm_document(a, s.clock, key, 1, {"title": "由人"})),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_each_operation_asks_for_its_permission(system: System, people: dict[str, Actor], deed: str) -> None:
    a_project(system)
    key = filed(system).document.id
    permission, attempt = DEEDS[deed]
    allowed = refused_without(permission, people, lambda actor: attempt(actor, system, key))
    if people["unit_b"] in allowed:
        refused(NotFound, lambda: attempt(people["unit_b"], system, key))
    attempt(allowed[0], system, key)
    assert AuditEntry.objects(actor=allowed[0].id).count() == 1
    assert audit.verify()[1] == []


# -- filing --------------------------------------------------------------------------------------------------------

def test_a_filed_document_has_its_version_text_trace_and_event(system: System) -> None:
    project = a_project(system)
    OutboxEvent.objects.delete()
    result = filed(system, title="纪要", doc_date=date(2024, 5, 6), candidates=[("meeting_minutes", 9, ["题名"])])
    document, version = Document.objects.get(), Version.objects.get()
    assert (result.document.id, result.version.id, result.duplicate) == (document.id, version.id, False)
    assert (document.dossier, document.project, document.unit) == (project.id, CODE, project.unit)
    assert (document.type, document.stage, document.title, document.doc_date, document.current, document.version) == (
        "meeting_minutes", document.stage, "纪要", date(2024, 5, 6), version.id, 1)
    assert (version.number, version.dossier, version.size) == (1, project.id, 6)
    record, pages = text_of(SYSTEM, document.id)
    assert record is not None
    assert (record.chars, record.page_count, pages) == (6, 2, ["第一页", "第二页"])
    entry = AuditEntry.objects(action="document.filed").get()
    assert (entry.detail["sha256"], entry.detail["sm3"]) == (version.sha256, version.sm3)
    assert [(e.kind, e.subject, e.project) for e in OutboxEvent.objects] == [("document.filed", document.id, CODE)]


def test_the_same_bytes_are_one_document_in_a_dossier_and_two_in_two(system: System) -> None:
    a_project(system)
    a_project(system, "XM-2")
    first = filed(system, "同样的字节")
    entries = AuditEntry.objects.count()
    again = filed(system, "同样的字节", title="另一个题名")
    assert (again.duplicate, again.document.id, again.version.id) == (True, first.document.id, first.version.id)
    assert AuditEntry.objects.count() == entries
    assert not filed(system, "同样的字节", project="XM-2").duplicate
    assert Document.objects.count() == Version.objects.count() == 2


def test_a_duplicate_of_an_old_version_is_found_too(system: System) -> None:
    a_project(system)
    key = filed(system, "旧").document.id
    add_version(SYSTEM, system.clock, key, intake("新"))
    again = filed(system, "旧")
    assert (again.duplicate, again.document.id, again.version.number) == (True, key, 1)


def test_an_unknown_type_is_refused(system: System) -> None:
    a_project(system)
    refused(UnknownDocumentType, lambda: filed(system, type="meeting_minuets"), "meeting_minutes")


def test_long_metadata_is_cut_and_a_missing_title_is_the_name_of_the_file(system: System) -> None:
    a_project(system)
    long = filed(system, "1", title="题" * 900, doc_no="号" * 900, issuer="单" * 900, conclusion="论" * 900).document
    assert list(map(len, (long.title, long.doc_no, long.issuer, long.conclusion))) == [500, 200, 200, 50]
    assert filed(system, "2", title="").document.title == "会议纪要.txt"


# -- versions ------------------------------------------------------------------------------------------------------

def test_a_new_version_becomes_current_and_the_old_one_stays(system: System) -> None:
    a_project(system)
    first = filed(system, "一")
    second = add_version(SYSTEM, system.clock, first.document.id, intake("二", text=a_text("新的一页")))
    document = Document.objects.get()
    assert [v.number for v in versions_of(SYSTEM, document.id)] == [2, 1]
    assert Version.objects(number=1).get().as_mongo() == first.version.as_mongo()
    assert (document.current, document.version, document.revision) == (second.version.id, 2, 2)
    assert text_of(SYSTEM, document.id)[1] == ["新的一页"]
    assert TextRecord.objects(id=first.version.id).count() == 1, "the old version's text stays with it"


def test_a_new_version_of_the_same_bytes_is_a_duplicate(system: System) -> None:
    a_project(system)
    first = filed(system, "一")
    assert add_version(SYSTEM, system.clock, first.document.id, intake("一")).duplicate
    assert Document.objects.get().version == 1


# -- classified projects -------------------------------------------------------------------------------------------

def test_a_classified_project_refuses_files_and_takes_catalogue_entries(system: System) -> None:
    a_project(system, classified=True)
    refused(Invalid, lambda: filed(system), "涉密")
    entry = catalogue_document(SYSTEM, system.clock, CODE, a_description(title="脱密题名"), " 保密室 3 号柜 ")
    assert (entry.catalogue_only, entry.location, entry.current, entry.text_state) == (
        True, "保密室 3 号柜", "", "unsupported")
    assert versions_of(SYSTEM, entry.id) == []
    refused(Invalid, lambda: add_version(SYSTEM, system.clock, entry.id, intake()), "涉密")


def test_a_project_classified_while_the_file_was_arriving_refuses_it(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    a_project(system)
    key = filed(system).document.id
    before_it = documents.dossier_for_files

    def then_classify(actor: Actor, code: str) -> Any:
        project = before_it(actor, code)
        update_project(SYSTEM, system.clock, code, project.revision, {"classified": True})
        monkeypatch.setattr(documents, "dossier_for_files", before_it)
        return project

    attempts: list[Callable[[], Filed]] = [
        lambda: filed(system, "新"), lambda: add_version(SYSTEM, system.clock, key, intake("新"))]
    for attempt in attempts:
        monkeypatch.setattr(documents, "dossier_for_files", then_classify)
        with pytest.raises(Invalid, match="涉密"):
            attempt()
        assert Version.objects.count() == 1
        project = find_project(SYSTEM, CODE)
        update_project(SYSTEM, system.clock, CODE, project.revision, {"classified": False})


def test_a_catalogue_entry_needs_its_place_and_takes_no_versions(system: System) -> None:
    a_project(system)
    refused(Invalid, lambda: catalogue_document(SYSTEM, system.clock, CODE, a_description(), "  "), "存放位置")
    entry = catalogue_document(SYSTEM, system.clock, CODE, a_description(), "柜 3")
    refused(Invalid, lambda: add_version(SYSTEM, system.clock, entry.id, intake()), "目录条目")


# -- what a person says --------------------------------------------------------------------------------------------

GUESS: dict[str, Any] = {"type": "meeting_minutes", "type_source": "recognised", "title": "猜的题名"}


def read_again(system: System, result: Filed, **description: Any) -> Document:
    record_text(system.clock, result.version.id, a_text("全文"), a_description(**{
        "type": "acceptance_opinion", "type_source": "recognised", "title": "读出的题名", "issuer": "读出的单位",
        "doc_date": date(2025, 1, 1), **description}))
    document: Document = Document.objects(id=result.document.id).get()
    return document


def test_a_guess_gives_way_to_the_full_text(system: System) -> None:
    a_project(system)
    document = read_again(system, filed(system, **GUESS))
    assert (document.type, document.title, document.doc_date) == ("acceptance_opinion", "读出的题名", date(2025, 1, 1))
    assert document.stage == taxonomy.load().get("acceptance_opinion").stage


def test_a_confirmed_document_stays_as_confirmed_when_it_is_read_again(system: System) -> None:
    a_project(system)
    result = filed(system, **GUESS)
    confirmed = confirm_document(SYSTEM, system.clock, result.document.id, 1, {
        "type": "acceptance_application", "title": "人定的题名"})
    assert (confirmed.type_source, confirmed.stage) == (
        "confirmed", taxonomy.load().get("acceptance_application").stage)
    document = read_again(system, result)
    assert (document.type, document.type_source, document.title) == (
        "acceptance_application", "confirmed", "人定的题名")
    assert text_of(SYSTEM, document.id)[1] == ["全文"]


def test_a_confirmed_title_alone_stays_while_the_guessed_type_does_not(system: System) -> None:
    a_project(system)
    result = filed(system, **GUESS)
    confirm_document(SYSTEM, system.clock, result.document.id, 1, {"title": "人定的题名", "doc_date": None})
    document = read_again(system, result)
    assert (document.title, document.doc_date) == ("人定的题名", None)
    assert (document.type, document.issuer) == ("acceptance_opinion", "读出的单位")


def test_what_was_given_at_filing_stays_when_the_text_is_read(system: System) -> None:
    a_project(system)
    result = filed(system, **GUESS | {"title": "给的题名", "by_hand": ("title",)})
    assert result.document.title == "给的题名"
    document = read_again(system, result)
    assert (document.title, document.type) == ("给的题名", "acceptance_opinion")


def test_a_given_type_is_never_guessed_over(system: System) -> None:
    a_project(system)
    document = read_again(system, filed(system, type_source="given"))
    assert (document.type, document.type_source, document.title) == ("meeting_minutes", "given", "会议纪要")


def test_confirming_is_traced_with_before_and_after(system: System) -> None:
    a_project(system)
    key = filed(system).document.id
    confirm_document(SYSTEM, system.clock, key, 1, {"title": "新题名"})
    entry = AuditEntry.objects(action="document.confirmed").get()
    assert (entry.detail["before"], entry.detail["after"]) == ({"title": "会议纪要"}, {"title": "新题名"})
    assert OutboxEvent.objects(kind="document.changed", subject=key).count() == 1


@pytest.mark.parametrize("changes", [{"sha256": "x"}, {"type_source": "confirmed"}, {"title": " "}, {"title": None}])
def test_what_cannot_be_confirmed_is_refused(system: System, changes: dict[str, Any]) -> None:
    a_project(system)
    key = filed(system).document.id
    refused(Invalid, lambda: confirm_document(SYSTEM, system.clock, key, 1, changes))
    refused(UnknownDocumentType, lambda: confirm_document(SYSTEM, system.clock, key, 1, {"type": "?"}))


def test_confirming_a_stale_revision_conflicts(system: System) -> None:
    a_project(system)
    key = filed(system).document.id
    confirm_document(SYSTEM, system.clock, key, 1, {"title": "先"})
    refused(Conflict, lambda: confirm_document(SYSTEM, system.clock, key, 1, {"title": "后"}), "先")


# -- text ----------------------------------------------------------------------------------------------------------

def test_reading_again_replaces_the_text_whole(system: System) -> None:
    a_project(system)
    pages = ["甲" * (text_parts.PART_CHARS // 2)] * 5
    result = filed(system, text=a_text(*pages))
    assert TextPart.objects(version=result.version.id).count() == 3, "no part comes near the limit of a MongoDB document"
    assert text_of(SYSTEM, result.document.id)[1] == pages
    record_text(system.clock, result.version.id, a_text("短"))
    assert text_of(SYSTEM, result.document.id)[1] == ["短"]
    assert TextRecord.objects.get().chars == 1


def test_the_text_of_a_version_that_is_no_longer_current_is_not_taken_for_the_new_one(system: System) -> None:
    a_project(system)
    first = filed(system, "一", text=TextRead(TextState.PENDING))
    add_version(SYSTEM, system.clock, first.document.id, intake("二", text=a_text("新")))
    record_text(system.clock, first.version.id, a_text("旧"))
    assert text_of(SYSTEM, first.document.id)[1] == ["新"]
    assert AuditEntry.objects(action="document.text-skipped").count() == 1


def test_a_file_without_text_says_why(system: System) -> None:
    a_project(system)
    document = filed(system, text=TextRead(TextState.UNREADABLE, reason="文件已损坏")).document
    assert (document.text_state, document.text_reason) == ("unreadable", "文件已损坏")
    assert TextState(document.text_state).label == "损坏或无法读取"


def test_a_refusal_leaves_a_trace_without_name_or_text(system: System) -> None:
    a_project(system)
    record_refusal(SYSTEM, system.clock, CODE, intake("绝密").digests, "首页带有密级标志")
    entry = AuditEntry.objects(action="document.refused").get()
    assert set(entry.detail) == {"sha256", "size", "reason"}
    assert Document.objects.count() == 0


def test_a_document_of_another_unit_does_not_exist(system: System, people: dict[str, Actor]) -> None:
    a_project(system, unit=UNIT_B)
    key = filed(system).document.id
    for attempt in (lambda: add_version(people["unit_a"], system.clock, key, intake("新")),
                    lambda: filed(system, "新", people["unit_a"]),
                    lambda: catalogue_document(people["unit_a"], system.clock, CODE, a_description(), "柜")):
        refused(NotFound, attempt)

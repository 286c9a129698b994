"""What engines say about a version: each in its own record, replaced by its next word, seen with the document only."""

import pytest

from admin.system import System
from archive import audit
from archive.access import Actor
from archive.errors import NotFound
from archive.models import AuditEntry, Document, Remarks
from archive.operations import remarks as operation
from archive.operations.documents import TextRead, add_version, record_text
from archive.operations.remarks import record_remarks
from archive.permissions import ROLE_PERMISSIONS, Permission, Role
from archive.queries import remarks_of
from archive.remarks import Remark, Severity
from tests.builders import SYSTEM, a_project
from tests.conftest import snapshot
from tests.unit.archive.refusals import refused
from tests.unit.archive.test_documents import CODE, filed, intake

SKEWED = Remark("scan.skewed", Severity.WARNING, "第2页歪斜 4°，请重新扫描。", (2,))
SIGNED = Remark("signature.verified", Severity.INFO, "签章完整。")
BROKEN = Remark("signature.broken", Severity.PROBLEM, "签章后内容被改动。", (1, 3))


@pytest.fixture
def document(system: System) -> Document:
    a_project(system)
    return filed(system).document


def said(document: Document) -> list[str]:
    return [item.code for item in remarks_of(SYSTEM, document.id)]


def test_the_words_of_all_engines_are_read_together_the_gravest_first(system: System, document: Document) -> None:
    record_remarks(system.clock, document.current, "ocr 3.10", [SIGNED, SKEWED])
    record_remarks(system.clock, document.current, "seals 1", [BROKEN])
    assert [(i.code, i.severity, i.text, list(i.pages)) for i in remarks_of(SYSTEM, document.id)] == [
        (r.code, r.severity.value, r.text, list(r.pages)) for r in (BROKEN, SKEWED, SIGNED)]
    stored = Remarks.objects(source="ocr 3.10").get()
    assert (stored.id, stored.document, stored.dossier, stored.project) == (
        f"{document.current}/ocr 3.10", document.id, document.dossier, CODE)
    entry = AuditEntry.objects(action="document.remarked").order_by("-id").first()
    assert (entry.subject, entry.detail["codes"], entry.detail["source"]) == (
        f"document:{document.id}", ["signature.broken"], "seals 1")
    assert audit.verify()[1] == []


def test_a_new_release_of_an_engine_replaces_its_old_word_and_nobody_elses(system: System, document: Document) -> None:
    record_remarks(system.clock, document.current, "ocr 3.10", [SKEWED])
    record_remarks(system.clock, document.current, "ocrmypdf 1", [SIGNED])
    record_remarks(system.clock, document.current, "ocr 3.11", [BROKEN])
    assert said(document) == ["signature.broken", "signature.verified"]
    record_remarks(system.clock, document.current, "ocr 4", [])
    assert said(document) == ["signature.verified"]


def test_saying_the_same_again_writes_nothing(system: System, document: Document) -> None:
    record_remarks(system.clock, document.current, "ocr 3.10", [SKEWED])
    before = snapshot()
    record_remarks(system.clock, document.current, "ocr 3.10", [SKEWED])
    assert snapshot() == before


def test_a_version_that_is_not_there_is_said_so(system: System, document: Document) -> None:
    refused(NotFound, lambda: record_remarks(system.clock, "0" * 24, "ocr 3.10", [SKEWED]))


def test_only_the_system_records_what_engines_say(system: System, document: Document,
                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    from archive.errors import NotPermitted

    assert [role for role in Role if Permission.TEXT_RECORD in ROLE_PERMISSIONS[role]] == [Role.SYSTEM]
    monkeypatch.setattr(operation, "system_actor", lambda job: Actor(f"system:{job}", "冒名", Role.ARCHIVIST))
    refused(NotPermitted, lambda: record_remarks(system.clock, document.current, "ocr 3.10", [SKEWED]))


def test_remarks_are_as_hidden_as_their_document(system: System, document: Document, people: dict[str, Actor]) -> None:
    record_remarks(system.clock, document.current, "ocr 3.10", [SKEWED])
    assert len(remarks_of(people["unit_a"], document.id)) == 1
    refused(NotFound, lambda: remarks_of(people["unit_b"], document.id))


def test_a_new_version_begins_without_remarks(system: System, document: Document) -> None:
    record_remarks(system.clock, document.current, "ocr 3.10", [SKEWED])
    add_version(SYSTEM, system.clock, document.id, intake("新的内容"))
    assert said(document) == []


def test_what_is_found_while_reading_is_kept_with_the_text_and_read_anew(system: System, document: Document) -> None:
    from archive.models import TextRecord, TextState

    read = TextRead(TextState.READ, ["甲", ""], 2, "pdf 1", properties={"title": "标题"}, image_pages=[2], remarks=[BROKEN])
    record_text(system.clock, document.current, read)
    record = TextRecord.objects.get(id=document.current)
    assert (dict(record.properties), list(record.image_pages)) == ({"title": "标题"}, [2])
    assert said(document) == ["signature.broken"]
    record_text(system.clock, document.current, TextRead(TextState.READ, ["甲"], 1, "other 2"))
    assert said(document) == []

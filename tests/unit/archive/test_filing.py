"""Filing many at once: one transaction for all, and what hinders one costs only that one."""

from dataclasses import replace

import pytest

from admin.system import System
from archive import audit
from archive.access import Actor
from archive.errors import Invalid, NotFound
from archive.models import AuditEntry, Document, OutboxEvent, TextState, Version
from archive.models.fields import DocumentFields
from archive.models.similarity import TextSignature
from archive.operations.documents import Filed, add_version, file_document
from archive.operations.filing import file_documents
from archive.operations.whole_texts import ValueRead, WholeText
from archive.permissions import Permission
from archive.queries import find_project
from archive.similarity import signature_of
from tests.builders import SYSTEM, a_project
from tests.unit.archive.refusals import refused_without
from tests.unit.archive.test_documents import CODE, intake

WHOLE = WholeText(("内部",), {"mobile": 2}, (ValueRead("contract_no", "HT-1", "HT-1", 1, 0, 4, 0.9),), "test 1",
                  signature_of(["0123456789" * 30]))


@pytest.fixture
def dossier(system: System) -> str:
    return str(a_project(system).id)


def test_many_are_one_transaction_in_their_order(system: System, dossier: str) -> None:
    before = AuditEntry.objects.count()
    answers = file_documents(SYSTEM, system.clock, [intake(str(n)) for n in range(5)])
    filed = [answer for answer in answers if isinstance(answer, Filed)]
    assert [one.version.sha256 for one in filed] == [intake(str(n)).digests.sha256 for n in range(5)]
    assert {document.dossier for document in Document.objects} == {dossier}
    entries = AuditEntry.objects(action="document.filed").order_by("id")
    assert [entry.subject for entry in entries] == [f"document:{one.document.id}" for one in filed]
    assert len({entry.at for entry in entries}) == 1
    assert AuditEntry.objects.count() == before + 5
    assert OutboxEvent.objects(kind="document.filed").count() == 5
    assert audit.verify()[1] == []


def test_a_known_one_among_them_is_a_duplicate_and_the_others_are_filed(system: System, dossier: str) -> None:
    known = file_document(SYSTEM, system.clock, intake("已有"))
    answers = file_documents(SYSTEM, system.clock, [intake("甲"), intake("已有"), intake("乙"), intake("乙")])
    assert [answer.duplicate for answer in answers if isinstance(answer, Filed)] == [False, True, False, True]
    assert isinstance(answers[1], Filed)
    assert answers[1].document.id == known.document.id
    assert Document.objects.count() == Version.objects.count() == AuditEntry.objects(action="document.filed").count() == 3


def test_one_that_cannot_be_filed_is_answered_and_costs_nobody_else(system: System, dossier: str) -> None:
    broken = intake("坏", type_source="nobody")
    answers = file_documents(SYSTEM, system.clock, [intake("甲"), broken, intake("丙", project="XM-NONE")])
    assert [type(answer) for answer in answers] == [Filed, Invalid, NotFound]
    assert Document.objects.count() == 1
    assert audit.verify()[1] == []


def test_who_may_not_file_files_nothing(system: System, dossier: str, people: dict[str, Actor]) -> None:
    refused_without(Permission.DOCUMENT_FILE, people, lambda actor: file_documents(actor, system.clock, [intake("甲"), intake("乙")]))
    assert file_documents(SYSTEM, system.clock, []) == []


def test_what_is_known_of_a_whole_text_is_there_with_the_document(system: System, dossier: str) -> None:
    filed = file_document(SYSTEM, system.clock, replace(intake("甲"), whole=WHOLE))
    document, fields, signature = Document.objects.get(), DocumentFields.objects.get(), TextSignature.objects.get()
    assert (document.labels, document.personal, document.guarded) == (["内部"], {"mobile": 2}, filed.version.id)
    assert (fields.id, fields.version, fields.document, fields.dossier, fields.extractor) == (
        filed.version.id, filed.version.id, document.id, dossier, "test 1")
    assert [(field.key, field.value, field.state) for field in fields.found] == [("contract_no", "HT-1", "read")]
    assert (signature.id, signature.document, signature.signature) == (filed.version.id, document.id, WHOLE.signature)
    detail = AuditEntry.objects.get(action="document.filed").detail
    assert {name: detail[name] for name in ("extractor", "fields", "labels", "personal")} == {
        "extractor": "test 1", "fields": ["contract_no"], "labels": ["内部"], "personal": {"mobile": 2}}
    assert {event.kind for event in OutboxEvent.objects(subject=document.id)} == {"document.filed-whole"}


def test_a_new_version_brings_what_is_known_of_its_text(system: System, dossier: str) -> None:
    first = file_document(SYSTEM, system.clock, replace(intake("甲"), whole=WHOLE))
    second = add_version(SYSTEM, system.clock, first.document.id, replace(intake("乙"), whole=replace(WHOLE, labels=(), personal={})))
    document = Document.objects.get()
    assert (document.current, document.labels, document.personal, document.guarded) == (second.version.id, [], {}, second.version.id)
    assert {fields.id for fields in DocumentFields.objects} == {first.version.id, second.version.id}
    assert document.text_state == TextState.READ
    assert find_project(SYSTEM, CODE).id == dossier

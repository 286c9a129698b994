"""What confirmations teach: counts within a unit, shown with their numbers, never above a veto, and to be put aside."""

from typing import Any

import pytest

from admin.system import System
from archive.access import Actor
from archive.errors import ArchiveError, Conflict, Invalid, NotFound, NotPermitted
from archive.learning import Lesson, evidence, lessons, name_words
from archive.models import AuditEntry, Document, TypeEvidence
from archive.operations.documents import confirm_document
from archive.operations.learning import put_aside
from archive.operations.review import Choice, confirm_types, waiting
from archive.taxonomy import OTHER
from ingest.classify import recognise
from ingest.learned import with_lessons
from tests.builders import SYSTEM, UNIT, UNIT_B, a_project, file_text
from tests.conftest import snapshot

TEXT = "第{n}期\n本期水位平稳，各站正常。"


@pytest.fixture
def dossier(system: System) -> System:
    a_project(system, "XM-A")
    a_project(system, "XM-B", unit=UNIT_B)
    return system


def filed(system: System, name: str, code: str = "XM-A", n: int = 1) -> Document:
    found: Document = file_text(system, code, name, TEXT.format(n=n) + code + name).document
    return found


def taught(system: System, actor: Actor, count: int, code: str = "XM-A", kind: str = "progress_report") -> list[Document]:
    documents = [filed(system, f"水情简报{n:02}.txt", code, n) for n in range(count)]
    for document in documents:
        confirm_document(actor, system.clock, document.id, document.revision, {"type": kind})
    return documents


@pytest.mark.parametrize(("name", "words"), [
    ("水情简报2024-05.pdf", ("水情简报",)), ("0012_临江市智慧水务项目水情简报（盖章版）.pdf", ("水情简报",)),
    ("第三期汛情分析专报-终稿.docx", ("汛情分析专报", "分析专报")), ("IMG_2034.jpg", ()), ("纪要.docx", ()), ("", ())])
def test_the_words_of_a_name(name: str, words: tuple[str, ...]) -> None:
    assert name_words(name) == words


def test_confirmed_names_are_counted_and_said(dossier: System, people: dict[str, Actor]) -> None:
    assert filed(dossier, "水情简报99.txt").candidates == []
    taught(dossier, people["archivist"], 5)
    document = filed(dossier, "水情简报-六月.txt")
    assert (document.type, document.type_source) == (OTHER, "unrecognised")  # a count alone decides nothing
    first = document.candidates[0]
    assert (first.type, first.score) == ("progress_report", 2)
    assert list(first.reasons) == ["此前 5 份名称含“水情简报”的文件中，5 份被确认为“周报/月报（承建方）”(+2)"]


def test_another_unit_learns_nothing_of_it(dossier: System, people: dict[str, Actor]) -> None:
    taught(dossier, people["archivist"], 5)
    assert filed(dossier, "水情简报-六月.txt", "XM-B").candidates == []
    assert lessons(UNIT_B, "水情简报.txt") == []


def test_evidence_says_who_when_from_and_to(dossier: System, people: dict[str, Actor]) -> None:
    document = filed(dossier, "汛情分析专报.txt")
    confirm_document(people["archivist"], dossier.clock, document.id, 1, {"type": "om_periodic_report"})
    row = TypeEvidence.objects.get(id=document.id)
    assert (row.from_type, row.type, row.by, row.at) == (OTHER, "om_periodic_report", people["archivist"].id, dossier.clock.now())
    assert (row.filename, row.words, row.unit) == ("汛情分析专报.txt", ["汛情分析专报", "分析专报"], UNIT)
    confirm_document(people["archivist"], dossier.clock, document.id, 2, {"type": "progress_report"})
    assert TypeEvidence.objects.get(id=document.id).type == "progress_report"
    assert lessons(UNIT, "汛情分析专报.txt")[0] == Lesson("汛情分析专报", "progress_report", 1, 1)


def test_people_who_disagree_teach_nothing() -> None:
    found = recognise("水情简报.pdf", [])
    assert with_lessons(found, [Lesson("水情简报", "progress_report", 3, 6), Lesson("水情简报", "meeting_minutes", 3, 6)]) == found


def test_earlier_names_tip_the_scales_where_the_words_are_there() -> None:
    found = recognise("验收报告.pdf", ["本月工作正常。"])
    assert not found.accepted
    answer = with_lessons(found, [Lesson("验收报告", "unit_acceptance_report", 2, 2)])
    assert (answer.type, answer.score, answer.accepted) == ("unit_acceptance_report", 4, True)


def test_earlier_names_that_contradict_send_to_review() -> None:
    found = recognise("验收报告.pdf", [])
    assert found.accepted
    answer = with_lessons(found, [Lesson("验收报告", "om_acceptance", 9, 9)])
    assert (answer.accepted, answer.margin, [c.type for c in answer.candidates][1]) == (True, 2, "om_acceptance")
    close = with_lessons(recognise("验收报告.pdf", ["本月工作正常。"]), [Lesson("验收报告", "om_acceptance", 9, 9)])
    assert (close.accepted, close.margin) == (False, 1)


def test_a_veto_is_never_overridden_silently() -> None:
    found = recognise("可研报告批复.pdf", [])
    assert "feasibility_report" in found.vetoed
    answer = with_lessons(found, [Lesson("可研报告批复", "feasibility_report", 50, 50)])
    shown = {candidate.type: candidate for candidate in answer.candidates}["feasibility_report"]
    assert answer.type != "feasibility_report"
    assert not shown.sure
    assert shown.reasons[-1] == "但名称或标题含有与该类型相排斥的用词，请人工确认"


def test_putting_aside_ends_the_counting_and_keeps_the_evidence(dossier: System, people: dict[str, Actor]) -> None:
    taught(dossier, people["archivist"], 3)
    assert put_aside(people["archivist"], dossier.clock, UNIT, "水情简报") == 3
    assert lessons(UNIT, "水情简报.txt") == []
    assert TypeEvidence.objects.count() == 3
    assert AuditEntry.objects(action="recognition.put-aside").get().detail["count"] == 3
    assert {d.type for d in Document.objects} == {"progress_report"}
    with pytest.raises(NotFound):
        put_aside(people["archivist"], dossier.clock, UNIT, "水情简报")


@pytest.mark.parametrize("name", ["unit_a", "auditor", "supervisor", "sysadmin", "secadmin", "auditadmin"])
def test_nobody_else_looks_confirms_or_puts_aside(dossier: System, people: dict[str, Actor], name: str) -> None:
    document, _ = filed(dossier, "汛情专报.txt"), taught(dossier, people["archivist"], 2)
    before = snapshot()
    for refused in (lambda: put_aside(people[name], dossier.clock, UNIT, "水情简报"), lambda: evidence(people[name]),
                    lambda: waiting(people[name]),
                    lambda: confirm_types(people[name], dossier.clock, [Choice(document.id, 1, "meeting_minutes")])):
        with pytest.raises(NotPermitted):
            refused()
    assert snapshot() == before


def test_an_archivist_of_a_unit_reaches_her_own_evidence_only(dossier: System, people: dict[str, Actor]) -> None:
    hers = Actor("b", "b", people["archivist"].role, UNIT_B)
    taught(dossier, people["archivist"], 2)
    taught(dossier, people["archivist"], 2, "XM-B")
    assert {row.unit for row in evidence(hers)} == {UNIT_B}
    before = snapshot()
    with pytest.raises(NotFound):
        put_aside(hers, dossier.clock, UNIT, "水情简报")
    assert snapshot() == before


def test_the_queue_holds_what_nobody_decided_of_the_dossiers_one_sees(dossier: System, people: dict[str, Actor]) -> None:
    mine, other = filed(dossier, "汛情专报.txt"), filed(dossier, "雨量专报.txt", "XM-B")
    filed(dossier, "会议纪要.txt")
    hers = Actor("b", "b", people["archivist"].role, UNIT_B)
    assert {d.id for d in waiting(people["archivist"]).items} >= {mine.id, other.id}
    assert [d.id for d in waiting(hers).items] == [other.id]
    assert [d.id for d in waiting(people["archivist"], project="XM-A").items][-1] == mine.id
    with pytest.raises(NotFound):
        confirm_types(hers, dossier.clock, [Choice(mine.id, 1, "meeting_minutes")])


def test_a_batch_keeps_what_it_can_and_says_the_rest(dossier: System, people: dict[str, Actor]) -> None:
    one, two = filed(dossier, "汛情专报.txt"), filed(dossier, "雨量专报.txt")
    said: list[Any] = [Choice(one.id, 1, "meeting_minutes"), Choice(two.id, 7, "meeting_minutes"), Choice(two.id, 1, "nonsense")]
    answers = confirm_types(people["archivist"], dossier.clock, said)
    assert [answer.code for answer in answers] == ["", Conflict.code, answers[2].code]
    assert all(answer.problem for answer in answers[1:])
    assert [Document.objects.get(id=d.id).type_source for d in (one, two)] == ["confirmed", "unrecognised"]
    assert AuditEntry.objects(action="document.confirmed").count() == 1
    with pytest.raises(Conflict):
        confirm_types(people["archivist"], dossier.clock, [said[1]])
    for wrong in ([], [said[0]] * 201):
        with pytest.raises(Invalid):
            confirm_types(people["archivist"], dossier.clock, wrong)


def test_a_refused_confirmation_teaches_nothing(dossier: System, people: dict[str, Actor]) -> None:
    document = filed(dossier, "汛情专报.txt")
    before = snapshot()
    with pytest.raises(ArchiveError):
        confirm_document(SYSTEM, dossier.clock, document.id, 9, {"type": "meeting_minutes"})
    assert snapshot() == before

"""Drafts and re-scans are proposed as versions; a person joins, dismisses, takes back; nobody else changes anything."""

import random

import pytest

from admin.verify import verify
from archive.errors import Conflict, Invalid, NotFound
from archive.models import AuditEntry, Document, TextRecord, Version
from archive.models.similarity import Likeness, TextSignature
from archive.operations.likenesses import dismiss, join, joined_to, likenesses_of, separate
from archive.permissions import Permission
from archive.queries import copies_elsewhere, text_of
from search.port import SearchRequest
from search.query import parse
from tests.builders import UNIT_B, a_project, file_text
from tests.unit.archive.refusals import refused, refused_without

HAN = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因" \
    "由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题"
CODE = "XM-2024-001"
TEXT = "会议纪要\n" + "".join(random.Random(1).choices(HAN, k=1500))
DRAFT = TEXT[:700] + "经研究决定增加一段说明文字" + TEXT[700:]


@pytest.fixture
def pair(system, worker, people):
    a_project(system)
    first = file_text(system, CODE, "纪要.txt", TEXT).document
    worker.drain()
    later = file_text(system, CODE, "纪要（修改稿）.txt", DRAFT).document
    worker.drain()
    return first, later


def found(system, words):
    return [hit.document for hit in system.index.search(SearchRequest(query=parse(words), dossiers=None)).hits]


def test_a_draft_is_proposed_as_a_version(system, people, pair):
    first, later = pair
    row, other = likenesses_of(people["unit_a"], later.id)[0]
    assert (row.document, row.other, other.id) == (later.id, first.id, first.id)
    assert row.similarity > 0.8
    assert likenesses_of(people["unit_a"], first.id)[0][1].id == later.id
    assert TextSignature.objects.count() == 2


def test_two_that_arrive_together_find_each_other(system, worker, people):
    a_project(system)
    file_text(system, CODE, "一稿.txt", TEXT)
    file_text(system, CODE, "二稿.txt", DRAFT)
    file_text(system, CODE, "别的.txt", "".join(random.Random(9).choices(HAN, k=1500)))
    worker.drain()
    assert Likeness.objects.count() == 1


def test_joining_makes_a_version_and_can_be_taken_back(system, worker, people, pair):
    first, later = pair
    key = Likeness.objects.get().id
    before = {row["_id"]: row for row in Document._get_collection().find()}
    assert join(people["archivist"], system.clock, key) == first.id
    worker.drain()
    document = Document.objects.get()
    assert (document.id, document.version, document.filename) == (first.id, 2, "纪要（修改稿）.txt")
    assert [version.number for version in Version.objects(document=first.id).order_by("number")] == [1, 2]
    assert found(system, "增加一段说明文字") == [first.id]
    assert "增加一段说明文字" in "".join(text_of(people["unit_a"], first.id)[1])
    assert {record.document for record in TextRecord.objects} == {first.id}
    assert verify(system).problems == []
    assert [row.id for row in joined_to(people["archivist"], first.id)] == [key]
    assert separate(people["archivist"], system.clock, key) == later.id
    worker.drain()
    for row in Document._get_collection().find():
        ours = before[row["_id"]]
        assert {k: v for k, v in row.items() if k not in ("revision", "guarded")} == {
            k: v for k, v in ours.items() if k not in ("revision", "guarded")}
    assert found(system, "增加一段说明文字") == [later.id]
    assert verify(system).problems == []
    assert likenesses_of(people["archivist"], first.id) == []
    assert [AuditEntry.objects(action=f"document.{deed}").count() for deed in ("joined", "separated")] == [1, 1]


def test_dismissed_is_remembered(system, worker, people, pair):
    _, later = pair
    dismiss(people["archivist"], system.clock, Likeness.objects.get().id)
    file_text(system, CODE, "无关.txt", "另一份文件的正文")
    from archive.operations.likenesses import compare
    compare(system.clock, {Document.objects(id=later.id).get().current: [DRAFT]})
    assert likenesses_of(people["unit_a"], later.id) == []
    assert Likeness.objects.get().state == "dismissed"


def test_only_who_may_confirm_decides(system, people, pair):
    key = Likeness.objects.get().id
    for deed in (join, dismiss, separate):
        refused_without(Permission.DOCUMENT_CONFIRM, people, lambda actor, deed=deed: deed(actor, system.clock, key))
    archivist = people["archivist"]
    refused(NotFound, lambda: join(archivist, system.clock, "a|b"))
    refused(NotFound, lambda: separate(archivist, system.clock, key))
    dismiss(archivist, system.clock, key)
    refused(Conflict, lambda: join(archivist, system.clock, key))


def test_what_cannot_be_a_version_is_refused(system, worker, people, pair):
    _, later = pair
    system.intake.add_version(people["archivist"], later.id, "第二版.txt", ["又一版".encode()])
    refused(Invalid, lambda: join(people["archivist"], system.clock, Likeness.objects.get().id), match="多个版本")


def test_after_a_newer_version_it_cannot_be_taken_back(system, worker, people, pair):
    first, _ = pair
    key = Likeness.objects.get().id
    join(people["archivist"], system.clock, key)
    system.intake.add_version(people["archivist"], first.id, "第三版.txt", ["又一版".encode()])
    refused(Invalid, lambda: separate(people["archivist"], system.clock, key), match="不能再分开")


def test_other_units_documents_are_neither_told_nor_joined(system, worker, people, pair):
    first, later = pair
    a_project(system, "XM-2024-002", unit=UNIT_B)
    foreign = file_text(system, "XM-2024-002", "他处.txt", DRAFT.replace("一段", "两段")).document
    same = file_text(system, "XM-2024-002", "同一.txt", TEXT).document
    worker.drain()
    assert {other.id for _, other in likenesses_of(people["unit_b"], foreign.id)} == {same.id}
    assert {other.id for _, other in likenesses_of(people["unit_a"], later.id)} == {first.id}
    across = next(row for row, other in likenesses_of(people["archivist"], foreign.id) if other.id == first.id)
    refused(Invalid, lambda: join(people["archivist"], system.clock, across.id), match="不同的项目")
    digest = Version.objects(document=first.id).get().sha256
    assert [copy.id for copy in copies_elsewhere(people["archivist"], digest, first.dossier)] == [same.id]
    assert copies_elsewhere(people["unit_a"], digest, first.dossier) == []

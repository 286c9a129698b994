"""A marking found late removes everything: bytes, text, index entry, derived things; a trace without content stays."""

from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest

from admin.erasing import erase_again
from admin.jobs import run_job
from admin.verify import verify
from archive.blobs.port import LockMode
from archive.errors import NotFound, Refused, Withdrawn
from archive.models import AuditEntry, Document, PageLayout, TextPart, TextRecord, TextState, Version
from archive.models.connection import database
from archive.models.withdrawals import Withdrawal
from archive.operations.clearances import NothingAsked, ask_clearance, decide_clearance
from archive.operations.documents import TextRead, record_text
from archive.operations.layouts import record_layouts  # noqa: F401 - its rows are among what goes
from archive.operations.withdrawals import Suspicion, withdraw
from archive.permissions import Permission
from archive.queries import find_document, withdrawals_of
from ingest.describe import describe
from ingest.guard import keep_text
from retention.models import Mail
from search.port import SearchRequest
from search.query import parse
from tests.builders import SYSTEM, a_project, file_text
from tests.unit.archive.refusals import refused, refused_without

CODE = "XM-2024-001"
BODY = "第一章 概述\n本项目建设内容：凤凰计划。\n"
SECRET = ("机密★10年\n附件：凤凰计划部署\n",)


@pytest.fixture
def filed(system, worker, people) -> Any:
    """A document whose text shows nothing yet, filed by the unit's person."""
    a_project(system)
    found = file_text(system, CODE, "凤凰方案.txt", BODY, people["unit_a"])
    worker.drain()
    return found


def read_later(system: Any, filed: Any, *pages: str) -> bool:
    return keep_text(system.clock, Version.objects(id=filed.version.id).get(), TextRead(TextState.READ, pages, len(pages), "ocr 1"))


def stored_everywhere() -> str:
    return "".join(str(row) for name in database().list_collection_names() if name not in ("audit",)
                   for row in database()[name].find())


def test_everything_goes_and_a_trace_stays(system, worker, people, filed):
    digest = filed.version.sha256
    system.derived.write(digest, "1-page-test.png", b"a picture")
    assert system.index.search(SearchRequest(query=parse("凤凰"), dossiers=None)).total == 1
    assert not read_later(system, filed, BODY, *SECRET)
    worker.drain()
    assert system.index.search(SearchRequest(query=parse("凤凰"), dossiers=None)).total == 0
    assert system.index.version_of(filed.document.id) is None
    assert not system.blobs.exists(digest)
    assert system.derived.read(digest, "1-page-test.png") is None
    assert (Document.objects.count(), Version.objects.count(), TextPart.objects.count(), TextRecord.objects.count()) == (0, 0, 0, 0)
    trace = Withdrawal.objects.get()
    assert (trace.sha256, trace.size, trace.object, trace.page, trace.whole) == (digest, len(BODY.encode()), "deleted", 2, True)
    assert "凤凰" not in stored_everywhere()
    entry = AuditEntry.objects(action="document.withdrawn").get()
    assert "凤凰" not in str(entry.detail)
    assert entry.detail["sha256"] == digest
    assert verify(system).problems == []


def test_the_uploader_is_told_what_to_do_without_the_name(system, worker, people, filed):
    read_later(system, filed, *SECRET)
    worker.drain()
    worker.drain()
    mail = Mail.objects.get()
    assert mail.address == "unit_a@example.com"
    assert "登记目录条目" in mail.text
    assert "机密" in mail.text
    assert "凤凰" not in mail.text + mail.html + mail.subject
    with pytest.raises(Withdrawn, match="机密"):
        find_document(people["unit_a"], filed.document.id)
    with pytest.raises(NotFound) as caught:
        find_document(people["unit_b"], filed.document.id)
    assert not isinstance(caught.value, Withdrawn)
    assert withdrawals_of(people["unit_a"], CODE).total == 1
    with pytest.raises(NotFound):
        withdrawals_of(people["unit_b"], CODE)


def test_a_notice_does_not_stand_for_the_digest_of_the_day(system, worker, people, filed):
    read_later(system, filed, *SECRET)
    worker.drain()
    run = run_job(system, SYSTEM, "notices.daily")
    assert run.outcome == "done"
    assert Mail.objects(kind="notice", state="sent").count() == 1


def test_what_recognition_wrote_without_asking_is_examined_after(system, worker, filed):
    """Any engine that records a text: the lane looks at what is stored."""
    record_text(system.clock, filed.version.id, TextRead(TextState.READ, (BODY, *SECRET), 2, "some engine 1"))
    assert Document.objects.count() == 1
    worker.drain()
    assert Document.objects.count() == 0
    assert not system.blobs.exists(filed.version.sha256)
    assert system.index.version_of(filed.document.id) is None


def test_a_long_file_is_refused_by_what_its_later_pages_say(system, worker, people):
    a_project(system)
    with pytest.raises(Refused, match="机密"):
        file_text(system, CODE, "长文.txt", f"{BODY}\f{BODY}\f{SECRET[0]}")
    assert Document.objects.count() == 0


def test_removed_bytes_do_not_come_again(system, worker, people, filed):
    read_later(system, filed, *SECRET)
    worker.drain()
    with pytest.raises(Refused, match="密级标志"):
        file_text(system, CODE, "另一个名字.txt", BODY, people["unit_a"])
    assert not system.blobs.exists(filed.version.sha256)


def test_the_same_bytes_in_another_dossier_go_too(system, worker, people, filed):
    a_project(system, "XM-2024-002", unit="省水文局")
    other = file_text(system, "XM-2024-002", "同一份.txt", BODY)
    read_later(system, filed, *SECRET)
    worker.drain()
    assert Document.objects(id=other.document.id).count() == 0
    assert {trace.project for trace in Withdrawal.objects} == {CODE, "XM-2024-002"}
    assert not system.blobs.exists(filed.version.sha256)


def test_only_the_marked_version_goes_and_its_number_is_not_given_again(system, worker, people, filed):
    key = filed.document.id
    second = system.intake.add_version(people["unit_a"], key, "凤凰第二稿.txt", ["另一稿的正文。".encode()])
    worker.drain()
    read_later(system, second, *SECRET)
    worker.drain()
    document = Document.objects(id=key).get()
    assert (document.current, document.version, document.filename) == (filed.version.id, 1, "凤凰方案.txt")
    assert document.text_state == "read"
    assert system.index.search(SearchRequest(query=parse("凤凰计划"), dossiers=None)).total == 1
    assert not system.blobs.exists(second.version.sha256)
    assert system.blobs.exists(filed.version.sha256)
    third = system.intake.add_version(people["unit_a"], key, "第三稿.txt", ["第三稿的正文。".encode()])
    assert third.version.number == 3
    worker.drain()
    assert verify(system).problems == []


def test_locked_bytes_stay_until_the_lock_is_lifted(system, worker, people, filed):
    system.blobs.hold(filed.version.sha256, True)
    read_later(system, filed, *SECRET)
    worker.drain()
    trace = Withdrawal.objects.get()
    assert (trace.object, system.blobs.exists(trace.sha256)) == ("locked", True)
    assert "受保护" in trace.object_reason
    assert run_job(system, SYSTEM, "archive.erase").outcome == "attention"
    system.blobs.hold(filed.version.sha256, False)
    assert erase_again(system) == {"locked": 0}
    assert (Withdrawal.objects.get().object, system.blobs.exists(trace.sha256)) == ("deleted", False)


def test_bytes_under_retention_are_tried_again_by_the_job(system, worker, filed, clock):
    from datetime import timedelta
    until = system.clock.now() + timedelta(days=3650)
    system.blobs.retain(filed.version.sha256, LockMode.GOVERNANCE, until)
    read_later(system, filed, *SECRET)
    worker.drain()
    assert Withdrawal.objects.get().object == "locked"


def test_what_was_unpacked_and_what_holds_it_go_together(system, worker, people, filed):
    """A bundle's bytes hold its members; the others beside it bear no marking and stay."""
    inner, beside, deeper = (file_text(system, CODE, f"{n}.txt", f"{n} 的正文，各不相同。") for n in ("内件", "同包另一件", "内件的附件"))
    rows = database()["documents"]
    for child, parent in ((inner, filed), (beside, filed), (deeper, inner)):
        rows.update_one({"_id": child.document.id}, {"$set": {"parent": parent.document.id}})
    withdraw(system.clock, inner.version.id, Suspicion("首页带有密级标志（机密）", 1), describe)
    worker.drain()
    assert [document.id for document in Document.objects] == [beside.document.id]
    assert Withdrawal.objects.count() == 3


def test_who_fetched_it_before_is_named(system, worker, people, filed):
    from archive.operations.access_log import record_download
    record_download(people["auditor"], system.clock, filed.document.id, 1)
    read_later(system, filed, *SECRET)
    trace = Withdrawal.objects.get()
    assert len(trace.readers) == 1
    assert trace.readers[0].startswith("auditor（2026-03-02")
    assert AuditEntry.objects(action="document.withdrawn").get().detail["readers"] == trace.readers


def test_withdrawing_twice_changes_nothing_more(system, worker, filed):
    why = Suspicion("首页带有密级标志（机密）", 1)
    assert len(withdraw(system.clock, filed.version.id, why, describe)) == 1
    assert withdraw(system.clock, filed.version.id, why, describe) == []
    assert Withdrawal.objects.count() == 1


def test_a_cleared_file_is_let_in_again(system, worker, people, filed):
    read_later(system, filed, *SECRET)
    worker.drain()
    digest = filed.version.sha256
    reason = "经保密办审查，是标准中的示例"

    def clear(actor):
        decide_clearance(actor, system.clock, digest, reason, cleared=True)

    refused(NothingAsked, lambda: clear(people["secadmin"]))
    ask_clearance(people["unit_a"], system.clock, CODE, digest, "标准中的示例，不是标志")
    allowed = refused_without(Permission.SECRECY_CLEAR, people, clear)
    assert [actor.name for actor in allowed] == ["secadmin"]
    clear(allowed[0])
    again = file_text(system, CODE, "凤凰方案.txt", BODY, people["unit_a"])
    assert read_later(system, again, *SECRET)
    worker.drain()
    assert Document.objects.count() == 1
    assert AuditEntry.objects(action="secrecy.cleared").count() == 1


def test_labels_and_personal_numbers_are_kept_on_the_document(system, worker):
    a_project(system)
    text = "内部资料 注意保存\n名单\n张三 11010519491231002X 13812345678\n李四 13812345678\n"
    filed = file_text(system, CODE, "名单.txt", text)
    worker.drain()
    document = Document.objects(id=filed.document.id).get()
    assert (document.labels, document.personal) == (["内部"], {"identity": 1, "mobile": 1})
    assert document.guarded == filed.version.id
    assert document.revision == filed.document.revision
    assert PageLayout.objects.count() == 0


def a_zip(**members: str) -> bytes:
    packed = BytesIO()
    with ZipFile(packed, "w") as bundle:
        for name, text in members.items():
            bundle.writestr(f"{name}.txt", text)
    return packed.getvalue()


def test_a_bundle_with_a_marked_member_goes_and_the_others_stay(system, worker, people):
    a_project(system)
    data = a_zip(会议纪要="会议纪要的正文。", 凤凰密件=SECRET[0], 合同="合同的正文。")
    bundle = system.intake.file(people["unit_a"], CODE, "材料.zip", [data])
    worker.drain()
    assert sorted(document.title for document in Document.objects) == sorted(["会议纪要", "合同"])
    assert not system.blobs.exists(bundle.version.sha256)
    assert Withdrawal.objects.get().document == bundle.document.id
    assert "凤凰" not in stored_everywhere()
    for document in Document.objects:
        assert find_document(people["unit_a"], document.id).parent == bundle.document.id


def test_a_member_found_out_late_takes_its_bundle_along(system, worker, people):
    a_project(system)
    bundle = system.intake.file(people["unit_a"], CODE, "材料.zip", [a_zip(会议纪要="会议纪要的正文。", 合同="合同的正文。")])
    worker.drain()
    child = Document.objects(title="合同").get()
    keep_text(system.clock, Version.objects(id=child.current).get(), TextRead(TextState.READ, SECRET, 1, "ocr 1"))
    worker.drain()
    assert [document.title for document in Document.objects] == ["会议纪要"]
    assert not system.blobs.exists(bundle.version.sha256)

"""Values kept with a document: read by the effect, confirmed by those who may, never overwritten after that."""

from datetime import UTC, date, datetime

import pytest

from admin.jobs import run_job
from admin.system import System
from admin.worker import Worker
from archive.access import Actor
from archive.errors import Conflict, Invalid, NotFound, NotPermitted
from archive.fields import fields_of
from archive.models import AuditEntry, Document, LayoutLine, PageLayout, Project, TypeEvidence
from archive.models.fields import DocumentFields
from archive.operations.documents import confirm_document, record_text
from archive.operations.fields import FieldsRead, confirm_field, record_fields
from archive.operations.withdrawals import Suspicion, withdraw
from ingest.field_reading import FieldReader
from ingest.fields import EXTRACTOR
from retention.compliance.facts import RuleSettings
from retention.reading import facts_of
from retention.workdays import WorkCalendar
from tests.builders import SYSTEM, UNIT_B, a_description, a_project, a_text, file_text
from tests.conftest import snapshot

TEXT = "采购合同\n合同编号：HT-2024-01\n甲方：省数字政务厅\n乙方：青岚华拓信息有限公司\n合同金额：128万元\n签订日期：2024年3月15日\n"
REPORT = "第三方测评报告\n测评结论：合格。\n某测评中心\n2024年11月2日\n"


@pytest.fixture
def contract(system: System, worker: Worker) -> Document:
    a_project(system, "XM-A")
    filed: Document = file_text(system, "XM-A", "采购合同.txt", TEXT).document
    worker.drain()
    return Document.objects.get(id=filed.id)


def test_values_are_read_once_the_text_is_known(contract: Document) -> None:
    kept = fields_of(SYSTEM, contract.id)
    assert {f.key: f.value for f in kept.found}["contract_amount"] == "128000000"
    assert {f.state for f in kept.found} == {"read"}
    assert (kept.id, kept.extractor) == (contract.current, EXTRACTOR)
    filing = AuditEntry.objects.get(action="document.filed", subject=f"document:{contract.id}")
    assert (filing.detail["extractor"], filing.detail["fields"]) == (EXTRACTOR, [field.key for field in kept.found])
    assert AuditEntry.objects(action="document.fields-read").count() == 0  # nothing was read twice


def test_a_value_is_confirmed_corrected_added_and_denied(system: System, contract: Document, people: dict[str, Actor]) -> None:
    who, clock = people["archivist"], system.clock
    kept = confirm_field(who, clock, contract.id, "contract_no", 1)
    amount = confirm_field(who, clock, contract.id, "contract_amount", kept.revision, "1,300,000元").get("contract_amount")
    assert amount is not None
    assert (amount.value, amount.read_value, amount.state, amount.by, amount.at) == (
        "130000000", "128000000", "corrected", who.id, clock.now())
    confirm_field(who, clock, contract.id, "mlps_level", 3, "三级")
    last = confirm_field(who, clock, contract.id, "party_a", 4, "")
    assert {f.key: f.state for f in last.found if f.state != "read"} == {
        "contract_no": "confirmed", "contract_amount": "corrected", "mlps_level": "corrected", "party_a": "rejected"}
    assert fields_of(who, contract.id).revision == last.revision == 5
    assert AuditEntry.objects(action="document.field-confirmed").count() == 4


def test_what_a_person_said_is_never_overwritten(system: System, worker: Worker, contract: Document, people: dict[str, Actor]) -> None:
    confirm_field(people["archivist"], system.clock, contract.id, "contract_amount", 1, "130万元")
    confirm_field(people["archivist"], system.clock, contract.id, "party_a", 2, "")
    record_text(system.clock, contract.current, a_text(TEXT.replace("HT-2024-01", "HT-2024-09") + "服务期限：2024年4月1日至2025年3月31日"))
    worker.drain()
    kept = {f.key: (f.value, f.state) for f in fields_of(SYSTEM, contract.id).found}
    assert kept["contract_amount"] == ("130000000", "corrected")
    assert kept["party_a"] == ("", "rejected")
    assert kept["contract_no"] == ("HT-2024-09", "read")
    assert kept["end_on"] == ("2025-03-31", "read")


def test_older_readings_are_made_again_in_bulk(system: System, contract: Document, people: dict[str, Actor]) -> None:
    confirm_field(people["archivist"], system.clock, contract.id, "contract_amount", 1, "130万元")
    assert FieldReader(system.clock).renew() == 0
    DocumentFields._get_collection().update_one({"_id": contract.current}, {"$set": {"extractor": "dangan fields 0"}})
    run = run_job(system, SYSTEM, "fields.renew", date(2026, 3, 2))
    assert (run.outcome, run.result) == ("done", {"documents": 1})
    kept = fields_of(SYSTEM, contract.id)
    assert kept.extractor == EXTRACTOR
    assert kept.get("contract_amount").value == "130000000"  # type: ignore[union-attr]


def test_where_a_page_was_recognised_its_box_is_kept(system: System, contract: Document) -> None:
    lines = [LayoutLine(text=text, box=[0.1, n / 10, 0.9, n / 10 + 0.05], score=0.9) for n, text in enumerate(TEXT.splitlines())]
    PageLayout._get_collection().insert_one(PageLayout(
        id=f"{contract.current}/1", version=contract.current, document=contract.id, page=1, engine="test", lines=lines,
        made_at=datetime(2026, 3, 2, tzinfo=UTC)).as_mongo())
    FieldReader(system.clock).read([contract])
    amount = fields_of(SYSTEM, contract.id).get("contract_amount")
    assert amount is not None
    assert amount.box == [0.1, 0.4, 0.9, pytest.approx(0.45)]


def test_what_the_document_holds_itself_follows(system: System, worker: Worker, people: dict[str, Actor]) -> None:
    project: Project = a_project(system, "XM-A")
    report = file_text(system, "XM-A", "第三方测评报告.txt", REPORT).document
    worker.drain()

    def unconfirmed() -> frozenset[str]:
        return facts_of([project], date(2026, 3, 2), WorkCalendar(), RuleSettings(), "Asia/Shanghai")[0].documents[0].unconfirmed

    assert unconfirmed() >= {"doc_date", "conclusion"}
    confirm_field(people["archivist"], system.clock, report.id, "conclusion", 1)
    confirm_field(people["archivist"], system.clock, report.id, "doc_date", 2, "2024年11月3日")
    document = Document.objects.get(id=report.id)
    assert (document.conclusion, document.doc_date, document.by_hand) == ("合格", date(2024, 11, 3), ["conclusion", "doc_date"])
    assert not unconfirmed() & {"doc_date", "conclusion"}


@pytest.mark.parametrize(("name", "revision", "value", "error"), [
    ("contract_amount", 9, None, Conflict), ("contract_amount", 1, "很多", Invalid), ("nonsense", 1, None, Invalid),
    ("mlps_level", 1, None, Invalid), ("mlps_level", 1, "", Invalid)])
def test_what_cannot_be_kept_changes_nothing(system: System, contract: Document, people: dict[str, Actor], name: str,
                                             revision: int, value: str | None, error: type[Exception]) -> None:
    before = snapshot()
    with pytest.raises(error):
        confirm_field(people["archivist"], system.clock, contract.id, name, revision, value)
    assert snapshot() == before


@pytest.mark.parametrize("name", ["unit_a", "auditor", "supervisor", "sysadmin", "secadmin", "auditadmin"])
def test_only_an_archivist_says_so(system: System, contract: Document, people: dict[str, Actor], name: str) -> None:
    before = snapshot()
    with pytest.raises(NotPermitted):
        confirm_field(people[name], system.clock, contract.id, "contract_no", 1)
    assert snapshot() == before


def test_another_unit_neither_reads_nor_confirms(system: System, contract: Document, people: dict[str, Actor]) -> None:
    hers = Actor("b", "b", people["archivist"].role, UNIT_B)
    before = snapshot()
    for asked in (lambda: fields_of(hers, contract.id), lambda: confirm_field(hers, system.clock, contract.id, "contract_no", 1)):
        with pytest.raises(NotFound):
            asked()
    assert snapshot() == before


def test_a_withdrawn_document_leaves_neither_values_nor_evidence(system: System, contract: Document, people: dict[str, Actor]) -> None:
    confirm_document(people["archivist"], system.clock, contract.id, contract.revision, {"type": "build_contract"})
    reading = FieldsRead(contract, contract.current, fields_of(SYSTEM, contract.id).found)
    withdraw(system.clock, contract.current, Suspicion("带有密级标志"), lambda name, pages: a_description())
    assert (DocumentFields.objects.count(), TypeEvidence.objects.count()) == (0, 0)
    assert record_fields(system.clock, EXTRACTOR, [reading]) == 0  # what was on its way comes too late
    assert DocumentFields.objects.count() == 0

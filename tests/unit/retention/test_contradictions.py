"""Papers that contradict each other are listed with both places; what only looks different is not."""

from datetime import date

import pytest

from admin.system import System
from admin.worker import Worker
from archive.access import Actor
from archive.errors import Invalid, NotFound, NotPermitted
from archive.models import AuditEntry, Document
from archive.models.fields import Dismissal
from archive.operations.fields import confirm_field
from archive.operations.projects import LedgerRow, import_ledger
from retention.compliance.facts import ContractFacts, DocumentFacts, Facts, ProjectFacts
from retention.compliance.findings import failed, passed, unknown
from retention.compliance.unconfirmed import with_doubts
from retention.consistency.compare import contradictions
from retention.consistency.papers import PaperFacts, Said, number_key, same_name
from retention.contradictions import contradictions_of, dismiss
from tests.builders import SYSTEM, UNIT_B, a_project, file_text
from tests.conftest import snapshot

LISTED = ContractFacts("HT-2024-01", "build", date(2024, 3, 15), amount_fen=128_000_000, supplier="青岚华拓信息有限公司")


def paper(kind: str, day: date | None = None, key: str = "", **values: str) -> PaperFacts:
    name = key or kind
    return PaperFacts(name, kind, name, day, {k: Said(v, name, name, 1, v) for k, v in values.items()})


CONTRACT = paper("build_contract", contract_no="HT-2024-01", contract_amount="128000000", amount_in_words="128000000",
                 party_a="省数字政务厅", party_b="青岚华拓信息有限公司", signed_on="2024-03-15")


def kinds(*papers: PaperFacts, ledger: ContractFacts = LISTED) -> list[str]:
    return [found.kind for found in contradictions(papers, [ledger])]


def test_papers_that_agree() -> None:
    report = paper("unit_acceptance_report", date(2024, 12, 1), contract_no="HT－2024－01", contract_amount="128000000",
                   party_b="青岚华拓信息有限公司（联合体牵头人）")
    audit = paper("third_party_audit_report", date(2025, 1, 1), contract_amount="128000000", settled_amount="126000000")
    assert kinds(CONTRACT, report, audit) == []


@pytest.mark.parametrize(("other", "expected"), [
    ({"contract_amount": "130000000"}, ["contract_amount"]), ({"party_b": "别家科技有限公司"}, ["party_b"]), ({"party_a": "省水文局"}, ["party_a"]),
    ({"signed_on": "2024-03-16"}, ["signed_on"]), ({"contract_amount": "130000000", "contract_no": "HT-2024-77"}, [])])
def test_an_acceptance_against_its_contract(other: dict[str, str], expected: list[str]) -> None:
    assert kinds(CONTRACT, paper("unit_acceptance_report", date(2024, 12, 1), **other)) == expected


@pytest.mark.parametrize(("changes", "expected"), [
    ({"contract_amount": "1280000000", "amount_in_words": "1280000000"}, ["contract_amount"]), ({"party_b": "别家科技有限公司"}, ["party_b"]),
    ({"signed_on": "2024-03-14"}, ["signed_on"]), ({"contract_no": "HT-2024-10"}, ["contract_no"]),
    ({"amount_in_words": "182000000"}, ["amount_in_words"])])
def test_a_contract_against_the_ledger_and_itself(changes: dict[str, str], expected: list[str]) -> None:
    values = {key: said.value for key, said in CONTRACT.said.items()} | changes
    assert kinds(paper("build_contract", **values)) == expected


def test_a_supplementary_agreement_may_change_the_amount() -> None:
    later = paper("unit_acceptance_report", date(2024, 12, 1), contract_amount="140000000")
    change = paper("supplement_agreement", date(2024, 6, 1), contract_no="HT-2024-01", contract_amount="12000000")
    assert kinds(CONTRACT, later) == ["contract_amount"]
    assert kinds(CONTRACT, later, change) == []


def test_what_is_accepted_before_it_was_agreed_on() -> None:
    assert kinds(CONTRACT, paper("unit_acceptance_report", date(2024, 3, 1))) == ["order"]
    assert kinds(CONTRACT, paper("meeting_minutes", date(2024, 3, 1))) == []


def test_with_two_contracts_a_paper_without_a_number_is_nobodys() -> None:
    second = paper("om_contract", key="second", contract_no="HT-2025-02", contract_amount="9900")
    assert kinds(CONTRACT, second, paper("unit_acceptance_report", contract_amount="5500")) == []


@pytest.mark.parametrize(("one", "other", "same"), [
    ("青岚华拓信息有限公司", "青岚华拓信息有限公司(盖章)", True), ("青岚华拓", "青岚华拓信息有限公司", True), ("省水文局", "省水利厅", False),
    ("甲", "甲乙丙丁公司", False)])
def test_names(one: str, other: str, same: bool) -> None:
    assert same_name(one, other) is same
    assert same_name(other, one) is same
    assert number_key("HT〔2024〕01号") == number_key("ht(2024)01号")


def test_a_verdict_says_what_nobody_confirmed() -> None:
    doubtful = DocumentFacts("d1", "mlps_evaluation_report", conclusion="符合", unconfirmed=frozenset({"conclusion", "doc_date"}))
    facts = Facts(ProjectFacts("XM-A"), date(2026, 3, 2), documents=(doubtful, DocumentFacts("d2", "srs")))
    for verdict in (passed("符合。", inputs={"document": "d1"}), failed("不符合。", clears_when="x", inputs={"documents": ("d2", "d1")})):
        said = with_doubts(facts, verdict)
        assert said.reason.endswith("（所依据文件的成文日期、结论为自动读取，待确认。）")
        assert said.inputs["unconfirmed"] == ("成文日期", "结论")
    assert with_doubts(facts, passed("符合。", inputs={"document": "d2"})).reason == "符合。"
    assert "待确认" not in with_doubts(facts, unknown(("结论",), inputs={"document": "d1"})).reason


TEXTS = {"采购合同.txt": "采购合同\n合同编号：HT-2024-01\n甲方：省数字政务厅\n乙方：青岚华拓信息有限公司\n合同金额：壹佰贰拾捌万元整（¥1,280,000元）\n",
         "项目验收报告.txt": "项目验收报告\n合同编号：HT-2024-01\n承建单位：青岚华拓信息有限公司\n合同金额：{amount}\n"}


def filed(system: System, worker: Worker, amount: str) -> dict[str, Document]:
    a_project(system, "XM-A")
    row = {"project": "XM-A", "type": "build", "amount_fen": 128_000_000, "supplier": "青岚华拓信息有限公司"}
    assert not import_ledger(SYSTEM, system.clock, [], [LedgerRow("HT-2024-01", "合同", 2, row)]).errors
    for name, text in TEXTS.items():
        file_text(system, "XM-A", name, text.format(amount=amount))
    worker.drain()
    return {document.type: document for document in Document.objects}


@pytest.mark.parametrize("amount", ["128万元", "1,280,000.00元", "人民币壹佰贰拾捌万元整（¥1280000元）", "￥1280000"])
def test_the_same_sum_however_written_contradicts_nothing(system: System, worker: Worker, amount: str) -> None:
    assert {"build_contract", "unit_acceptance_report"} <= filed(system, worker, amount).keys()
    assert contradictions_of(SYSTEM, "XM-A") == []


def test_a_contradiction_names_both_places_and_ends_with_a_correction(system: System, worker: Worker, people: dict[str, Actor]) -> None:
    documents = filed(system, worker, "138万元")
    found = contradictions_of(people["auditor"], "XM-A")
    assert [(view.kind, view.severity, view.unconfirmed) for view in found] == [("contract_amount", "problem", True)]
    assert (found[0].left.document, found[0].right.document) == (documents["build_contract"].id, documents["unit_acceptance_report"].id)
    assert (found[0].left.page, found[0].right.page) == (1, 1)
    assert "138万元" in found[0].right.quote
    confirm_field(people["archivist"], system.clock, documents["unit_acceptance_report"].id, "contract_amount", 1, "128万元")
    assert contradictions_of(people["auditor"], "XM-A") == []


def test_a_dismissed_one_stays_listed_until_something_changes(system: System, worker: Worker, people: dict[str, Actor]) -> None:
    documents = filed(system, worker, "138万元")
    key = contradictions_of(SYSTEM, "XM-A")[0].id
    dismiss(people["archivist"], system.clock, "XM-A", key, "含暂列金")
    view = contradictions_of(SYSTEM, "XM-A")[0]
    assert (view.dismissed, view.dismissed_by, view.dismissed_at) == ("含暂列金", people["archivist"].name, system.clock.now())
    entry = AuditEntry.objects(action="contradiction.dismissed").get()
    assert set(entry.detail["documents"]) == {documents[kind].id for kind in ("build_contract", "unit_acceptance_report")}
    confirm_field(people["archivist"], system.clock, documents["unit_acceptance_report"].id, "contract_amount", 1, "139万元")
    assert [view.dismissed for view in contradictions_of(SYSTEM, "XM-A")] == [""]
    assert Dismissal.objects.count() == 1


def test_who_may_not_dismiss_and_what_cannot_be(system: System, worker: Worker, people: dict[str, Actor]) -> None:
    filed(system, worker, "138万元")
    key = contradictions_of(SYSTEM, "XM-A")[0].id
    hers = Actor("b", "b", people["archivist"].role, UNIT_B)
    before = snapshot()
    for who, reason, which, error in (
            (people["unit_a"], "理由", key, NotPermitted), (people["auditor"], "理由", key, NotPermitted), (hers, "理由", key, NotFound),
            (people["archivist"], " ", key, Invalid), (people["archivist"], "理由", "0" * 24, NotFound)):
        with pytest.raises(error):
            dismiss(who, system.clock, "XM-A", which, reason)
    with pytest.raises(NotFound):
        contradictions_of(hers, "XM-A")
    assert snapshot() == before

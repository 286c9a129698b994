"""Acceptance readiness: what is there, missing, misdated, unconfirmed, waived; and the draft papers that say so."""

from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from docx import Document
from openpyxl import load_workbook
from pypdfium2 import PdfDocument

from admin.papers.acceptance import checklist, notice, summary
from admin.papers.docx import docx_of
from admin.papers.model import Paper, Table
from admin.papers.pdf import pdf_of
from admin.papers.xlsx import xlsx_of
from retention.compliance.engine import evaluate
from retention.compliance.facts import DocumentFacts, Facts, ProjectFacts
from retention.compliance.rules import all_rules
from retention.findings import FindingView
from retention.readiness import Item, Readiness, look_at

TODAY = date(2025, 4, 1)
DATES: dict[str, Any] = {"actual_completion": date(2024, 10, 20), "trial_start": date(2024, 11, 1)}
GOOD = date(2025, 3, 1)
REQUIRED_SB = ("completion_confirmation", "trial_run_report", "construction_summary", "financial_report", "third_party_audit_report",
               "sharing_report", "third_party_test_report", "mlps_evaluation_report", "data_security_assessment",
               "crypto_evaluation_report")


def paper(key: str, day: date | None = GOOD, **more: Any) -> DocumentFacts:
    return DocumentFacts(f"D-{key}-{day}", key, day, more.pop("issuer", "测评机构"), more.pop("conclusion", "符合"),
                         frozenset({"功能", "性能"}), more.pop("title", f"{key} 报告"), **more)


def ready(*papers: DocumentFacts, today: date = TODAY, **project: Any) -> Readiness:
    facts = Facts(ProjectFacts("XM-1", "平台项目", "省水利厅", **{**DATES, **project}), today, (), papers)
    views = [FindingView(f"F{n}", "XM-1", "", "", f.rule, 1, all_rules()[f.rule].title, f.clause, f.subject, f.outcome.value,
                         f.severity.value, f.due_on, f.days_left, f.reason, f.inputs, f.steps, f.clears_when, f.provisional, f.targets,
                         "none", None, today) for n, f in enumerate(evaluate(facts))]
    return look_at(facts, views)


def item(of: Readiness, key: str) -> Item:
    return next(item for item in of.items if item.key == key)


OTHERS = ("sharing_platform_access", "sharing_mechanism", "public_data_catalog_proof", "secure_product_list")
"""What other clauses than those of acceptance ask for before an application."""


def everything() -> list[DocumentFacts]:
    return [paper(key) for key in (*REQUIRED_SB, *OTHERS)]


def test_an_empty_dossier_lacks_all_that_is_required_and_says_what_clears_each() -> None:
    found = ready()
    assert {item.key for item in found.open} == set(REQUIRED_SB)
    assert all(item.state == "missing" and item.clears and item.clause in ("31.1", "31.2") for item in found.items)
    assert not found.complete
    assert summary(found) == "必备材料 10 项，缺失 10 项，尚不能申请验收；其他条款还要求 4 项"


def test_all_there_and_confirmed_is_ready() -> None:
    found = ready(*everything())
    assert [(item.key, item.problems) for item in found.items if item.state != "ready"] == []
    assert found.complete
    assert summary(found) == "必备材料 10 项齐备，可以申请验收"
    opinion = paper("acceptance_opinion", date(2025, 3, 20), issuer="省发展改革委", conclusion="通过")
    assert summary(ready(*everything(), opinion, acceptance_date=date(2025, 3, 20))) == "必备材料 10 项齐备"


def test_what_other_clauses_ask_for_before_an_application_is_told_too() -> None:
    found = ready(*(p for p in everything() if p.type != "public_data_catalog_proof"))
    assert found.complete
    assert [finding.rule for finding in found.besides] == ["R33-1"]
    assert summary(found) == "必备材料 10 项齐备，其他条款要求的 1 项补齐后可以申请验收"
    for made in (checklist(found), notice(found)):
        said = [row for block in made.blocks if isinstance(block, Table) and block.title for row in block.rows]
        assert said == [(1, "申请验收前应有公共数据资源目录挂接证明", "第33条", said[0][3])]
        assert "归档" in str(said[0][3])


@pytest.mark.parametrize(("key", "day", "words"), [
    ("sharing_report", date(2025, 4, 2), "在今天之后"), ("trial_run_report", date(2024, 10, 31), "早于试运行开始日期"),
    ("crypto_evaluation_report", date(2024, 10, 19), "早于建设完成日期")])
def test_a_date_that_cannot_be_right_is_told(key: str, day: date, words: str) -> None:
    found = item(ready(*(p for p in everything() if p.type != key), paper(key, day)), key)
    assert found.state == "wrong"
    assert words in "".join(found.problems)
    assert found.clears


def test_the_days_beside_the_boundary_are_right() -> None:
    others = [p for p in everything() if p.type not in ("sharing_report", "trial_run_report")]
    found = ready(*others, paper("sharing_report", TODAY), paper("trial_run_report", date(2024, 11, 1)))
    assert found.complete


def test_one_right_document_of_a_kind_is_enough() -> None:
    assert ready(*everything(), paper("sharing_report", date(2025, 4, 2))).complete


def test_a_report_after_acceptance_is_misdated() -> None:
    found = ready(*(p for p in everything() if p.type != "construction_summary"), paper("construction_summary", date(2025, 3, 21)),
                  acceptance_date=date(2025, 3, 20))
    assert "晚于验收日期 2025-03-20" in "".join(item(found, "construction_summary").problems)


def test_what_only_a_machine_read_waits_for_a_person() -> None:
    unsure = paper("financial_report", unconfirmed=frozenset({"doc_date"}))
    found = item(ready(*(p for p in everything() if p.type != "financial_report"), unsure), "financial_report")
    assert (found.state, found.problems) == ("confirm", ("成文日期为自动读取，待人工确认",))
    assert "确认" in found.clears
    assert summary(ready(*(p for p in everything() if p.type != "financial_report"), unsure)).endswith("待确认 1 项，确认后可以申请验收")


def test_a_waived_material_stands_in_nobodys_way() -> None:
    found = ready(*(p for p in everything() if p.type != "financial_report"), waived=frozenset({"financial_report"}))
    assert item(found, "financial_report").state == "waived"
    assert found.complete


def test_what_is_only_recommended_does_not_hinder() -> None:
    found = ready(*(paper(key) for key in ("completion_confirmation", "trial_run_report", "sharing_report", "mlps_evaluation_report",
                                           "crypto_evaluation_report")), mode="service_purchase")
    assert found.complete
    assert item(found, "construction_summary").state == "missing"
    assert item(found, "construction_summary").level == "recommended"


def test_the_list_names_titles_clauses_and_the_day_and_is_a_draft() -> None:
    made = checklist(ready(paper("financial_report", title="竣工财务决算")))
    document = Document(BytesIO(docx_of(made)))
    assert document.sections[0].header.paragraphs[0].text == "草稿"
    rows = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    assert len(rows) == 11
    finance = next(row for row in rows if row[1] == "财务报告")
    assert "《竣工财务决算》，2025-03-01，测评机构" in finance[4]
    assert finance[5] == "第31条第2款"
    said = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "截至：2025-04-01" in said
    assert "是草稿" in said


def test_the_notice_is_addressed_to_the_unit_and_lists_only_what_is_wanting() -> None:
    made = notice(ready(*(p for p in everything() if p.type != "sharing_report")))
    document = Document(BytesIO(docx_of(made)))
    said = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "省水利厅：" in said
    assert "缺少 1 项" in said
    assert "2025年5月6日" in said
    assert [row.cells[1].text for row in document.tables[0].rows][1:] == ["信息资源共享报告"]


def test_a_notice_with_nothing_to_ask_for_says_so() -> None:
    made = notice(ready(*everything()))
    assert not [block for block in made.blocks if isinstance(block, Table)]
    assert "无需补正" in "".join(block for block in made.blocks if isinstance(block, str))


HOSTILE = Paper("题名", (Table(("甲", "乙"), [('=1+1', "a\x0b<b>&\x00"), (7, None)], (1, 1), "表"),), TODAY, mark="草稿", head=(("名", "<值>"),))


def test_what_people_typed_is_text_in_every_format() -> None:
    sheet = load_workbook(BytesIO(xlsx_of(HOSTILE)))["表"]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[-2:] == [("=1+1", "a<b>&"), (7, None)]
    assert sheet.cell(row=len(rows) - 1, column=1).data_type == "s"
    assert Document(BytesIO(docx_of(HOSTILE))).tables[0].rows[1].cells[1].text == "a<b>&"
    assert len(PdfDocument(pdf_of(HOSTILE))) == 1


@pytest.mark.parametrize("write", [docx_of, xlsx_of, pdf_of])
def test_the_same_paper_is_the_same_bytes(write: Callable[[Paper], bytes]) -> None:
    assert write(HOSTILE) == write(HOSTILE)


def test_a_long_list_repeats_its_head_on_every_page() -> None:
    long = Paper("清单", (Table(("序号", "名称"), [(n, f"材料 {n}") for n in range(200)], (1, 9)),), TODAY, mark="草稿")
    pdf = PdfDocument(pdf_of(long))
    assert len(pdf) > 1
    assert all("草稿" in (text := page.get_textpage().get_text_range()) and "序号" in text for page in pdf)

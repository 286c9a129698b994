"""The register as a whole: nothing forgotten, nothing twice, every clause known, every fault contained."""

import logging
import pkgutil
import re
import sys
from dataclasses import fields
from datetime import date
from types import ModuleType

import pytest

from archive import taxonomy
from archive.errors import Invalid, NotFound
from archive.registers import REGISTERS
from retention.compliance import report, rules
from retention.compliance.clauses import all_clauses, read_clauses
from retention.compliance.engine import evaluate, rules_named
from retention.compliance.facts import (
    ContractFacts,
    DocumentFacts,
    Facts,
    ProjectFacts,
    RuleSettings,
    contract_facts,
    project_facts,
)
from retention.compliance.findings import Outcome, Severity, Verdict, failed
from retention.compliance.materials import read_matrix
from retention.compliance.paper_rules import read_rules
from retention.compliance.rows import Row
from retention.compliance.rule import rule
from tests.compliance.cases_reader import all_cases
from tests.compliance.outcomes import OUTCOMES

WANTED = set(OUTCOMES)
FACTS = Facts(ProjectFacts("P-1"), date(2024, 9, 6))


def test_every_module_of_rules_is_listed() -> None:
    there = {name for _, name, _ in pkgutil.iter_modules(rules.__path__)}
    assert there == {module.__name__.rpartition(".")[2] for module in rules.MODULES}


def test_the_register_holds_the_rules_of_the_design() -> None:
    assert set(rules.all_rules()) == WANTED


def test_a_duplicate_id_is_refused() -> None:
    with pytest.raises(rules.DuplicateRule, match="R31-1"):
        rules.register((rules.trial, rules.trial))


def test_every_rule_cites_known_clauses() -> None:
    for known in rules.all_rules().values():
        assert {known.clause, *known.also} <= set(all_clauses()), known.id


FIELDS = {item.name for kind in (ProjectFacts, ContractFacts) for item in fields(kind)}
TOLD = {"PM", "HEAD", "AUD", "ARCH", "FIN", "SEC", "PROC"}


def test_every_rule_names_what_it_reads_and_whom_it_tells() -> None:
    for known in rules.all_rules().values():
        assert known.evidence, known.id
        assert {key for key in known.evidence if key not in taxonomy.load() and key not in REGISTERS} <= FIELDS, known.id
        assert known.targets, known.id
        assert set(known.targets) <= TOLD, known.id


class Watched(Facts):
    """Facts that note which documents and registers a rule itself asks for, not what it asks others about."""

    def documents_of(self, *types: str) -> tuple[DocumentFacts, ...]:
        _note(types)
        return super().documents_of(*types)

    def rows(self, key: str) -> tuple[Row, ...]:
        _note((key,))
        return super().rows(key)


ASKED: set[str] = set()


def _note(keys: tuple[str, ...]) -> None:
    if sys._getframe(2).f_globals["__name__"].startswith(("retention.compliance.rules.", "retention.compliance.profile")):
        ASKED.update(keys)


def test_every_rule_names_all_the_documents_and_registers_it_reads() -> None:
    for case in all_cases():
        ASKED.clear()
        known = rules.all_rules()[case.rule]
        known(Watched(**{item.name: getattr(case.facts, item.name) for item in fields(Facts)}))
        assert set(known.evidence) >= ASKED, case.name


def test_every_clause_is_summarised_and_cited_in_chinese() -> None:
    for info in report.clauses():
        assert info.clause.summary.endswith("。")
        assert info.clause.citation
    assert all_clauses()["31.2"].citation == "第31条第2款"
    assert all_clauses()["8(8)"].citation == "第8条第8项"
    assert not all_clauses()["guide.805"].verified


@pytest.mark.parametrize("line", [
    "{instrument: m, verified: true, title: a}", "{instrument: m, verified: true, title: a, summary: b, extra: 1}",
    "{instrument: other, verified: true, title: a, summary: b}"])
def test_a_clause_that_breaks_the_schema_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="x1 needs"):
        read_clauses("{instruments: {m: M}, clauses: {x1: " + line + "}}")


@pytest.mark.parametrize("line", [
    "{name: a, rule: R31-5a, SB-NC: M, SB-CL: M, PS-NC: M}",
    "{name: a, rule: R31-5a, SB-NC: M, SB-CL: M, PS-NC: M, PS-CL: maybe}"])
def test_a_material_that_breaks_the_schema_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="x1 needs"):
        read_matrix("{x1: " + line + "}")


# Paragraphs and items of the measures, counted in the printed text; an article that is not here is one paragraph.
PARAGRAPHS = {5: 3, 14: 2, 18: 2, 26: 2, 30: 2, 31: 3, 36: 2, 39: 2, 45: 2, 47: 2, 48: 2}
ITEMS = {8: 8, 16: 3, 19: 4, 37: 2}


def test_every_article_paragraph_and_item_of_the_measures_is_a_clause() -> None:
    wanted = {f"{article}({item})" for article, count in ITEMS.items() for item in range(1, count + 1)}
    wanted |= {f"{article}.{number}" for article, count in PARAGRAPHS.items() for number in range(1, count + 1)}
    wanted |= {str(article) for article in range(1, 55) if article not in PARAGRAPHS and article not in (16, 37)}
    assert {key for key, clause in all_clauses().items() if clause.instrument_key == "measures"} == wanted


def test_no_clause_is_a_gap_without_a_reason() -> None:
    for info in report.clauses():
        assert info.covered, info.clause.id
        assert not (info.rules and info.clause.unchecked), f"{info.clause.id} has rules and says that it can have none"
        assert info.clause.unchecked == "" or info.clause.unchecked.endswith("。")


def test_what_is_missing_to_check_a_clause_is_said() -> None:
    said = {info.clause.id: info.clause.needs for info in report.clauses() if info.clause.needs}
    assert {"8(2)", "8(4)", "32", "gpl.52", "gplr.33", "gplr.45", "tl.47", "tlr.54", "csl.21"} == set(said)
    assert all(words.endswith("。") for words in said.values())


def test_a_clause_names_its_papers_and_registers() -> None:
    by_id = {info.clause.id: info for info in report.clauses()}
    assert "third_party_test_report" in by_id["31.2"].documents
    assert "adjustment" in by_id["29"].registers
    assert by_id["gpl.46"].registers == ("procurement",)
    assert by_id["53"].rules == ()


@pytest.mark.parametrize("line", [
    "{title: t, clause: '22', severity: H, targets: [PM], before: approval}",
    "{title: t, clause: '22', severity: H, targets: [PM], before: someday, papers: [opinion_finance]}",
    "{title: t, clause: '22', severity: H, targets: [PM], before: approval, papers: [{name: x}]}",
    "{title: t, clause: '22', severity: H, targets: [PM], before: approval, papers: [{any: [opinion_finance], undatd: true}]}",
    "{title: t, clause: '22', severity: H, targets: [PM], before: approval, papers: [opinion_finance], applies: [nobody]}"])
def test_a_rule_of_papers_that_breaks_the_schema_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="R99"):
        read_rules("{R99-1: " + line + "}")


def test_clauses_name_the_rules_that_rest_on_them() -> None:
    by_id = {info.clause.id: info.rules for info in report.clauses()}
    assert "R31-3" in by_id["31.1"]
    assert "R31-3" in by_id["32"]
    assert by_id["8(8)"] == ("R08-8",)


def test_rules_describe_themselves() -> None:
    described = report.rules()
    assert {info.id for info in described} == WANTED
    assert all(info.title and info.arithmetic.endswith(("。", "）。")) and info.targets for info in described)
    assert next(info for info in described if info.id == "R31-3").citation == "第31条第1款"
    for info, known in zip(described, rules.all_rules().values(), strict=True):
        assert (info.targets, info.evidence, info.also) == (known.targets, known.evidence, known.also)
        assert next((version.rule, version.until) for version in report.versions(info.id)) == (info, None)


def test_settings_describe_themselves() -> None:
    described = {info.name: info for info in report.settings(RuleSettings(grace_months=0))}
    assert (described["grace_months"].value, described["grace_months"].default) == (0, 3)
    assert all(info.doc for info in described.values())


def test_every_setting_says_what_it_answers() -> None:
    """An ambiguity of the design (A1 to A32) or the rule that uses it, and its meaning in Chinese."""
    for item in report.settings():
        assert re.fullmatch(r"(A([1-9]|[12][0-9]|3[0-2])|X-[0-9]{2}|R[0-9]{2}-[0-9])?", item.mark), item.name
        assert re.search("[一-龥]", item.doc), item.name


@pytest.mark.parametrize("wrong", [{"basis": "whenever"}, {"grace_months": -1}, {"om_max_years": 0}, {"om_year": "x"}])
def test_an_impossible_setting_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(Invalid, match=next(iter(wrong))):
        RuleSettings(**wrong)  # type: ignore[arg-type]


def test_a_rule_that_raises_is_a_finding_and_the_others_go_on(caplog: pytest.LogCaptureFixture) -> None:
    @rule("X-1", title="坏规则", clause="32", severity=Severity.H, targets=("AUD",), arithmetic="无。")
    def broken(facts: Facts) -> Verdict:
        raise ZeroDivisionError("seven")

    with caplog.at_level(logging.CRITICAL):
        found = evaluate(FACTS, (broken, *rules_named("R31-3")))
    assert [finding.rule for finding in found] == ["X-1", "R31-3"]
    assert found[0].outcome is Outcome.UNKNOWN
    assert "ZeroDivisionError: seven" in found[0].reason


def test_a_rule_without_an_answer_is_a_fault() -> None:
    @rule("X-2", title="空规则", clause="32", severity=Severity.H, targets=("AUD",), arithmetic="无。")
    def silent(facts: Facts) -> list[Verdict]:
        return []

    assert evaluate(FACTS, (silent,))[0].outcome is Outcome.UNKNOWN


def test_an_input_that_json_does_not_know_is_a_fault() -> None:
    @rule("X-3", title="坏输入", clause="32", severity=Severity.H, targets=("AUD",), arithmetic="无。")
    def strange(facts: Facts) -> Verdict:
        return failed("坏。", clears_when="改。", inputs={"what": object()})  # type: ignore[dict-item]

    assert "TypeError" in evaluate(FACTS, (strange,))[0].reason


def test_an_unknown_rule_is_named() -> None:
    with pytest.raises(NotFound, match="R99-9"):
        rules_named("R31-3", "R99-9")


def test_facts_are_read_from_anything_that_carries_the_fields() -> None:
    record = ModuleType("record")
    record.code, record.kind, record.number = "P-9", "om", "H-9"  # type: ignore[attr-defined]
    assert project_facts(record, ["sharing_report"]) == ProjectFacts("P-9", kind="om", waived=frozenset({"sharing_report"}))
    assert contract_facts(record).number == "H-9"

"""The register as a whole: nothing forgotten, nothing twice, every clause known, every fault contained."""

import logging
import pkgutil
from datetime import date
from types import ModuleType

import pytest

from archive.errors import Invalid, NotFound
from retention.compliance import report, rules
from retention.compliance.clauses import all_clauses, read_clauses
from retention.compliance.engine import evaluate, rules_named
from retention.compliance.facts import Facts, ProjectFacts, RuleSettings, contract_facts, project_facts
from retention.compliance.findings import Outcome, Severity, Verdict, failed
from retention.compliance.materials import read_matrix
from retention.compliance.rule import rule
from tests.compliance.paper_cases import paper_lines

PAPERS = set(paper_lines())
WANTED = PAPERS | {"R26-4", "R31-1", "R31-2", "R31-3", "R31-4", *(f"R31-5{letter}" for letter in "abcdefg"), "R31-6", "R31-7", "R31-8",
          "R31-9", "R31-10", "R32-1", "R08-8", "R42-1", "R42-2", "R42-3"}
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


def test_settings_describe_themselves() -> None:
    described = {info.name: info for info in report.settings(RuleSettings(grace_months=0))}
    assert (described["grace_months"].value, described["grace_months"].default) == (0, 3)
    assert all(info.doc for info in described.values())


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

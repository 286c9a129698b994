"""Every case file, every matrix cell, and that together they reach every outcome of every rule."""

from collections import defaultdict
from datetime import date
from typing import Any

import pytest

from archive.yaml_text import read_yaml
from retention.compliance import report
from retention.compliance.engine import evaluate, rules_named
from retention.compliance.findings import Finding, Outcome
from retention.compliance.materials import CELLS, matrix
from retention.compliance.rules import all_rules
from tests.compliance.cases_reader import FOLDER, Case, all_cases, make_facts
from tests.compliance.outcomes import OUTCOMES
from tests.compliance.paper_cases import paper_cases, paper_lines

CASES = (*all_cases(), *paper_cases())
MATRIX: dict[str, list[str]] = read_yaml((FOLDER / "matrix.yaml").read_text(encoding="utf-8"))
CELL_LIST = MATRIX.pop("cells")


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_case_ends_as_expected(case: Case) -> None:
    finding, expect = case.finding(), case.expect
    (rule,) = rules_named(case.rule)
    assert (finding.rule, finding.rule_version, finding.clause) == (rule.id, rule.version, rule.clause)
    for name in ("outcome", "severity", "due_on", "days_left", "provisional", "quiet"):
        if name in expect:
            assert getattr(finding, name) == expect[name], f"{name}: {finding}"
    if "status" in expect:
        assert finding.inputs["status"] == expect["status"]
    for name, text in (("reason", finding.reason), ("clears", finding.clears_when)):
        assert expect.get(name, "") in text
    assert expect.get("says", finding.reason) == finding.reason
    assert_steps(expect.get("steps", ""), finding.steps)
    if "never" in expect:
        assert expect["never"] not in finding.reason + finding.clears_when
    if "missing" in expect:
        assert finding.inputs["missing"] == expect["missing"]
    for name, value in expect.get("inputs", {}).items():
        assert finding.inputs[name] == value
    if "milestones" in expect:
        assert list(finding.milestones) == expect["milestones"]
    if "milestones_from" in expect:
        assert list(finding.milestones[:len(expect["milestones_from"])]) == expect["milestones_from"]
    assert len(case.found) == expect.get("count", 1 if expect.get("only") else len(case.found))


def assert_steps(wanted: str | list[str], steps: tuple[str, ...]) -> None:
    """A list is the whole arithmetic, a text stands somewhere in it."""
    if isinstance(wanted, str):
        assert wanted in "\n".join(steps)
    else:
        assert list(steps) == wanted


def test_the_cases_reach_every_outcome_of_every_rule() -> None:
    reached: dict[str, set[str]] = defaultdict(set)
    for case in CASES:
        reached[case.rule].add(case.finding().outcome)
    assert {rule: sorted(found) for rule, found in reached.items()} == {
        rule: sorted(possible) for rule, possible in OUTCOMES.items()}


def test_every_clause_with_rules_has_cases_that_pass_and_cases_that_do_not() -> None:
    judged: dict[str, set[str]] = defaultdict(set)
    for case in CASES:
        judged[case.rule].add(case.finding().outcome)
    for info in report.clauses():
        if info.rules:
            outcomes = set().union(*(judged[rule] for rule in info.rules))
            assert {"passed", "not_applicable"} & outcomes, info.clause.id
            assert {"failed", "unknown"} & outcomes, info.clause.id


def test_the_table_of_outcomes_names_every_rule() -> None:
    assert set(OUTCOMES) == set(all_rules())


def test_every_paper_of_a_rule_has_its_cases() -> None:
    for key, line in paper_lines().items():
        asked = {finding.subject for case in CASES if case.rule == key for finding in case.found} - {""}
        assert set(line["papers"]) == asked, key


def test_every_finding_of_the_cases_can_be_read_and_acted_on() -> None:
    for case in CASES:
        for finding in case.found:
            assert finding.reason.endswith(("。", "。）")), finding
            if finding.outcome in (Outcome.FAILED, Outcome.DUE, Outcome.UNKNOWN):
                assert finding.clears_when, finding


def _materials(cell: str, today: date, *documents: str) -> dict[str, Finding]:
    mode, secrecy = cell.split("-")
    project = {"mode": "self_build" if mode == "SB" else "service_purchase", "classified": secrecy == "CL",
               "actual_completion": date(2024, 2, 20), "trial_start": date(2024, 3, 5)}
    lines: list[Any] = [{"type": key, "terms": ["功能", "性能"]} for key in documents]
    rules = rules_named(*dict.fromkeys(material.rule for material in matrix().values()))
    found = evaluate(make_facts({"project": project}, {"documents": lines}, today), rules)
    # Other rules speak of the same subjects: R31-10 of what is written in them, R49-3 and X-30 of later days.
    return {finding.subject: finding for finding in found
            if finding.subject in MATRIX and finding.rule == matrix()[finding.subject].rule}


@pytest.mark.parametrize(("cell", "key", "severity"), [
    (cell, key, line[CELL_LIST.index(cell)]) for key, line in MATRIX.items() for cell in CELL_LIST])
def test_the_matrix_holds_before_and_after_the_due_date(cell: str, key: str, severity: str) -> None:
    before, after = _materials(cell, date(2024, 9, 5)), _materials(cell, date(2024, 9, 6))
    if severity == "-":
        assert key not in before or before[key].outcome is Outcome.NOT_APPLICABLE
        return
    assert (before[key].outcome, before[key].due_on) == (Outcome.DUE, date(2024, 9, 5))
    assert (after[key].outcome, after[key].severity) == (Outcome.FAILED, severity)
    assert after[key].rule == matrix()[key].rule
    assert _materials(cell, date(2024, 9, 6), key)[key].outcome is Outcome.PASSED


def test_the_matrix_data_and_its_second_writing_name_the_same_materials() -> None:
    assert set(MATRIX) == set(matrix())
    assert tuple(CELL_LIST) == CELLS

"""The rules are those of the register as it was designed, row by row, and the case files say clearly what is wrong in them."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from retention.compliance.clauses import all_clauses
from retention.compliance.rules import all_rules
from tests.compliance.boundaries import boundaries_of, table, watched
from tests.compliance.cases_reader import make_facts, read_cases
from tests.compliance.register_page import PAGE, render, rows, rules_of
from tests.compliance.test_cases import CASES


def test_every_row_of_the_register_has_its_rules() -> None:
    assert len(rows()) == 119
    assert {rule for row in rows() for rule in rules_of(row)} <= set(all_rules())


@pytest.mark.parametrize("row", rows())
def test_a_rule_weighs_and_tells_what_its_row_asks(row: str) -> None:
    for key in rules_of(row):
        rule, asked = all_rules()[key], rows()[row]
        assert rule.severity == asked["severity"]
        assert set(asked["told"]) <= set(rule.targets)
        cited = {all_clauses()[clause].article for clause in (rule.clause, *rule.also)}
        assert int("".join(filter(str.isdigit, asked["article"].split("(")[0].split(".")[0].split(" ")[0]))) in cited


STATUTES = {
    "X-01": (date(2003, 1, 1), "procurement"), "X-02": (date(2015, 3, 1), "procurement"), "X-03": (date(2015, 3, 1), "procurement"),
    "X-04": (date(2003, 1, 1), "procurement"), "X-05": (date(2015, 3, 1), "procurement"), "X-06": (date(2003, 1, 1), "procurement"),
    "X-07": (date(2003, 1, 1), "procurement"), "X-13": (date(2015, 3, 1), "procurement"), "X-23": (date(2021, 9, 1), "contract")}
"""Since when the statute of a companion rule is in force (政府采购法, its 实施条例, 数据安全法), and the event that counts."""


@pytest.mark.parametrize("key", STATUTES)
def test_a_companion_rule_judges_what_happened_under_its_statute(key: str) -> None:
    since, event = STATUTES[key]
    signed = make_facts({"project": {"contract_signed_on": since}}, {}, date(2024, 9, 6))
    before = make_facts({"project": {"contract_signed_on": since - timedelta(days=1)}}, {}, date(2024, 9, 6))
    assert all_rules()[key].judged_by == event
    assert all("早于所依据的法规施行" in finding.reason for finding in all_rules()[key](before))
    assert not any("早于所依据的法规施行" in finding.reason for finding in all_rules()[key](signed))


OUTSIDE: dict[str, list[dict[str, object]]] = {
    "SB": [{"kind": "om"}, {"mode": "service_purchase"}], "PS": [{"kind": "om"}, {"mode": "self_build"}], "SB/PS": [{"kind": "om"}],
    "OM": [{"kind": "new"}], "CL": [{"classified": False}], "NC": [{"classified": True}], "XD": [{"cross_department": False}]}
"""Projects a row does not concern, by whom it concerns."""


@pytest.mark.parametrize("row", [row for row, asked in rows().items() if "whom" in asked])
def test_a_rule_leaves_alone_whom_its_row_does_not_concern(row: str) -> None:
    for key in rules_of(row):
        for project in OUTSIDE[rows()[row]["whom"]]:
            for finding in all_rules()[key](make_facts({"project": project}, {}, date(2024, 9, 6))):
                assert (finding.outcome, "本条" in finding.reason) == ("not_applicable", True), (key, project, finding.reason)


def test_the_page_of_rows_and_cases_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(), "run: python -m tests.compliance.register_page"


@pytest.mark.parametrize("rule", sorted(all_rules()))
def test_every_term_and_threshold_has_cases_on_both_sides(rule: str) -> None:
    lacking = [boundary["says"] for boundary in boundaries_of(rule) if not watched(rule, boundary)]
    assert not lacking, f"{rule}: a case on each side of {'、'.join(lacking)} (cases/boundaries.yaml)"


def test_a_rule_without_terms_and_thresholds_is_named_as_such() -> None:
    """And a rule that names a day by which something is due has one."""
    bound = {rule for rule in all_rules() if boundaries_of(rule)}
    assert bound | set(table()["without"]) == set(all_rules())
    assert not bound & set(table()["without"])
    assert {case.rule for case in CASES for finding in case.found if finding.due_on and finding.rule == case.rule} <= bound


@pytest.mark.parametrize(("text", "said"), [
    ("cases: [{case: a, rule: R31-1, expects: {}}]", "expects"),
    ("base: {project: {}, register: {}}\ncases: []", "register"),
    ("cases: [{case: a, rule: R31-1, registers: {payments: []}, today: 2024-01-01, expect: {}}]", "payments"),
    ("cases: [{case: a, rule: R99-9, today: 2024-01-01, expect: {}}]", "R99-9"),
    ("cases: [{case: a, rule: R31-1, expect: {}}]", "today")])
def test_a_case_file_that_is_wrong_says_where(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "R31-1.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Exception, match=said):
        list(read_cases(path))


@pytest.mark.parametrize("registers", ["", ", registers: {}", ", registers: null"])
def test_a_case_without_registers_has_none(tmp_path: Path, registers: str) -> None:
    path = tmp_path / "R31-1.yaml"
    path.write_text(f"base: {{today: 2024-01-01}}\ncases: [{{case: a, expect: {{}}{registers}}}]", encoding="utf-8")
    (case,) = read_cases(path)
    assert (case.facts.registers, case.rule, case.facts.today) == ((), "R31-1", date(2024, 1, 1))

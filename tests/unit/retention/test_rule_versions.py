"""Versions of a rule: a pack with two of them, the project judged by the one of its own day, and both beside each other."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from types import ModuleType

import pytest

from admin.system import System
from archive.errors import NotFound
from archive.models import Project
from retention.alerts import refresh
from retention.compliance import report, rules
from retention.compliance.facts import Facts, ProjectFacts
from retention.compliance.findings import Severity, Verdict, failed, passed
from retention.compliance.rule import Rule, rule
from retention.compliance.rules import BadVersions, DuplicateRule, all_rules, register
from retention.compliance.tracing import settings_read
from retention.models import FindingRecord
from tests.builders import a_project

SECOND = date(2026, 1, 1)
RULE = "R09-1"  # of the shipped pack; the test pack gives it a second version


@rule(RULE, title="试运行（第 2 版）", clause="31.1", severity=Severity.H, targets=("PM",), version=2, since=SECOND,
      arithmetic="总投资不超过 1 元即符合")
def newer(facts: Facts) -> Verdict:
    most = facts.settings.grace_months
    fen = facts.project.total_investment_fen or 0
    return passed("不超过") if fen <= most else failed(f"{fen} 超过 {most}", clears_when="减少")


def pack(*found: Rule) -> ModuleType:
    module = ModuleType("test_pack")
    module.RULES = found  # type: ignore[attr-defined]
    return module


@pytest.fixture
def two_versions(monkeypatch: pytest.MonkeyPatch) -> Iterator[Rule]:
    """The shipped register with one rule of which there is a second version."""
    monkeypatch.setattr(rules, "MODULES", (*rules.MODULES, pack(newer)))
    all_rules.cache_clear()
    yield all_rules()[RULE]
    monkeypatch.undo()
    all_rules.cache_clear()


def facts(approved: date | None, today: date = date(2026, 6, 1)) -> Facts:
    return Facts(ProjectFacts("XM", approved_on=approved, total_investment_fen=5), today)


@pytest.mark.parametrize(("approved", "version"), [
    (date(2025, 12, 31), 1), (SECOND, 2), (date(2026, 5, 1), 2), (date(2022, 1, 1), 1), (None, 2)])
def test_a_project_is_judged_by_the_version_of_its_own_day(two_versions: Rule, approved: date | None, version: int) -> None:
    found = facts(approved)
    assert two_versions.in_force(found).version == version
    assert {finding.rule_version for finding in two_versions(found)} == {version}


def test_without_a_date_the_day_judged_decides(two_versions: Rule) -> None:
    assert two_versions.in_force(facts(None, date(2025, 12, 31))).version == 1


def test_either_version_can_be_asked_whatever_the_day(two_versions: Rule) -> None:
    early, late = facts(date(2023, 1, 1)), facts(date(2026, 5, 1))
    for some in (early, late):
        assert [two_versions.of_version(number)(some)[0].rule_version for number in (1, 2)] == [1, 2]
    with pytest.raises(NotFound, match="版本"):
        two_versions.of_version(3)


def test_the_report_says_from_when_until_when(two_versions: Rule) -> None:
    second, first = report.versions(RULE)
    assert (second.rule.version, second.rule.since, second.until) == (2, SECOND, None)
    assert (first.rule.version, first.until) == (1, date(2025, 12, 31))
    assert len(report.versions("R31-3")) == 1
    with pytest.raises(NotFound):
        report.versions("R99")


def test_a_version_that_holds_no_later_than_the_one_before_it_is_a_mistake() -> None:
    old = replace(newer, version=1, since=date(2026, 1, 1))
    with pytest.raises(BadVersions):
        register((pack(old, newer),))
    with pytest.raises(DuplicateRule):
        register((pack(newer, replace(newer, title="x")),))
    assert [version.version for version in register((pack(old, replace(newer, since=date(2026, 1, 2))),))[RULE].versions] == [2, 1]
    since_ever = replace(newer, version=1, since=None)
    assert [version.since for version in register((pack(since_ever, newer),))[RULE].versions] == [SECOND, None]
    with pytest.raises(BadVersions):
        register((pack(since_ever, replace(newer, since=None)),))


def test_where_no_version_is_old_enough_the_first_holds_and_without_a_date_that_of_today() -> None:
    both = register((pack(replace(newer, version=1, since=date(2025, 1, 1)), newer),))[RULE]
    assert [both.in_force(facts(day)).version for day in (date(2024, 1, 1), date(2025, 6, 1), SECOND)] == [1, 1, 2]
    assert [both.in_force(facts(None, today)).version for today in (date(2025, 12, 31), SECOND)] == [1, 2]


def test_a_companion_rule_has_nothing_before_its_first_version() -> None:
    first = replace(newer, id="X-99", pack="companion", version=1, since=date(2020, 1, 1))
    both = register((pack(first, replace(first, version=2, since=SECOND)),))["X-99"]
    assert [both(facts(day))[0].outcome for day in (date(2019, 12, 31), date(2020, 1, 1))] == ["not_applicable", "failed"]
    assert both(facts(SECOND))[0].rule_version == 2
    assert both.of_version(2)(facts(date(2019, 1, 1)))[0].outcome == "not_applicable"


def test_findings_are_kept_with_the_version_that_judged(two_versions: Rule, system: System) -> None:
    a_project(system, "XM-OLD", approved_on=date(2024, 3, 1), total_investment_fen=5)
    a_project(system, "XM-NEW", approved_on=date(2026, 1, 5), total_investment_fen=5)
    refresh(system.judge)
    kept = {row.project: row for row in FindingRecord.objects(rule=RULE)}
    assert (kept["XM-OLD"].rule_version, kept["XM-NEW"].rule_version) == (1, 2)
    assert kept["XM-NEW"].reason == "5 超过 3"
    assert Project.objects.count() == 2


def test_a_rule_says_which_settings_it_looked_at(two_versions: Rule) -> None:
    assert settings_read(two_versions, facts(SECOND)) == ("grace_months",)
    term = settings_read(all_rules()["R31-3"], Facts(
        ProjectFacts("XM", actual_completion=date(2025, 1, 10)), date(2026, 1, 1)))
    assert {"trial_months", "grace_months", "basis", "roll_rest_day"} <= set(term)
    assert "demand_until" not in term

"""What must hold for any facts at all."""

import json
import random
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive import taxonomy
from archive.registers import REGISTERS
from archive.registers.columns import Column, Kind, Register
from archive.registers.values import canonical, key_of
from retention.compliance.acceptance import acceptance_clock
from retention.compliance.counted import MARK, all_said, said, values_said
from retention.compliance.engine import evaluate, rules_named
from retention.compliance.facts import ContractFacts, DocumentFacts, Facts, ProjectFacts, RuleSettings
from retention.compliance.findings import Finding, Outcome
from retention.compliance.rows import Row
from retention.compliance.rules import all_rules
from retention.workdays import WorkCalendar
from tests.compliance.outcomes import OUTCOMES

EVIDENCE = sorted({key for rule in all_rules().values() for key in rule.evidence if key in taxonomy.load()} | {"phase_acceptance"})
DAYS = st.dates(date(2018, 1, 1), date(2032, 12, 31))
MAYBE = st.none() | DAYS
RESULTS = st.sampled_from(["", "合格", "不合格", "未通过", "基本符合", "差", "别的"])
NUMBERS = st.sampled_from(["H-1", "H-2", "H-3", "H-4"])

projects = st.builds(
    ProjectFacts, code=st.just("P-1"), unit=st.sampled_from(["", "四川省教育厅"]),
    mode=st.sampled_from(["self_build", "service_purchase"]), kind=st.sampled_from(["new", "extend", "upgrade", "om"]),
    predecessor=st.sampled_from(["", "P-0"]), classified=st.booleans(), registered_on=MAYBE, approved_on=MAYBE,
    planned_completion=MAYBE, actual_completion=MAYBE, trial_start=MAYBE, trial_end_actual=MAYBE,
    trial_abnormal_days=st.integers(0, 60), acceptance_deadline=MAYBE, extension_until=MAYBE, acceptance_date=MAYBE,
    acceptance_result=RESULTS, waived=st.frozensets(st.sampled_from(EVIDENCE), max_size=2))
documents = st.builds(
    DocumentFacts, id=st.uuids().map(str), type=st.sampled_from(EVIDENCE), doc_date=MAYBE, filed_on=MAYBE,
    issuer=st.sampled_from(["", "四川省发展和改革委员会", "四川省教育厅", "某公司"]), conclusion=RESULTS,
    terms=st.frozensets(st.sampled_from(["功能", "性能", "批复"])), title=st.sampled_from(["", "延期批复", "请示"]))
contracts = st.builds(
    ContractFacts, number=NUMBERS, type=st.sampled_from(["om", "service", "build"]), signed_on=MAYBE, start_on=MAYBE,
    end_on=MAYBE, method=st.sampled_from(["", "公开招标", "自行采购"]), renews=st.just("") | NUMBERS)
rule_settings = st.builds(
    RuleSettings, grace_months=st.integers(0, 12), basis=st.sampled_from(["later_of", "completion_only"]),
    roll_rest_day=st.booleans(), ledger_is_acceptance=st.booleans(), om_year=st.sampled_from(["service", "fiscal"]))


def _cell(column: Column) -> st.SearchStrategy[Any]:
    if column.kind is Kind.CHOICE:
        found: st.SearchStrategy[Any] = st.sampled_from(list(column.choices))
    elif column.kind is Kind.INTEGER:
        found = st.integers(2020, 2028) if column.name == "year" else st.integers(0, 3)
    else:
        found = _CELLS.get(column.kind, st.sampled_from(["P-1", "H-1", "S-1"]))
    return found if column.required else st.none() | found


_CELLS: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.DATE: DAYS, Kind.FEN: st.integers(0, 2 * 10**9), Kind.PERCENT: st.sampled_from(["10", "30", "12.5"]), Kind.FLAG: st.booleans()}


def _row(register: Register) -> st.SearchStrategy[Row]:
    """A row of any values the columns can hold: rules must bear what older forms and imports have left."""
    values = st.fixed_dictionaries({column.name: _cell(column).map(partial(canonical, column)) for column in register.columns})
    return st.builds(Row, st.just(register), st.uuids().map(str), st.just("P-1"), values)


registers = st.lists(st.sampled_from(list(REGISTERS.values())).flatmap(_row), max_size=5,
                     unique_by=lambda row: (row.register.key, key_of(row.register, row.values))).map(tuple)
facts = st.builds(
    Facts, project=projects, today=DAYS, contracts=st.lists(contracts, max_size=4, unique_by=lambda c: c.number).map(tuple),
    documents=st.lists(documents, max_size=8).map(tuple), predecessor=st.none() | projects,
    registers=registers, calendar=st.just(WorkCalendar()), settings=rule_settings)
thorough = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@thorough
@given(facts)
def test_no_rule_ever_raises_and_each_keeps_to_its_outcomes(given_facts: Facts) -> None:
    for rule in all_rules().values():
        found = rule(given_facts)
        assert {finding.outcome for finding in found} <= set(OUTCOMES[rule.id]), rule.id
        assert len({finding.subject for finding in found}) == len(found), f"{rule.id} says two things of one subject"


@thorough
@given(facts)
def test_judging_is_repeatable_and_its_findings_are_plain_data(given_facts: Facts) -> None:
    again = replace(given_facts)
    assert again is not given_facts
    assert evaluate(given_facts) == evaluate(again)
    for finding in evaluate(given_facts):
        json.dumps(finding.inputs)


@thorough
@given(facts)
def test_what_is_kept_says_on_the_day_what_was_found_and_leaves_no_count_open(given_facts: Facts) -> None:
    for found in evaluate(given_facts):
        kept, today = found.kept, given_facts.today
        assert (said(kept.reason, today), all_said(kept.steps, today), values_said(kept.inputs, today)) == (
            found.reason, found.steps, found.inputs)
        assert MARK not in json.dumps([found.reason, found.steps, found.inputs, found.clears_when], ensure_ascii=False)


@thorough
@given(facts)
def test_days_left_and_outcome_agree(given_facts: Facts) -> None:
    for finding in evaluate(given_facts):
        if finding.due_on is not None:
            assert finding.days_left == (finding.due_on - given_facts.today).days
        if finding.outcome is Outcome.DUE and finding.days_left is not None:
            assert finding.days_left >= 0, finding
        if finding.outcome is Outcome.UNKNOWN:
            assert finding.inputs["missing"], finding
        assert list(finding.milestones) == sorted(set(finding.milestones), reverse=True)


@thorough
@given(facts)
def test_the_term_of_acceptance_does_not_depend_on_the_day_judged(given_facts: Facts) -> None:
    bare = replace(given_facts, documents=())
    later = replace(bare, today=bare.today + timedelta(days=400))
    assert acceptance_clock(bare).term.due == acceptance_clock(later).term.due


@thorough
@given(DAYS, DAYS, st.integers(0, 400), rule_settings)
def test_a_later_completion_never_brings_acceptance_forward(
        completed: date, today: date, shift: int, chosen: RuleSettings) -> None:
    def due(day: date) -> date | None:
        project = ProjectFacts("P-1", actual_completion=day)
        return acceptance_clock(Facts(project, today, settings=chosen)).term.due

    earlier, later = due(completed), due(completed + timedelta(days=shift))
    assert earlier is not None
    assert later is not None
    assert earlier <= later


@thorough
@given(DAYS, st.integers(0, 120), rule_settings)
def test_a_day_turns_running_into_overdue_exactly_after_the_due_date(
        completed: date, wait: int, chosen: RuleSettings) -> None:
    project = ProjectFacts("P-1", actual_completion=completed, trial_start=completed + timedelta(days=wait))
    term = acceptance_clock(Facts(project, completed, settings=chosen)).term
    assert term.due is not None
    on, after = (rules_named("R31-3")[0](Facts(project, term.due + timedelta(days=shift), settings=chosen))[0]
                 for shift in (0, 1))
    assert (on.outcome, on.days_left) == (Outcome.DUE, 0)
    assert (after.outcome, after.days_left) == (Outcome.FAILED, -1)


@thorough
@given(DAYS, st.integers(1, 900), st.integers(-400, 400))
def test_a_contract_expires_on_the_day_after_its_end(start: date, length: int, shift: int) -> None:
    end = start + timedelta(days=length)
    contract = ContractFacts("H-1", start_on=start, end_on=end)
    found = rules_named("R42-3")[0](Facts(ProjectFacts("P-1", kind="om"), end + timedelta(days=shift), (contract,)))[0]
    assert found.outcome is (Outcome.FAILED if shift > 0 else Outcome.DUE)
    assert found.days_left == -shift
    assert found.milestones[-1] < -shift, "a weekly reminder must never run dry"


@thorough
@given(facts, st.randoms(use_true_random=False))
def test_neither_the_order_of_the_rules_nor_that_of_the_papers_matters(given_facts: Facts, chance: random.Random) -> None:
    def shuffled(things: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(chance.sample(things, len(things)))

    other = replace(given_facts, documents=shuffled(given_facts.documents), contracts=shuffled(given_facts.contracts))
    rules = list(all_rules().values())
    chance.shuffle(rules)
    assert _by_subject(evaluate(given_facts)) == _by_subject(evaluate(other, rules))


@thorough
@given(facts)
def test_looking_back_sees_what_was_there_that_day(given_facts: Facts) -> None:
    today = given_facts.today
    then = replace(
        given_facts, documents=tuple(d for d in given_facts.documents if d.doc_date is None or d.doc_date <= today),
        contracts=tuple(c for c in given_facts.contracts if c.signed_on is None or c.signed_on <= today),
        registers=tuple(row for row in given_facts.registers if row.there_on(today)))
    assert evaluate(given_facts) == evaluate(then)


def _by_subject(findings: tuple[Finding, ...]) -> dict[tuple[str, str], Finding]:
    return {(finding.rule, finding.subject): finding for finding in findings}

"""The scenarios as data: what they claim is what the rules find, from whatever day one looks."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from admin.sample import Sample, SampleFile, build
from admin.sample.scenario import EVENTS
from admin.sample.scenarios import SCENARIOS
from ingest.ledger import Ledger, ProjectRow, read_ledger, write_ledger
from retention.compliance.facts import DocumentFacts, Facts, contract_facts, project_facts
from retention.compliance.rules import all_rules

LOOKS = [
    date(2026, 11, 23),
    date(2024, 2, 29),
    date(2026, 2, 28),
    date(2025, 12, 31),
    date(2026, 1, 1),
    date(2026, 10, 1),
    date(2027, 5, 4),
]
TEST_WORDS = {"功能": ("功能", "性能"), "性能": ("性能", "功能")}

# What a demonstration must have at least once, in rules and outcomes; the order is that of the articles.
WANTED = {
    "R31-1": {"passed", "failed", "due", "unknown"},
    "R31-2": {"passed", "failed", "unknown"},
    "R31-3": {"passed", "failed", "due", "unknown"},
    "R31-4": {"passed", "failed", "due"},
    "R31-5a": {"passed", "failed"},
    "R31-5b": {"failed"},
    "R31-5c": {"failed", "due"},
    "R31-5d": {"failed"},
    "R31-5e": {"passed", "failed"},
    "R31-5f": {"failed"},
    "R31-5g": {"failed"},
    "R31-6": {"passed", "failed"},
    "R31-7": {"passed", "failed", "due"},
    "R31-8": {"passed", "failed"},
    "R31-9": {"passed", "failed", "due"},
    "R31-10": {"passed", "failed", "unknown"},
    "R32-1": {"passed", "failed", "unknown"},
    "R08-8": {"passed", "failed", "unknown"},
    "R42-1": {"passed", "failed"},
    "R42-2": {"passed", "failed"},
    "R42-3": {"due", "failed"},
}


def a_document(number: int, file: SampleFile) -> DocumentFacts:
    """The file as the archive knows it once it is read and its type confirmed."""
    terms = frozenset[str]()
    if file.type == "third_party_test_report":
        terms = frozenset(
            word for word, (own, other) in TEST_WORDS.items() if own in file.title or other not in file.title
        )
    return DocumentFacts(
        id=str(number),
        type=file.type,
        doc_date=file.doc_date,
        issuer=file.issuer,
        conclusion=file.conclusion,
        title=file.title,
        terms=terms,
    )


def outcomes(sample: Sample, project: ProjectRow, today: date) -> Counter[str]:
    """How often each `rule:outcome` is found for the project."""
    before = next((row for row in sample.projects if row.code == project.predecessor), None)
    files = [file for file in sample.files if file.project == project.code and file.note not in {"broken", "duplicate"}]
    facts = Facts(
        project_facts(project),
        today,
        tuple(contract_facts(contract) for contract in sample.contracts if contract.project == project.code),
        tuple(a_document(number, file) for number, file in enumerate(files)),
        project_facts(before) if before else None,
    )
    return Counter(f"{rule.id}:{found.outcome.value}" for rule in all_rules().values() for found in rule(facts))


@pytest.mark.parametrize("today", LOOKS, ids=str)
def test_every_story_shows_what_it_says(today: date) -> None:
    sample = build(1, today)
    rows = {row.code: row for row in sample.projects}
    wrong = {
        story.scenario: missing
        for story in sample.stories
        if (missing := set(story.shows) - outcomes(sample, rows[story.project], today).keys())
    }
    assert wrong == {}


def test_projects_that_run_well_have_no_breach(sample: Sample) -> None:
    well = (
        "accepted-2m",
        "accepted-5m",
        "accepted-9m",
        "building-2m",
        "ps-accepted",
        "om-healthy",
        "two-tests",
        "due-60",
    )
    rows = {row.code: row for row in sample.projects}
    today = date(2026, 11, 23)
    for story in (story for story in sample.stories if story.scenario in well):
        # Of the rules the stories are about: their dossiers do not hold every paper of the earlier stages.
        breaches = [
            name
            for name in outcomes(sample, rows[story.project], today)
            if name.partition(":")[0] in WANTED and name.endswith((":failed", ":unknown"))
        ]
        assert breaches == [], story.scenario


def test_the_stories_cover_the_rules_in_their_outcomes() -> None:
    shown: dict[str, set[str]] = {}
    for scenario in SCENARIOS:
        for claim in scenario.shows:
            rule, _, outcome = claim.partition(":")
            shown.setdefault(rule, set()).add(outcome)
    assert {
        rule: wanted - shown.get(rule, set()) for rule, wanted in WANTED.items() if wanted - shown.get(rule, set())
    } == {}


def test_scenarios_are_named_once_and_refer_to_others_that_exist() -> None:
    keys = [scenario.key for scenario in SCENARIOS]
    assert len(set(keys)) == len(keys)
    assert {scenario.predecessor for scenario in SCENARIOS} - set(keys) == {"", "outside"}
    assert all(scenario.note and scenario.until in EVENTS for scenario in SCENARIOS)


@pytest.mark.parametrize("today", LOOKS, ids=str)
def test_the_sample_is_a_ledger_without_errors(today: date, tmp_path: Path) -> None:
    sample = build(1, today)
    write_ledger(tmp_path / "台账.xlsx", sample.projects, sample.contracts)
    assert read_ledger(tmp_path / "台账.xlsx") == Ledger(sample.projects, sample.contracts, ())


@pytest.mark.parametrize("today", LOOKS, ids=str)
def test_nothing_has_happened_after_today(today: date) -> None:
    sample = build(1, today)
    happened = (
        "registered_on",
        "approved_on",
        "actual_completion",
        "trial_start",
        "trial_end_actual",
        "acceptance_date",
    )
    late = [(row.code, name) for row in sample.projects for name in happened if (getattr(row, name) or today) > today]
    assert late == []
    assert [file.filename for file in sample.files if file.doc_date > today] == []
    assert [contract.number for contract in sample.contracts if (contract.signed_on or today) > today] == []


def test_what_follows_another_project_belongs_to_the_same_department(sample: Sample) -> None:
    rows = {row.code: row for row in sample.projects}
    followers = [row for row in sample.projects if row.predecessor in rows]
    assert len(followers) >= 12
    assert all(row.unit == rows[row.predecessor].unit for row in followers)


def test_contracts_add_up_to_less_than_was_approved(sample: Sample) -> None:
    for row in sample.projects:
        annual = [c for c in sample.contracts if c.project == row.code and not c.number.endswith("YW00")]
        assert sum(contract.amount_fen or 0 for contract in annual) <= (row.total_investment_fen or 0)

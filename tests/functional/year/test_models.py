"""The slow model of rules beside the rules themselves, without an archive: very many histories, each on many days."""

import random
from collections.abc import Iterator
from dataclasses import fields
from datetime import date, timedelta
from typing import Any

import pytest

from retention.compliance.engine import evaluate
from retention.compliance.facts import ContractFacts, DocumentFacts, Facts, ProjectFacts
from retention.compliance.rows import make_row
from retention.kept import deserves_alert
from tests.functional.year.foretold import ELSEWHERE, RULES, Matter, matters
from tests.functional.year.script import TITLES, script
from tests.functional.year.world import Dossier, Event

FIRST, DAYS, UNIT = date(2026, 1, 5), 365, "省第1厅"
KNOWN = {field.name for field in fields(ProjectFacts)}


def histories(seed: int, projects: int) -> Iterator[list[Event]]:
    told: dict[str, list[Event]] = {}
    for event in script(seed, projects, FIRST, DAYS, (UNIT,)):
        told.setdefault(event.code, []).append(event)
    return iter(told.values())


def facts_of(dossier: Dossier, code: str, day: date) -> Facts:
    project: dict[str, Any] = {name: value for name, value in dossier.facts.items() if name in KNOWN}
    papers = tuple(DocumentFacts(f"d{number}", paper.type, doc_date=paper.day, conclusion=paper.conclusion, filed_on=day,
                                 title=TITLES.get(paper.type, ""), terms=frozenset({"功能", "性能"}))
                   for number, paper in enumerate(dossier.papers))
    rows = (make_row("profile", {"terminated_on": dossier.terminated}),) if dossier.terminated else ()
    contracts = tuple(ContractFacts(number, **values) for number, values in dossier.contracts.items())
    return Facts(ProjectFacts(code, **project), day, contracts, papers, registers=rows)


def stands(facts: Facts) -> dict[tuple[str, str], Matter]:
    found = [one for one in evaluate(facts) if one.rule in RULES and (one.rule, one.subject) not in ELSEWHERE and deserves_alert(one)]
    return {(one.rule, one.subject): Matter(one.rule, one.subject, str(one.outcome), str(one.severity), one.due_on,
                                            frozenset(n for n in one.milestones if n >= 0), frozenset(one.targets)) for one in found}


def given_up(chance: random.Random, code: str) -> Iterator[Event]:
    """Many more than the script tells of end before they are finished, with and without consent."""
    ended = FIRST + timedelta(days=chance.randrange(DAYS))
    if chance.random() < 0.4:
        yield Event(ended, "terminated", code, {"on": ended})
        if chance.random() < 0.7:
            agreed = ended + timedelta(days=chance.randrange(-20, 20))
            yield Event(agreed, "paper", code, {"type": "termination_approval", "doc_date": agreed})


@pytest.mark.parametrize("seed", range(3))
def test_the_rules_say_what_the_slow_model_says(seed: int) -> None:
    chance, ended = random.Random(seed), 0
    for events in histories(seed, 40):
        waiting = sorted([*events, *given_up(chance, events[0].code)], key=lambda event: event.day)
        dossier = Dossier()
        for day in sorted(FIRST + timedelta(days=chance.randrange(DAYS)) for _ in range(8)):
            while waiting and waiting[0].day <= day:
                dossier.take(waiting.pop(0))
            if dossier.facts:
                assert stands(facts_of(dossier, events[0].code, day)) == matters(dossier, day), f"{events[0].code} on {day}"
        ended += dossier.terminated is not None
    assert ended > 5

"""Reads the rule cases: facts and expectations as YAML, one test a case and day.

Beside the outcome a case may say what the finding rests on and how it is explained: `inputs` (those it names), `steps` (all of
them as a list, or words of them), `says` (the reason in full), `clears`, `milestones`. Each way a rule can answer has one case
that says all of it, read against the facts beside it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from archive.registers import register_of
from archive.registers.columns import PROJECT, UNIT
from archive.yaml_text import read_yaml
from retention.compliance.engine import rules_named
from retention.compliance.facts import (
    Blocking,
    ContractFacts,
    DocumentFacts,
    Facts,
    FieldFact,
    ProjectFacts,
    RuleSettings,
)
from retention.compliance.findings import Finding
from retention.compliance.rows import Row, Rows, make_row
from retention.workdays import WorkCalendar

FOLDER = Path(__file__).with_name("cases")
CASE_KEYS = {"case", "rule", "project", "documents", "contracts", "predecessor", "settings", "registers", "blocking", "workdays", "today", "days",
             "expect", "expect_subject"}
BASE_KEYS = {"project", "predecessor", "registers", "today"}
EXPECT_KEYS = {"outcome", "due_on", "days_left", "severity", "status", "provisional", "says", "reason", "steps", "clears",
               "missing", "inputs", "quiet", "milestones", "milestones_from", "count", "only",
               "never"}


@dataclass(frozen=True)
class Case:
    """One day of one case. `subject` tells which of the rule's findings is meant."""

    name: str
    rule: str
    subject: str
    facts: Facts
    expect: dict[str, Any]

    @cached_property
    def found(self) -> tuple[Finding, ...]:
        return rules_named(self.rule)[0](self.facts)

    def finding(self) -> Finding:
        found = self.found
        meant = [finding for finding in found if finding.subject == self.subject]
        assert len(meant) == 1, f"{self.name}: {self.subject!r} among {[finding.subject for finding in found]}"
        return meant[0]


@cache
def all_cases() -> tuple[Case, ...]:
    """Read once, so that what was found for one test is there for the next."""
    return tuple(_read())


def _read() -> Iterator[Case]:
    for path in sorted(FOLDER.glob("[RX]*.yaml")):
        yield from read_cases(path)


def read_cases(path: Path) -> Iterator[Case]:
    """The cases of a file; what is wrong in it is said with the file's name and the case."""
    raw = read_yaml(path.read_text(encoding="utf-8"))
    base = raw.get("base") or {}
    assert set(base) <= BASE_KEYS, f"{path.name}: base knows no {set(base) - BASE_KEYS}"
    for entry in raw["cases"]:
        assert set(entry) <= CASE_KEYS, f"{path.name}: {set(entry) - CASE_KEYS}"
        rules_named(entry.get("rule", path.stem))
        yield from _days(base, entry, entry.get("rule", path.stem))


def _days(base: dict[str, Any], entry: dict[str, Any], rule: str) -> Iterator[Case]:
    assert {"today", "days"} & {*entry, *base}, f"{rule}: {entry['case']} has no today"
    days = entry.get("days") or {entry.get("today") or base["today"]: entry["expect"]}
    for today, expect in days.items():
        assert set(expect) <= EXPECT_KEYS, f"{entry['case']}: {set(expect) - EXPECT_KEYS}"
        yield Case(f"{rule}: {entry['case']} [{today}]", rule, entry.get("expect_subject", ""),
                   make_facts(base, entry, today), expect)


def make_facts(base: dict[str, Any], entry: dict[str, Any], today: date) -> Facts:
    project = {"code": "P-1", **base.get("project", {}), **entry.get("project", {})}
    predecessor = entry["predecessor"] if "predecessor" in entry else base.get("predecessor")
    rows = list(_rows({**(base.get("registers") or {}), **(entry.get("registers") or {})}))
    return Facts(
        project=ProjectFacts(**{**project, "waived": frozenset(project.get("waived", ()))}), today=today,
        contracts=tuple(ContractFacts(**contract) for contract in entry.get("contracts", ())),
        documents=tuple(_document(number, line) for number, line in enumerate(entry.get("documents", ()))),
        predecessor=ProjectFacts(**predecessor) if predecessor else None,
        registers=tuple(row for row in rows if row.register.scope == PROJECT),
        unit_registers=Rows(row for row in rows if row.register.scope == UNIT),
        unit_blocking=tuple(Blocking(**line) for line in entry.get("blocking", ())),
        calendar=WorkCalendar(entry.get("workdays")), settings=_settings(entry.get("settings", {})))


def _rows(registers: dict[str, Any]) -> Iterator[Row]:
    """Of each register the rows it names; a register of one row an owner is given as that row."""
    for key, rows in registers.items():
        register_of(key)  # a register there is not is named, also where it is given no rows
        for number, row in enumerate([rows] if isinstance(rows, dict) else rows):
            yield make_row(key, row, id=f"{key}-{number}")


def _settings(given: dict[str, Any]) -> RuleSettings:
    return RuleSettings(**{name: tuple(value) if isinstance(value, list) else value for name, value in given.items()})


def _document(number: int, line: str | dict[str, Any]) -> DocumentFacts:
    fields = {"type": line} if isinstance(line, str) else line
    values = tuple(FieldFact(**value) for value in fields.get("values", ()))
    return DocumentFacts(**{"id": f"d{number}", **fields, "terms": frozenset(fields.get("terms", ())), "values": values})

"""Makes the cases of a rule that asks for papers from its line in cases/papers.yaml: every outcome, both sides of each day."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from archive.yaml_text import read_yaml
from tests.compliance.cases_reader import FOLDER, Case, make_facts

EVENT, AFTER = date(2024, 6, 10), date(2024, 6, 11)
LAST, LATE = date(2024, 7, 10), date(2024, 7, 11)  # thirty days to bring it in
# A paper of each group of stages that no rule of papers.yaml asks for: it shows that the stage has been filed.
BESIDE = ("consultation_letter", "tender_clarification", "meeting_minutes", "trial_run_record", "om_incident")


def paper_lines() -> dict[str, dict[str, Any]]:
    lines: dict[str, dict[str, Any]] = read_yaml((FOLDER / "papers.yaml").read_text(encoding="utf-8"))
    return lines


def paper_cases() -> Iterator[Case]:
    for rule, line in paper_lines().items():
        for key, words in line["papers"].items():
            yield from _cases(rule, line, key, words)


def _cases(rule: str, line: dict[str, Any], key: str, words: list[str]) -> Iterator[Case]:
    needed = line.get("documents_of", {}).get(key, [])
    inside = {**line.get("inside", {}), **line.get("inside_of", {}).get(key, {}), line["field"]: EVENT}
    base = {"project": inside, "registers": line.get("registers", {})}

    def case(name: str, today: date, documents: list[Any], expect: dict[str, Any], **changes: Any) -> Case:
        facts = make_facts(base, {"project": changes, "documents": [*needed, *documents]}, today)
        return Case(f"{rule}: {key} {name} [{today}]", rule, key, facts, expect)

    paper, missed = {"type": key, "terms": words}, {"outcome": "failed", "severity": line["severity"]}
    yield case("is there on the day", LATE, [paper | {"doc_date": EVENT}], {"outcome": "passed"})
    yield case("is to come", EVENT, [], {"outcome": "due", "due_on": EVENT, "days_left": 0})
    yield case("is not in yet", AFTER, list(BESIDE), {"outcome": "due", "due_on": LAST})
    yield case("may come in on the last day", LAST, list(BESIDE), {"outcome": "due", "days_left": 0})
    yield case("is missing", LATE, list(BESIDE), missed)
    if not needed:
        yield case("cannot be missed in a stage nobody filed", LATE, [], {"outcome": "unknown"})
    yield case("has no date to be due by", date(2024, 1, 1), [], {"outcome": "due", "due_on": None}, **{line["field"]: None})
    yield case("was waived", LATE, list(BESIDE), {"outcome": "not_applicable"}, waived=[key])
    if key in line.get("undated", ()):
        yield case("may be younger", LATE, [paper | {"doc_date": AFTER}], {"outcome": "passed"})
    else:
        yield case("is a day late", LATE, [paper | {"doc_date": AFTER}], missed | {"reason": "晚于"})
        yield case("bears no date", LATE, [paper], {"outcome": "unknown"})
        yield case("was filed in time", LATE, [paper | {"filed_on": EVENT}], {"outcome": "passed"})
    if words:
        yield case("says half", LATE, [paper | {"doc_date": EVENT, "terms": words[1:]}], missed | {"reason": "待确认"})
        yield case("says nothing we can read", LATE, [paper | {"doc_date": EVENT, "terms": []}], {"outcome": "unknown"})
    facts = make_facts(base, {"project": line["outside"], "documents": list(BESIDE)}, LATE)
    outside = Case(f"{rule}: {key} outside", rule, key, facts, {"outcome": "not_applicable"})
    yield outside if any(f.subject == key for f in outside.found) else Case(
        outside.name, rule, "", facts, {"outcome": "not_applicable"})

"""On which sides of a rule's terms and thresholds its cases stand: boundaries.yaml says where they lie, the cases are measured.

A boundary is watched where one case stands on the last value that does and one on the first that does not, and the rule tells
them apart.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache, reduce
from typing import Any

from archive.registers.columns import Kind
from archive.yaml_text import read_yaml
from retention.compliance.facts import earliest, latest
from retention.compliance.findings import Finding
from tests.compliance.cases_reader import FOLDER, Case
from tests.compliance.paper_cases import paper_lines
from tests.compliance.test_cases import CASES

Told = tuple[object, ...]
Boundary = Mapping[str, Any]


@cache
def table() -> dict[str, Any]:
    found: dict[str, Any] = read_yaml((FOLDER / "boundaries.yaml").read_text(encoding="utf-8"))
    return found


@cache
def boundaries_of(rule: str) -> tuple[Boundary, ...]:
    line = paper_lines().get(rule)
    if line is None:
        return tuple(table()["rules"].get(rule, ()))
    dated = set(line["papers"]) - set(line.get("undated", ()))
    return tuple(boundary for boundary in table()["papers"] if dated or not boundary.get("dated"))


def watched(rule: str, boundary: Boundary) -> bool:
    """Whether cases stand on both sides, and the rule tells the sides apart."""
    inside, step = boundary.get("last", 0), boundary.get("beyond", 1)
    sides: dict[int, set[Told]] = defaultdict(set)
    for case in _cases()[rule]:
        for difference in _differences(case, boundary):
            sides[difference].add(_told(case.finding(), boundary))
    return bool(sides[inside] and sides[inside + step] and sides[inside] != sides[inside + step])


@cache
def _cases() -> dict[str, list[Case]]:
    found: dict[str, list[Case]] = defaultdict(list)
    for case in CASES:
        found[case.rule].append(case)
    return found


def _told(finding: Finding, boundary: Boundary) -> Told:
    return (boundary["word"] in finding.reason,) if "word" in boundary else (finding.outcome, finding.severity)


def _differences(case: Case, boundary: Boundary) -> Iterator[int]:
    first, second = _value(case, boundary["from"]), _value(case, boundary["to"])
    if isinstance(first, date) and isinstance(second, date):
        yield (second - first).days
    elif isinstance(first, int) and isinstance(second, int):
        yield second - first


def _value(case: Case, name: str) -> date | int | None:
    """What a name of boundaries.yaml means in this case; None where the case does not say it."""
    if "//" in name:
        product, by = name.split("//")
        factors = [int(part) if part.isdigit() else _value(case, part) for part in product.split("*")]
        whole = [factor for factor in factors if isinstance(factor, int)]
        return reduce(lambda one, other: one * other, whole) // int(by) if len(whole) == len(factors) else None
    kind, _, rest = name.partition(".")
    return _FROM[kind](case, rest) if kind in _FROM else _input(case, name)


def _input(case: Case, name: str) -> date | int | None:
    value = case.finding().inputs.get(name)
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    return value if isinstance(value, int) else None


def _percent(case: Case, name: str) -> int | None:
    try:
        return int(Decimal(str(case.finding().inputs.get(name))) * 100)
    except InvalidOperation:
        return None


def _documents(case: Case, name: str) -> date | None:
    """Of the type named, else of the paper the finding speaks of; `last.` the latest."""
    of = latest if name.startswith("last.") else earliest
    return of(case.facts.documents_of(name.removeprefix("last.") or case.subject))


def _contracts(case: Case, name: str) -> date | None:
    listed = case.facts.contracts[::-1] if name.startswith("last.") else case.facts.contracts
    return getattr(listed[0], name.removeprefix("last.")) if listed else None


def _row(case: Case, name: str) -> date | int | None:
    register, column = name.split(".")
    row = next(iter(case.facts.rows(register)), None)
    if row is None:
        return None
    return row.date(column) if row.register.column(column).kind is Kind.DATE else row.fen(column)


def _end_of(case: Case, name: str) -> date | None:
    year = case.finding().inputs.get(name)
    return date(year, 12, 31) if isinstance(year, int) else None


_FROM: Mapping[str, Any] = {
    "today": lambda case, name: case.facts.today, "due_on": lambda case, name: case.finding().due_on,
    "project": lambda case, name: getattr(case.facts.project, name), "contracts": _contracts, "documents": _documents, "row": _row,
    "blocking": lambda case, name: next((one.since for one in case.facts.unit_blocking), None), "end_of": _end_of, "percent": _percent}

"""The rules and the clauses they rest on, as the register describes them."""

from collections.abc import Sequence
from datetime import date

from flask import Response
from pydantic import Field

from admin.api.context import Listing, Paging, Strict, answer, area, slice_of
from admin.api.finding_shapes import Severity
from retention.compliance import report

rules = area("rules", "规则与条款")


class Whole(Paging):
    """The register is short: one page holds it."""

    size: int = Field(200, ge=1, le=200, description="每页多少项，至多 200")


class RuleOut(Strict):
    """`clause` and `also` are ids of clauses; `legacy`: gravest severity for older projects, null: not judged. `pack`:
    `measures` or `companion` (the statutes around them); `since`: the day they took effect."""

    id: str
    title: str
    clause: str
    citation: str
    also: Sequence[str]
    severity: Severity
    version: int
    arithmetic: str
    targets: Sequence[str]
    evidence: Sequence[str]
    legacy: Severity | None
    pack: str
    since: date


class RuleList(Listing):
    items: Sequence[RuleOut]


class ClauseOut(Strict):
    """A clause in our own words with what covers it: rules, document types, registers; or `unchecked`, the reason why no
    record can show it; `needs`: what would have to be registered to check it, or the rest of it. `verified`: checked against
    an official text."""

    id: str
    instrument: str
    article: int | None
    paragraph: int | None
    item: int | None
    citation: str
    title: str
    summary: str
    verified: bool
    rules: Sequence[str]
    documents: Sequence[str]
    registers: Sequence[str]
    unchecked: str
    needs: str


class ClauseList(Listing):
    items: Sequence[ClauseOut]


@rules.get("/rules", responses={200: RuleList})
def listed(query: Whole) -> Response:
    """全部规则：依据、版本、算法"""
    found = [RuleOut.model_validate(rule) for rule in report.rules()]
    return answer(RuleList(**slice_of(found, query)))


@rules.get("/clauses", responses={200: ClauseList})
def clauses(query: Whole) -> Response:
    """全部条款，以及各由哪些规则覆盖"""
    found = [_clause(info) for info in report.clauses()]
    return answer(ClauseList(**slice_of(found, query)))


def _clause(info: report.ClauseInfo) -> ClauseOut:
    clause = info.clause
    return ClauseOut(id=clause.id, instrument=clause.instrument, article=clause.article, paragraph=clause.paragraph,
                     item=clause.item, citation=clause.citation, title=clause.title, summary=clause.summary,
                     verified=clause.verified, rules=info.rules, documents=info.documents, registers=info.registers,
                     unchecked=clause.unchecked, needs=clause.needs)

"""What every rule says of every case, in full: `python -m tests.compliance.approved` writes it anew.

The cases say what must come out of a rule. This file holds all the rest of a finding: which inputs it names, when people
are told, how the arithmetic is worded. It was first written from the code and shows change, not truth: a change of a rule
appears here as a difference of lines to be read before it is kept; what is not meant to change does not appear.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from retention.compliance import report
from retention.compliance.findings import Finding
from retention.compliance.rules import all_rules
from tests.compliance.cases_reader import all_cases

FILE = Path(__file__).with_name("approved.jsonl")


def lines() -> Iterator[str]:
    """Each rule with what all its findings share, each setting, each clause; then every finding of every case."""
    for rule in all_rules().values():
        yield _line({"rule": rule.id, "clauses": [rule.clause, *rule.also], "severity": rule.severity, "legacy": rule.legacy,
                     "targets": rule.targets, "evidence": rule.evidence, "pack": rule.pack, "since": str(rule.since or ""),
                     "judged_by": rule.judged_by, "version": rule.version, "says": f"{rule.title}：{rule.arithmetic}"})
    for item in report.settings():
        yield _line({"setting": item.name, "default": item.default, "mark": item.mark, "says": item.doc})
    for info in report.clauses():
        yield _line({"clause": info.clause.id, "cited": f"{info.clause.instrument}{info.clause.citation}", "rules": info.rules,
                     "documents": info.documents, "registers": info.registers, "verified": info.clause.verified})
    for case in all_cases():
        for finding in case.found:
            yield _line({"case": case.name, **_said(finding)})


def _said(finding: Finding) -> dict[str, Any]:
    told = finding.milestones
    said = {"subject": finding.subject, "outcome": finding.outcome, "severity": finding.severity,
            "due": str(finding.due_on or ""), "inputs": finding.inputs, "reason": finding.reason, "steps": finding.steps,
            "clears": finding.clears_when, "provisional": finding.provisional, "quiet": finding.quiet,
            "told": [*told[:8], *(("…", len(told), told[-1]) if len(told) > 8 else ())]}
    return {name: value for name, value in said.items() if value not in ("", False, (), [], {})}


def _line(said: dict[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=False, default=str)


if __name__ == "__main__":
    FILE.write_text("".join(f"{line}\n" for line in lines()), encoding="utf-8")

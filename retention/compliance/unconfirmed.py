"""Saying of a verdict that it rests on what was read by machine and confirmed by nobody (待确认).

A verdict names the documents it rests on in its inputs; of those, dates and conclusions that no person gave are named
there too, and in the reason where the verdict is a yes or a no.
"""

from retention.compliance.facts import Facts
from retention.compliance.findings import Input, Outcome, Verdict, changed

NAMES = {"doc_date": "成文日期", "conclusion": "结论", "issuer": "责任者"}
_DECIDED = (Outcome.PASSED, Outcome.FAILED)


def with_doubts(facts: Facts, verdict: Verdict) -> Verdict:
    """The verdict, with what is unconfirmed of the documents it names."""
    if not verdict.inputs or not facts.doubtful:
        return verdict
    one, several = verdict.inputs.get("document"), verdict.inputs.get("documents")
    if not one and not several:
        return verdict
    named = _documents(one) | _documents(several)
    doubtful = frozenset[str]().union(*(facts.doubtful[key] for key in named if key in facts.doubtful))
    if not doubtful:
        return verdict
    words = tuple(label for name, label in NAMES.items() if name in doubtful)
    if not words:
        return verdict
    inputs: dict[str, Input] = {**verdict.inputs, "unconfirmed": words}
    note = f"（所依据文件的{'、'.join(words)}为自动读取，待确认。）" if verdict.outcome in _DECIDED else ""
    return changed(verdict, inputs=inputs, reason=verdict.reason + note)


def _documents(value: object) -> set[str]:
    return {value} if isinstance(value, str) else set(map(str, value)) if isinstance(value, tuple | list) else set()

"""Saying of a verdict that it rests on what was read by machine and confirmed by nobody (待确认).

A verdict names the documents it rests on in its inputs; of those, dates and conclusions that no person gave are named
there too, and in the reason where the verdict is a yes or a no.
"""

from functools import cache

from retention.compliance.facts import Facts
from retention.compliance.findings import Outcome, Verdict, changed

NAMES = {"doc_date": "成文日期", "conclusion": "结论", "issuer": "责任者"}
_DECIDED = (Outcome.PASSED, Outcome.FAILED)


def with_doubts(facts: Facts, verdict: Verdict) -> Verdict:
    """The verdict, with what is unconfirmed of the documents it names."""
    inputs = verdict.inputs
    several, one = inputs.get("documents"), inputs.get("document")
    if not several and not one:
        return verdict
    named = _documents(several) + _documents(one)
    if not named or facts.doubtful.keys().isdisjoint(named):
        return verdict
    words = _words(frozenset[str]().union(*[facts.doubtful.get(key, ()) for key in named]))
    if not words:
        return verdict
    note = f"（所依据文件的{'、'.join(words)}为自动读取，待确认。）" if verdict.outcome in _DECIDED else ""
    return changed(verdict, inputs={**inputs, "unconfirmed": words}, reason=verdict.reason + note)


@cache
def _words(doubtful: frozenset[str]) -> tuple[str, ...]:
    return tuple(label for name, label in NAMES.items() if name in doubtful)


def _documents(value: object) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) and value else value if isinstance(value, tuple) else ()

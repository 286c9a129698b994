"""The unsettled findings of one dossier by degree, the gravest first: what is read at once, and what is folded with its count."""

from collections.abc import Sequence
from dataclasses import dataclass

from admin.web.pages import words
from retention.findings import FindingView

FIRST = 6  # of each degree; the others stand behind one more click


@dataclass(frozen=True, slots=True)
class Degree:
    """`counts`: by outcome, the worse first. `open`: shown without a click."""

    code: str
    counts: tuple[tuple[str, int], ...]
    first: Sequence[FindingView]
    rest: Sequence[FindingView]
    open: bool

    @property
    def total(self) -> int:
        return len(self.first) + len(self.rest)


def by_degree(findings: Sequence[FindingView]) -> list[Degree]:
    """In the order given within each degree. The gravest stands open; where all are few, every one does."""
    few, made = len(findings) <= FIRST, list[Degree]()
    for code in words.SEVERITIES:
        these = [finding for finding in findings if finding.severity == code]
        if these:
            counts = tuple((name, sum(f.outcome == name for f in these)) for name in words.OUTCOMES)
            made.append(Degree(code, tuple(pair for pair in counts if pair[1]), these[:FIRST], these[FIRST:], few or not made))
    return made

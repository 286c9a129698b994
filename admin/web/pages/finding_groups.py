"""The unsettled findings of one dossier by degree, the gravest first: what is read at once, and what is folded with its count."""

from collections.abc import Sequence
from dataclasses import dataclass

from admin.web.pages import words
from retention.findings import FindingView

FIRST, MOST = 6, 8  # of each degree these many stand there, the others behind one more click; not for one or two of them


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
            made.append(Degree(code, tuple(pair for pair in counts if pair[1]), *_parted(these), few or not made))
    return made


def _parted(these: Sequence[FindingView]) -> tuple[Sequence[FindingView], Sequence[FindingView]]:
    return (these, ()) if len(these) <= MOST else (these[:FIRST], these[FIRST:])

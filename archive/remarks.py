"""What is to be said about a file as a whole: plain values, for whoever finds something out about it.

A remark is for the person who keeps the file: a sentence in Chinese that says what was found and what to do. What makes a
project break a rule is a finding (`retention`), not a remark.
"""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """`info` may be known, `warning` should be looked at, `problem` needs a person."""

    INFO = "info"
    WARNING = "warning"
    PROBLEM = "problem"

    @property
    def label(self) -> str:
        return SEVERITY_NAMES[self]


SEVERITY_NAMES = {Severity.INFO: "说明", Severity.WARNING: "注意", Severity.PROBLEM: "问题"}
GRAVEST_FIRST = (Severity.PROBLEM, Severity.WARNING, Severity.INFO)


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing said about a file. `code` is for programs and never changes its meaning; `pages` count from 1."""

    code: str
    severity: Severity
    text: str
    pages: tuple[int, ...] = ()

"""The Scanner port: whether a file carries a virus, and how fresh the knowledge is that says so.

A scanner sees bytes and says what it found. What becomes of an infected file, or while the scanner is away, is the
pipeline's decision (`ingest/intake.py`), not the scanner's.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol


class Finding(StrEnum):
    """`not_checked` comes with a reason in words; it is never a way to say clean."""

    NOT_CHECKED = "not_checked"
    CLEAN = "clean"
    INFECTED = "infected"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`virus` is the signature's name where infected; `engine` names the scanner, its version and its signatures'."""

    finding: Finding
    engine: str = ""
    virus: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What the scanner knows: program and version, version of its official signatures, when those were made (UTC).

    All empty where there is no scanner; `signatures` and `made_at` are empty where only a site's own are loaded.
    """

    engine: str = ""
    signatures: str = ""
    made_at: datetime | None = None


class Scanner(Protocol):
    def check(self, path: Path) -> Verdict:
        """Look at the whole file. Raises EngineDown where the scanner gives no answer: the file is then unknown."""
        ...

    def knowledge(self) -> Knowledge:
        """Raises EngineDown where the scanner gives no answer."""
        ...

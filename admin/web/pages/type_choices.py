"""Document types as choices in a form: grouped by stage, what was recognised first."""

from collections.abc import Sequence
from dataclasses import dataclass

from admin.web.pages.formats import type_name
from archive import taxonomy
from archive.models import Document

MOST = 3


@dataclass(frozen=True, slots=True)
class Proposal:
    """A type the recogniser proposes, with its reasons."""

    key: str
    name: str
    score: int
    reasons: Sequence[str]


def by_stage() -> list[tuple[str, list[tuple[str, str]]]]:
    """(stage name, [(key, type name)]) in the order of the taxonomy."""
    known = taxonomy.load()
    groups = [(name, [(kind.key, kind.name) for kind in known.by_stage(code)]) for code, name in known.stages.items()]
    return [(name, kinds) for name, kinds in groups if kinds]


def proposals(document: Document) -> list[Proposal]:
    return [Proposal(c.type, type_name(c.type), c.score, list(c.reasons)) for c in document.candidates[:MOST]]


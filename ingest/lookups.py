"""What the archive knows of files before they are looked at, asked once for many: their bytes, and what their names teach."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from archive.blobs.staging import Staged
from archive.learning import Lesson, lessons_of
from archive.models import Project
from archive.operations.documents import held
from archive.operations.withdrawals import refused_before


@dataclass(frozen=True, slots=True)
class Known:
    """`held`: digests of which the dossier has the bytes; `refused`: why bytes may not come again, by digest; `lessons` by name."""

    held: frozenset[str] = frozenset()
    refused: Mapping[str, str] = field(default_factory=dict)
    lessons: Mapping[str, Sequence[Lesson]] = field(default_factory=dict)


def look_up(project: Project, staged: Sequence[Staged]) -> Known:
    """No access check: whoever asks files into this dossier."""
    digests = [each.digests.sha256 for each in staged]
    return Known(held(project, digests), refused_before(digests), lessons_of(project.unit, [each.filename for each in staged]))

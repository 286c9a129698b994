"""Projects in lists: how complete each dossier is, computed for a whole page of projects with one query."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from archive.dossier import view
from archive.models import Document, Project


@dataclass(frozen=True, slots=True)
class Standing:
    """`completeness` 0..1 as on the dossier page; `missing` mandatory materials; `documents` filed."""

    completeness: float
    missing: int
    documents: int

    @property
    def percent(self) -> int:
        """Rounded down: 100 only where nothing is missing."""
        return int(self.completeness * 100)


def standings(projects: Sequence[Project]) -> dict[str, Standing]:
    """By project code. The projects must be ones the reader may see."""
    rows = Document.objects(dossier__in=[project.id for project in projects]).aggregate(
        [{"$group": {"_id": {"dossier": "$dossier", "type": "$type", "stage": "$stage"}, "count": {"$sum": 1}}}])
    kinds: dict[str, list[Document]] = defaultdict(list)
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        kinds[row["_id"]["dossier"]].append(Document(type=row["_id"]["type"], stage=row["_id"]["stage"]))
        counts[row["_id"]["dossier"]] += row["count"]
    found: dict[str, Standing] = {}
    for project in projects:
        dossier = view(project, kinds.get(project.id, []))
        missing = sum(stage.missing for stage in dossier.stages)
        found[project.code] = Standing(dossier.completeness, missing, counts.get(project.id, 0))
    return found

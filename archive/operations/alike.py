"""Which documents look like versions of one another, by the stored signatures of their texts.

Looked up for many versions at once: in a dossier whose papers follow one template each shares bands with a hundred others,
and reading these once for a batch instead of once a paper is most of the work saved.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from archive.models.similarity import Likeness, TextSignature
from archive.similarity import bands_of, similarities
from archive.transaction import collection

ALIKE = 0.6        # † a draft with a paragraph changed, or one page recognised twice, has more than this in common
MOST_LOOKED_AT, MOST_FOR_MANY, MOST_KEPT = 200, 2000, 5
_WANTED = {"document": 1, "dossier": 1, "version": 1, "signature": 1}
Row = Mapping[str, Any]


def alike_ones(versions: Sequence[str]) -> list[Likeness]:
    """The most alike of each version that has a signature: of its dossier first, then of any."""
    by_dossier: dict[str, list[Row]] = defaultdict(list)
    for row in collection(TextSignature).find({"_id": {"$in": list(versions)}}, _WANTED) if versions else ():
        by_dossier[row["dossier"]].append(row)
    return [pair for dossier, rows in by_dossier.items() for pair in _pairs_of(dossier, rows)]


def _pairs_of(dossier: str, rows: Sequence[Row]) -> list[Likeness]:
    """Where there are more candidates than are looked at for a batch, each version gets its own, as many as ever."""
    if (others := _candidates(dossier, rows)) is None:
        return [pair for row in rows for pair in _pairs(row, _candidates(dossier, [row]) or [])]
    return [pair for row in rows for pair in _pairs(row, others)]


def _candidates(dossier: str, rows: Sequence[Row]) -> list[Row] | None:
    """What shares a band with any of these; None where that is more than is looked at for several."""
    bands = sorted({band for row in rows for band in bands_of(row["signature"])})
    found: list[Row] = []
    most = MOST_FOR_MANY if len(rows) > 1 else MOST_LOOKED_AT
    for where in (dossier, {"$ne": dossier}):
        match = {"bands": {"$in": bands}, "dossier": where, **({} if len(rows) > 1 else {"document": {"$ne": rows[0]["document"]}})}
        some = list(collection(TextSignature).find(match, _WANTED).limit(most))
        if len(rows) > 1 and len(some) == most:
            return None
        found += some
    return found


def _pairs(row: Row, others: Sequence[Row]) -> list[Likeness]:
    shares = similarities(row["signature"], [other["signature"] for other in others])
    found = [_likeness(row, other, share) for other, share in zip(others, shares, strict=True)
             if share >= ALIKE and other["document"] != row["document"]]
    return sorted(found, key=lambda pair: (pair.dossier != pair.other_dossier, -pair.similarity))[:MOST_KEPT]


def _likeness(one: Row, other: Row, share: float) -> Likeness:
    """Ids grow with time: the later document is the one that may be a version of the earlier."""
    (later, dossier, its_version), (earlier, other_dossier, _) = sorted(
        [(row["document"], row["dossier"], row["version"]) for row in (one, other)], reverse=True)
    return Likeness(id=f"{later}|{earlier}", document=later, other=earlier, version=its_version, dossier=dossier,
                    other_dossier=other_dossier, similarity=round(share, 3))

"""Who read a project's facts last: what was judged from older ones may not be kept over it, whatever process it was in.

A judgement takes a turn before it reads, and keeps its findings only where nobody took one after it: that one has
read what this one has, or newer, and keeps its own, now or when its event is handled again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pymongo import UpdateOne

from archive.models import new_id
from archive.transaction import Transaction, collection
from retention.models import Judgement


class Overtaken(Exception):
    """Somebody began to judge these projects after this turn was taken."""


@dataclass(frozen=True, slots=True)
class Turn:
    token: str = field(default_factory=new_id)

    def begin(self, codes: Iterable[str]) -> None:
        """To be called before anything about these projects is read."""
        wanted, marks = list(codes), collection(Judgement)
        mark = {"$set": {"reader": self.token}}
        if marks.update_many({"_id": {"$in": wanted}}, mark).matched_count < len(wanted):
            marks.bulk_write([UpdateOne({"_id": code}, mark, upsert=True) for code in wanted], ordered=False)

    def keep(self, tx: Transaction, codes: Sequence[str]) -> frozenset[str]:
        """Those of these projects that are still this turn's, inside the transaction that keeps their findings. Raises
        Overtaken where none is."""
        ours = {"_id": {"$in": list(codes)}, "reader": self.token}
        judgements = collection(Judgement)
        judgements.update_many(ours, {"$set": {"kept_at": tx.now}}, session=tx.session)
        found = frozenset(row["_id"] for row in judgements.find(ours, {"_id": 1}, session=tx.session))
        if not found:
            raise Overtaken(*codes)
        return found

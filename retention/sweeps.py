"""The night's sweep over all projects, and how it goes on where it was killed: behind the projects the ledger names already.

What was judged is proved by the ledger (`retention/keeping.py`), so nothing else has to be kept of how far it came: only where in
the ledger a sweep began, for which day, and by which rules and settings. One by others begins anew.
"""

from datetime import date

from archive.models import AuditEntry
from archive.transaction import collection
from retention.keeping import SWEPT
from retention.kept import register
from retention.models import SweepMark

KEY = "sweep"


def begin(day: date, settings_version: str) -> frozenset[str]:
    """The codes that an unfinished sweep of this day has done already; otherwise a new sweep begins, with none."""
    by = f"{settings_version} {register()}"
    last: SweepMark | None = SweepMark.objects(id=KEY).first()
    if last is not None and (last.day, last.by, last.done) == (day, by, False):
        return _named(day, last.after)
    newest = collection(AuditEntry).find_one({}, {"_id": 1}, sort=[("_id", -1)])
    mark = SweepMark(id=KEY, day=day, by=by, after=newest["_id"] if newest else 0)
    collection(SweepMark).replace_one({"_id": KEY}, mark.as_mongo(), upsert=True)
    return frozenset()


def end(day: date) -> None:
    collection(SweepMark).update_one({"_id": KEY, "day": SweepMark(day=day).to_mongo()["day"]}, {"$set": {"done": True}})


def _named(day: date, after: int) -> frozenset[str]:
    rows = collection(AuditEntry).find({"subject": f"day:{day.isoformat()}", "_id": {"$gt": after}, "action": SWEPT},
                                       {"detail.projects": 1})
    return frozenset(code for row in rows for code in row["detail"]["projects"])

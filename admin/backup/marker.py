"""What the database remembers of having been restored: unfinished, finished, and whether notices may go out again.

One document beside the archive's own collections. It is not part of a backup: it is about this very database.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from admin.backup.errors import HalfRestored, OtherRestore
from archive.access import Actor, require
from archive.clock import Clock
from archive.models.connection import database
from archive.permissions import Permission
from archive.transaction import Transaction, write

RESTORES = "restores"
KEY = "restore"
PAUSED_TEXT = "恢复后提醒邮件暂停；确认原系统不再发信后，请运行 dangan notices resume"


def read() -> dict[str, Any] | None:
    return database()[RESTORES].find_one({"_id": KEY})


def unfinished() -> dict[str, Any] | None:
    found = read()
    return found if found and not found["finished"] else None


def require_whole() -> None:
    """Raises HalfRestored where a restore was begun and not finished: nobody may work on that."""
    if found := unfinished():
        raise HalfRestored(snapshot=found["snapshot"], source=found["source"])


def begin(snapshot: str, source: str, now: datetime) -> set[str]:
    """Say that a restore is under way; the parts that an interrupted one has done. Raises OtherRestore."""
    found = unfinished()
    if found is None:
        fresh = {"_id": KEY, "snapshot": snapshot, "source": source, "finished": False, "began_at": now, "done": [],
                 "notices_paused": True}
        database()[RESTORES].replace_one({"_id": KEY}, fresh, upsert=True)
        return set()
    if found["snapshot"] != snapshot:
        raise OtherRestore(began=found["snapshot"], given=snapshot)
    return set(found["done"])


def done(part: str) -> None:
    database()[RESTORES].update_one({"_id": KEY}, {"$addToSet": {"done": part}})


def finish(actor: Actor, clock: Clock, facts: Mapping[str, object]) -> None:
    """The archive is whole again: said in its audit chain in the same transaction."""
    def work(tx: Transaction) -> None:
        tx.audit("backup.restored", "backup", **facts)
        database()[RESTORES].update_one({"_id": KEY}, {"$set": {"finished": True, "finished_at": tx.now}},
                                        session=tx.session)

    write(actor, clock, work)


def notices_paused() -> bool:
    found = read()
    return bool(found and found["notices_paused"])


def resume_notices(actor: Actor, clock: Clock) -> bool:
    """Let notices go out again after a restore; whether they had been paused. Raises NotPermitted."""
    require(actor, Permission.JOB_RUN)

    def work(tx: Transaction) -> bool:
        changed = database()[RESTORES].update_one({"_id": KEY, "notices_paused": True},
                                                  {"$set": {"notices_paused": False}}, session=tx.session)
        tx.audit("notices.resumed", "backup", changed=bool(changed.modified_count))
        return bool(changed.modified_count)

    return write(actor, clock, work)

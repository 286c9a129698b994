"""Making derived things anew, in bulk: begun once, taken on as far as it comes, ended. What is made is recorded by itself.

Originals and what persons said are touched by none of this; who may ask for it sees no record by it.
"""

from collections.abc import Mapping
from typing import Any

from archive.access import Actor, require
from archive.clock import Clock
from archive.models import Derivation
from archive.permissions import Permission
from archive.transaction import Transaction, collection, write


def may_derive(actor: Actor) -> None:
    """Raises NotPermitted."""
    require(actor, Permission.DERIVED_RENEW)


def begin_derivation(actor: Actor, clock: Clock, key: str, asked: Mapping[str, str], total: Mapping[str, int]) -> Derivation:
    """The run of what is asked for: the one that was interrupted, else a new one. Raises NotPermitted."""
    may_derive(actor)

    def work(tx: Transaction) -> Derivation:
        row = tx.fresh(Derivation, {"_id": key, "state": "running"})
        if row:
            known: Derivation = Derivation._from_son(row)
            tx.audit("derivation.resumed", f"derivation:{key}", asked=dict(known.asked), done=dict(known.done))
            return known
        run = Derivation(id=key, asked=dict(asked), total=dict(total), by=actor.id, started_at=tx.now, beat_at=tx.now)
        tx.put(run)
        tx.audit("derivation.begun", f"derivation:{key}", asked=dict(asked), total=dict(total))
        return run

    return write(actor, clock, work)


def note_derivation(clock: Clock, run: Derivation, kind: str, after: str, done: int = 0, failed: int = 0) -> None:
    """How far it has come: progress, not a deed, and without an audit entry."""
    run.kind, run.after, run.beat_at = kind, after, clock.now()
    run.done[kind] = run.done.get(kind, 0) + done
    run.failed[kind] = run.failed.get(kind, 0) + failed
    changes: dict[str, Any] = {"kind": kind, "after": after, "beat_at": run.beat_at, "done": dict(run.done),
                               "failed": dict(run.failed)}
    collection(Derivation).update_one({"_id": run.id}, {"$set": changes})


def end_derivation(actor: Actor, clock: Clock, run: Derivation) -> None:
    """Everything that was asked for is through."""
    may_derive(actor)

    def work(tx: Transaction) -> None:
        tx.update(Derivation, run.id, {"$set": {"state": "done", "ended_at": tx.now, "beat_at": tx.now}})
        tx.audit("derivation.ended", f"derivation:{run.id}", asked=dict(run.asked), done=dict(run.done), failed=dict(run.failed))

    write(actor, clock, work)
    run.state = "done"

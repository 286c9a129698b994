"""What both stores agree on about locks: when a change would weaken one, and how a lock is told to a person."""

from datetime import datetime

from archive.blobs.port import Lock, LockMode
from archive.errors import Locked

_FIRMNESS = {LockMode.GOVERNANCE: 1, LockMode.COMPLIANCE: 2}
_NAMES = {LockMode.GOVERNANCE: "治理模式", LockMode.COMPLIANCE: "合规模式"}


def stronger(digest: str, current: Lock, mode: LockMode, until: datetime, now: datetime) -> bool:
    """Whether this retention would add anything. Raises Locked where it would weaken what is in force.

    A retention that has ended binds nobody any more; one whose end is already past adds nothing.
    """
    if until.tzinfo is None:
        raise ValueError("a retention needs an aware instant")
    if current.mode is not None and current.until is not None and current.until > now:
        if until < current.until or _FIRMNESS[mode] < _FIRMNESS[current.mode]:
            raise Locked(digest=digest, lock=told(current))
        return until > current.until or mode != current.mode
    return until > now


def told(lock: Lock) -> str:
    """In Chinese, for messages."""
    parts = []
    if lock.mode is not None and lock.until is not None:
        parts.append(f"{_NAMES[lock.mode]}，保护至 {lock.until:%Y-%m-%d %H:%M} UTC")
    if lock.hold:
        parts.append("法律冻结")
    return "；".join(parts) or "未加锁"

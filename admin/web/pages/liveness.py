"""Whether anybody runs the jobs: where nobody does, what the pages show grows old, and they must say so."""

from flask import current_app

from admin.notices.watchdog import EXTENSION, Watchdog
from admin.scheduler import DUTY
from archive.access import Actor
from archive.leases import Standing, standing
from archive.permissions import Role


def scheduler_lease() -> Standing | None:
    """Who runs the jobs at this moment; None where nobody does."""
    lease = standing(DUTY)
    return lease if lease and lease.alive else None


def silence() -> str:
    """What the watchdog of this process sees; empty while all is well."""
    watchdog: Watchdog = current_app.extensions[EXTENSION]
    return watchdog.silence()


def silence_for(who: Actor) -> str | bool:
    """For archivists and system administrators what is wrong; for others whether anything is."""
    text = silence()
    if text and who.role in (Role.ARCHIVIST, Role.SYSADMIN):
        return text
    return bool(text) or scheduler_lease() is None

"""Whether anybody runs the jobs: where nobody does, what the pages show grows old, and they must say so."""

from admin.scheduler import DUTY
from archive.leases import Standing, standing


def scheduler_lease() -> Standing | None:
    """Who runs the jobs at this moment; None where nobody does."""
    lease = standing(DUTY)
    return lease if lease and lease.alive else None

"""Whether anybody runs the jobs: where nobody does, what the pages show grows old, and they must say so."""

from datetime import datetime

from admin.scheduler import DUTY
from archive.models import Lease


def scheduler_lease(now: datetime) -> Lease | None:
    """The lease of whoever runs the jobs at this moment; None where nobody does."""
    lease: Lease | None = Lease.objects(id=DUTY).first()
    return lease if lease and lease.until > now else None

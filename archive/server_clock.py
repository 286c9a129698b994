"""Terms that only the database server's clock decides: leases, claims, back-off. A machine whose clock is wrong holds
nothing longer, and takes nothing sooner, than it should.

Expressions for MongoDB's pipelines. Knows no collection. Where the server's own clock is set back, what was written
before may lie far ahead: nothing is written that ends later than a known time from now, so what does is over.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
"""An instant that is past by any clock."""

NOW = "$$NOW"


def after(delay: timedelta) -> dict[str, Any]:
    """The instant so long from now."""
    return {"$add": [NOW, milliseconds(delay)]}


def over(field: str, longest: timedelta) -> dict[str, Any]:
    """Whether the instant in `$field` is past, missing, or farther ahead than anything is ever put (`longest`)."""
    return {"$or": [{"$lte": [field, NOW]}, {"$gt": [field, after(longest)]}]}


def ahead(field: str) -> dict[str, Any]:
    """How many milliseconds the instant in `$field` is ahead; negative where it is past."""
    return {"$subtract": [field, NOW]}


def milliseconds(delay: timedelta) -> int:
    return round(delay.total_seconds() * 1000)

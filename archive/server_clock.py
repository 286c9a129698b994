"""Terms that only the database server's clock decides: leases, claims, back-off. A machine whose clock is wrong holds
nothing longer, and takes nothing sooner, than it should.

Expressions for MongoDB's pipelines. Knows no collection. Where the server's own clock is set back, what was written
before may lie far ahead: nothing is written that ends later than a known time from now, so what does is over.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

BESIDE = timedelta(minutes=1)
"""How much later than by our own $$NOW another's term may end: MongoDB keeps the time at which a command began, also
when it does the command once more because somebody else came in between. That is no clock set back."""

AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
"""An instant that is past by any clock."""

NOW = "$$NOW"


def after(delay: timedelta) -> dict[str, Any]:
    """The instant so long from now."""
    return {"$add": [NOW, milliseconds(delay)]}


def over(field: str, longest: timedelta) -> dict[str, Any]:
    """Whether the instant in `$field` is past, missing, or farther ahead than anything is ever put (`longest`).

    What is exactly as far ahead as it may be is not over, also where its writer's command began a moment after ours.
    """
    return {"$or": [{"$lte": [field, NOW]}, {"$gt": [field, after(longest + BESIDE)]}]}


def ahead(field: str) -> dict[str, Any]:
    """How many milliseconds the instant in `$field` is ahead; negative where it is past."""
    return {"$subtract": [field, NOW]}


def milliseconds(delay: timedelta) -> int:
    return round(delay.total_seconds() * 1000)

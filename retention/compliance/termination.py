"""When a project ended unfinished (第30条第2款): from then on nothing of it is to be built, tried or accepted any more.

Owns that day. Must not know rules. An end that nobody consented to ends no duty: it is what R30-3 objects to.
"""

from datetime import date
from functools import lru_cache

from retention.compliance import profile
from retention.compliance.facts import Facts, earliest

APPROVAL = "termination_approval"


def recorded_end(facts: Facts) -> date | None:
    """The day of its end as registered; None while that lies ahead."""
    row = profile.profile(facts)
    return facts.reached(row.date("terminated_on")) if row else None


def consented_on(facts: Facts) -> date | None:
    """The earliest consent, of the register of approvals or by its paper; None where none bears a date."""
    rows = (row.date("approved_on") for row in facts.rows("approval") if row.choice("kind") == "termination")
    return min(filter(None, (*rows, earliest(facts.documents_of(APPROVAL)))), default=None)


@lru_cache(maxsize=8)  # facts are equal only to themselves: once an evaluation, which asks for every paper that is not there
def ended_on(facts: Facts) -> date | None:
    """The later of its end and of the consent to it; None while it goes on."""
    recorded = recorded_end(facts)
    consent = facts.reached(consented_on(facts)) if recorded else None
    return max(recorded, consent) if recorded and consent else None


def after_the_end(facts: Facts) -> str:
    """Why nothing more is to be done, in words; "" while the project goes on."""
    day = ended_on(facts)
    return f"项目已于 {day} 经同意终止（第30条第2款），此后不再要求。" if day else ""

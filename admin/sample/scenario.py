"""What can be said about a sample project in one line of `scenarios`: its shape. The table itself is there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

SB, PS = "self_build", "service_purchase"

# What happens to a project, in order. `until` names the last thing that has happened; what would lie in the future
# never has.
EVENTS = (
    "registered_on",
    "approved_on",
    "contract_signed_on",
    "construction_start",
    "actual_completion",
    "trial_start",
    "trial_end_actual",
    "applied_on",
    "acceptance_date",
    "operation_start",
)


@dataclass(frozen=True)
class Round:
    """An O&M round: contracts of a year each, of which the `index`th ends `ends` days from today.

    `whole`: one contract for all years; `framework`: such a contract beside the annual ones. `skip`: years without a
    contract; `late`: years signed after their first day. `extra_days` lengthens the last contract.
    """

    ends: int
    index: int = 1
    years: int = 3
    whole: bool = False
    framework: bool = False
    skip: frozenset[int] = frozenset()
    late: frozenset[int] = frozenset()
    extra_days: int = 0


@dataclass(frozen=True)
class Scenario:
    """One entry: `at` says how many days from today, or on which day, the event `anchor` lies; the rest follows.

    `note` is what the entry shows, in Chinese; `shows` the findings it is made for. `without` are document types that
    the dossier lacks, `papers` names the special papers it has instead, `dates` overrides days by expressions of
    `days.resolve` ("" removes), `conclusions` what reports say at their end. `predecessor` is another entry's key,
    or "outside" for a code that the archive does not know. `full` dossiers hold papers of every kind, the others mostly
    those that decide findings.
    """

    key: str
    note: str
    anchor: str
    at: int | date
    shows: tuple[str, ...] = ()
    mode: str = SB
    kind: str = "new"
    until: str = "operation_start"
    dates: Mapping[str, str] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()
    conclusions: Mapping[str, str] = field(default_factory=dict)
    predecessor: str = ""
    result: str = "通过"
    classified: bool = False
    cross_department: bool = False
    round: Round | None = None
    full: bool = False

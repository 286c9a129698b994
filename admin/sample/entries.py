"""What all rows of the sample's registers are made with: an entry, and days that have come."""

from datetime import date, timedelta
from typing import Any

from admin.sample.cases import Case
from admin.sample.days import workday_until
from admin.sample.model import SampleEntry
from archive.registers import register_of
from ingest.ledger import RegisterRow


def entry(key: str, owner: str, proof: tuple[str, ...], **values: Any) -> SampleEntry:
    register = register_of(key)
    said = {name: value for name, value in values.items() if value not in (None, "")}
    return SampleEntry(RegisterRow(key, owner, said), proof or register.documents[:1])


def by(case: Case, day: date | None) -> date | None:
    """The day where it has come."""
    return day if day is not None and day <= case.dates["today"] else None


def after(case: Case, name: str, days: int) -> date | None:
    day = case.dates.get(name)
    return None if day is None else by(case, workday_until(day + timedelta(days=days)))

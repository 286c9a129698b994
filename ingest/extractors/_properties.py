"""What a file says of itself, under the same few names for every format. Nothing of it is taken for true.

Names: title, subject, author, keywords, comments, company, creator (the program it was written with), producer (the
program that made the file), created, modified, modified_by, printed, language, stated_pages, and what a format adds.
"""

import re
from datetime import datetime

from ingest.extractors.base import clean

LONGEST = 500
_PDF_DATE = re.compile(r"(?:D:)?(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?(?:(Z)|([+-])(\d\d)'?(\d\d)?)?")


def properties(**values: object) -> dict[str, str]:
    """Those that say something, as short clean lines."""
    return {name: line for name, value in values.items() if value is not None and (line := _line(value))}


def pdf_date(value: str) -> str:
    """A date as PDF writes it (ISO 32000 7.9.4) in the form of ISO 8601; as it stands where it is none."""
    found = _PDF_DATE.match(value.strip())
    if not found:
        return value
    year, month, day, hour, minute, second, utc, sign, hours, minutes = found.groups()
    clock = f"T{hour}:{minute}:{second or '00'}" if hour else ""
    zone = "Z" if utc else f"{sign}{hours}:{minutes or '00'}" if sign else ""
    return f"{year}-{month}-{day}{clock}{zone if clock else ''}"


def moment(value: datetime | None) -> str:
    return value.isoformat(timespec="seconds").replace("+00:00", "Z") if value and value.year > 1601 else ""


def _line(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else ""
    return " ".join(clean(str(value)).split())[:LONGEST]

"""Office files are ZIP packages full of timestamps; here they lose them."""

import re
from datetime import date
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_INSTANT = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
_FIXED = (2000, 1, 1, 0, 0, 0)


def without_timestamps(package: bytes, day: date) -> bytes:
    """The same package with fixed member dates, and `day` as the day on which it was made and saved."""
    instant = f"{day.isoformat()}T01:30:00Z".encode()
    packed = BytesIO()
    with ZipFile(BytesIO(package)) as source, ZipFile(packed, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "docProps/core.xml":
                data = _INSTANT.sub(instant, data)
            target.writestr(ZipInfo(name, _FIXED), data, ZIP_DEFLATED)
    return packed.getvalue()

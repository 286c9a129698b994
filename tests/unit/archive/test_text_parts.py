"""Pages of any length go into records that MongoDB takes, and come back as they were."""

import pytest
from bson import encode
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import text_parts
from archive.text_parts import PART_CHARS, pages_by_version, parts_of

MOST_BYTES = 16 << 20


@given(st.lists(st.integers(0, 25).map(lambda n: "档案" * n)))
@settings(deadline=None)
def test_pages_come_back_as_they_were(pages: list[str]) -> None:
    with pytest.MonkeyPatch.context() as small:
        small.setattr(text_parts, "PART_CHARS", 7)
        parts = parts_of("v", pages)
    assert len({part.row["_id"] for part in parts}) == len(parts)
    rows = sorted((part.row for part in parts), key=lambda row: (row["first_page"], row["piece"]))
    assert pages_by_version(rows) == ({"v": pages} if pages else {})


def test_a_page_of_millions_of_characters_fits_into_records() -> None:
    pages = ["𠀀" * (3 * PART_CHARS + 5), "尾", "𠀀" * (PART_CHARS - 1), "𠀀" * PART_CHARS]
    parts = parts_of("v", pages)
    assert all(len(encode(part.row)) < MOST_BYTES for part in parts)
    assert pages_by_version(part.row for part in parts) == {"v": pages}

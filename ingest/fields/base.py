"""Pages made ready for looking for values, and a value that was found with its place.

Spaces are dropped, because layouts put them between the characters of a word; line ends stay, because they end values.
Every place in the dense text leads back to the page as it was read.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from archive.chinese import fold

LABELLED, LIKELY, DOUBTFUL = 0.9, 0.75, 0.5
DAY = r"(?P<{0}>(?:19|20)\d\d)[年./-]\n?(?P<{0}m>\d{{1,2}})[月./-]\n?(?P<{0}d>\d{{1,2}})日?"
_DENSE = re.compile(r"[\S\n]+")


@dataclass(frozen=True, slots=True)
class Found:
    """`value` is canonical; start and end are characters of the page's own text."""

    key: str
    value: str
    page: int
    start: int
    end: int
    quote: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page. `dense` is comparable and without spaces. `begins` are the places in it before which spaces were dropped,
    `dropped` how many characters until there."""

    number: int
    text: str
    dense: str
    begins: Sequence[int]
    dropped: Sequence[int]

    def at(self, place: int) -> int:
        """Where a character of the dense text stands in `text`."""
        return place + self.dropped[bisect_right(self.begins, place) - 1]

    def found(self, key: str, value: str, start: int, end: int, confidence: float) -> Found:
        """A value that stands between two places of the dense text."""
        first, last = self.at(start), self.at(max(end - 1, start)) + 1
        return Found(key, value, self.number, first, last, self.text[first:last][:300], confidence)

    def original(self, start: int, end: int) -> str:
        """The characters as written, without spaces and line ends."""
        return "".join(self.text[self.at(start):self.at(max(end - 1, start)) + 1].split()) if end > start else ""


def sheets_of(pages: Sequence[str]) -> list[Sheet]:
    return [_sheet(number, text) for number, text in enumerate(pages, 1)]


def _sheet(number: int, text: str) -> Sheet:
    parts, begins, dropped, length = list[str](), list[int](), list[int](), 0
    for part in _DENSE.finditer(fold(text)):
        parts.append(part[0])
        begins.append(length)
        dropped.append(part.start() - length)
        length += len(part[0])
    return Sheet(number, text, "".join(parts), begins, dropped)


def matches(pattern: re.Pattern[str], sheets: Iterable[Sheet]) -> Iterator[tuple[Sheet, re.Match[str]]]:
    for sheet in sheets:
        for match in pattern.finditer(sheet.dense):
            yield sheet, match


def broken(word: str) -> str:
    """A pattern for a word that a line end may cut."""
    return r"\n?".join(map(re.escape, word))


def any_of(*words: str) -> str:
    return "(?:" + "|".join(broken(word) for word in sorted(words, key=len, reverse=True)) + ")"


def day_in(match: re.Match[str], name: str) -> str:
    """The day of `DAY.format(name)`, as an ISO date; "" where there is no such day."""
    try:
        return date(*(int(match[part]) for part in (name, f"{name}m", f"{name}d"))).isoformat()
    except (ValueError, TypeError):
        return ""


def best(found: Iterable[Found]) -> list[Found]:
    """One value of each key: the surest, the first of them; where papers disagree with themselves nothing is sure."""
    kept: dict[str, Found] = {}
    for value in found:
        known = kept.get(value.key)
        if known is None or value.confidence > known.confidence:
            kept[value.key] = value
        elif value.value != known.value and value.confidence == known.confidence:
            kept[value.key] = Found(known.key, known.value, known.page, known.start, known.end, known.quote,
                                    min(known.confidence, DOUBTFUL))
    return list(kept.values())

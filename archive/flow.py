"""The continuous text of a paged document, for matching: a phrase cut by a page break is whole again.

Between two pages stand page numbers and running titles; they are left out of the join. A running title stays where it
first (at the foot: last) occurs, so no words of the document are lost. Knows nothing of formats or of search.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_EDGE = 3     # lines at the head and at the foot of a page that may be running lines
_LONGEST = 80   # characters of a running title

_NUMBER = r"[0-9０-９]{1,5}|[一二三四五六七八九十百零〇]{1,6}|[ivxlcIVXLC]{1,6}"
_PAGE_NUMBER = (
    rf"(?:第(?:{_NUMBER})页(?:[,，/／|·-]?[(（]?共(?:{_NUMBER})页[)）]?)?"
    rf"|共(?:{_NUMBER})页[,，/／]?第(?:{_NUMBER})页"
    rf"|[-—–－─·•~～]+(?:{_NUMBER})[-—–－─·•~～]+"
    r"|[0-9]{1,5}[/／][0-9]{1,5}"
    r"|(?i:page|p\.?)[0-9]{1,5}(?:(?i:of|/)[0-9]{1,5})?"
    rf"|(?:{_NUMBER})/(?:{_NUMBER})页)")
_NUMBER_LINE = re.compile(_PAGE_NUMBER)
_TITLE_WITH_NUMBER = re.compile(rf"(?P<before>{_PAGE_NUMBER})?(?P<title>\D.+?)(?P<after>{_PAGE_NUMBER})?")
_BARE = re.compile(r"[0-9０-９]{1,5}")
_TITLE_WITH_BARE = re.compile(r"\s*(?:(?P<left>[0-9]{1,4})\s+)?(?P<title>\S.{4,}?)(?:\s+(?P<right>[0-9]{1,4}))?\s*")


@dataclass(frozen=True, slots=True)
class Flow:
    """The text, and where in it each page starts: `starts[n]` is the offset of page n + 1."""

    text: str
    starts: tuple[int, ...]

    def page_at(self, offset: int) -> int:
        """The page, counted from 1, on which the character at `offset` stands."""
        return max(bisect_right(self.starts, offset), 1)


def flow_text(pages: Sequence[str]) -> Flow:
    """Join pages to one text. Lines inside a page are kept as they are; pages are parted by a newline."""
    if len(pages) == 1:    # nothing runs through it
        return Flow(pages[0].strip("\n"), (0,))
    sheets = [page.split("\n") for page in pages]
    heads, feet = _Edge(sheets, foot=False), _Edge(sheets, foot=True)
    parts: list[str] = []
    starts: list[int] = []
    at = 0
    for n, lines in enumerate(sheets):
        starts.append(at)
        first = heads.running(n) if n > 0 else 0
        last = len(lines) - (feet.running(n) if n < len(sheets) - 1 else 0)
        if text := "\n".join(lines[first:last]).strip("\n"):
            parts.append(text)
            at += len(text) + 1
    return Flow("\n".join(parts), tuple(starts))


class _Edge:
    """The outermost lines of all pages on one side, and which of them run through the document."""

    def __init__(self, sheets: Sequence[Sequence[str]], *, foot: bool) -> None:
        self._step = 1 if foot else -1     # towards the neighbour that keeps a running title when this page drops it
        self._lines = [_outermost(lines, n, foot) for n, lines in enumerate(sheets)]
        keys = [[key for _, key in edge] for edge in self._lines]
        self._keys = [set(edge) for edge in keys]
        self._count = Counter(key for edge in self._keys for key in edge)
        self._needed = min(3, len(sheets))
        self._offset = _number_offset(keys)

    def running(self, n: int) -> int:
        """How many lines at the edge of page n are running lines, blank ones before and between them included."""
        dropped = 0
        for depth, key in self._lines[n]:
            if not (_NUMBER_LINE.fullmatch(key) or self._is_number(n, key) or self._repeats(n, key)):
                break
            dropped = depth
        return dropped

    def _is_number(self, n: int, key: str) -> bool:
        return self._offset is not None and bool(_BARE.fullmatch(key)) and int(key) - n == self._offset

    def _repeats(self, n: int, key: str) -> bool:
        """A title repeats on the page beside this one, or beyond it where left and right pages differ."""
        beside = [m for m in (n + self._step, n + 2 * self._step) if 0 <= m < len(self._keys)]
        return (len(key) <= _LONGEST and not _BARE.fullmatch(key) and self._count[key] >= self._needed
                and any(key in self._keys[m] for m in beside))


def _outermost(lines: Sequence[str], n: int, foot: bool) -> list[tuple[int, str]]:
    """Up to three lines that are not blank, from the edge inwards: depth counted from the edge, and what they say.

    No line is at both edges: the copy of a title that one edge keeps must not be dropped by the other.
    """
    filled = sum(bool(line.strip()) for line in lines)
    room = min(_EDGE, filled // 2 if foot else filled - filled // 2)
    found: list[tuple[int, str]] = []
    order: Callable[[Sequence[str]], Sequence[str]] = (lambda x: x[::-1]) if foot else (lambda x: x)
    for depth, line in enumerate(order(lines), 1):
        if len(found) == room:
            break
        if key := _key(line, n):
            found.append((depth, key))
    return found


def _key(line: str, n: int) -> str:
    """A line without spaces, in a form that is the same for a running title on page after page.

    A page number inside the title is dropped; a bare number at its end becomes its distance from the page's position,
    so that only numbers which count the pages make equal keys.
    """
    key = "".join(line.split())
    if not key or _NUMBER_LINE.fullmatch(key):
        return key
    if (match := _TITLE_WITH_NUMBER.fullmatch(key)) and (match["before"] or match["after"]):
        return match["title"]
    if len(line) <= 2 * _LONGEST and (match := _TITLE_WITH_BARE.fullmatch(line)) and (match["left"] or match["right"]):
        number = int(match["left"] or match["right"])
        return f"{''.join(match['title'].split())} +{number - n}"
    return key


def _number_offset(keys: Sequence[Sequence[str]]) -> int | None:
    """What bare numbers at this edge exceed the page's position by, where that is the same on most pages."""
    offsets = Counter(int(key) - n for n, edge in enumerate(keys) for key in edge[:1] if _BARE.fullmatch(key))
    if not offsets:
        return None
    offset, count = offsets.most_common(1)[0]
    return offset if count >= 2 and 2 * count >= len(keys) - 1 else None

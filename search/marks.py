"""Where a text holds what was asked for, and how that is shown: hits, snippets, marked titles, as safe HTML.

Patterns run over the text as it is: instead of folding every text, each character of a term becomes the class of all
characters that fold to it, and white space may stand between any two. So offsets are the text's own.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from html import escape

from archive.chinese import fold
from search.grams import REPLACEMENT

SNIPPET_LENGTH = 120
# Beyond this many hits of one term only the pages are collected; the best cluster is among the first.
HITS_LOOKED_AT = 500
_UNSHOWABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_BLANK = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Span:
    """A hit: offsets into the text, and which of the terms it is."""

    start: int
    end: int
    term: int


@lru_cache(maxsize=1024)
def pattern(term: str) -> re.Pattern[str]:
    """Finds a squashed term in text that is neither folded nor squashed."""
    return re.compile(_blank().join(_forms_of(char) for char in term))


def find(text: str, terms: Sequence[str]) -> list[Span]:
    """The hits of every term in order of place, at most HITS_LOOKED_AT a term; those of one term do not overlap."""
    spans: list[Span] = []
    for number, term in enumerate(terms):
        for count, match in enumerate(pattern(term).finditer(text), start=1):
            spans.append(Span(match.start(), match.end(), number))
            if count == HITS_LOOKED_AT:
                break
    return sorted(spans, key=lambda span: (span.start, span.end))


def pages_with(text: str, starts: Sequence[int], terms: Sequence[str]) -> tuple[int, ...]:
    """The pages (from 1) on which a hit begins. After the first hit of a term on a page it goes on to the next page."""
    pages: set[int] = set()
    for term in terms:
        position, search = 0, pattern(term).search
        while match := search(text, position):
            page = page_at(starts, match.start())
            pages.add(page)
            if page >= len(starts):
                break
            position = starts[page]
    return tuple(sorted(pages))


def page_at(starts: Sequence[int], offset: int) -> int:
    """The page (from 1) that holds the character at `offset`; `starts` are the pages' first offsets (Flow.starts)."""
    return max(bisect_right(starts, offset), 1)


def best_cluster(spans: Sequence[Span], width: int = SNIPPET_LENGTH) -> Sequence[Span]:
    """The hits of one stretch of `width` characters: most different terms first, then most hits, then the earliest."""
    best: Sequence[Span] = spans[:1]
    best_score = (0, 0)
    last = 0
    for first, span in enumerate(spans):
        last = max(last, first + 1)
        while last < len(spans) and spans[last].end <= span.start + width:
            last += 1
        score = (len({hit.term for hit in spans[first:last]}), last - first)
        if score > best_score:
            best, best_score = spans[first:last], score
    return best


def snippet(text: str, cluster: Sequence[Span], length: int = SNIPPET_LENGTH) -> str:
    """About `length` characters round the hits as HTML: escaped, hits in `<mark>`, white space collapsed."""
    if not cluster:
        return ""
    first, last = cluster[0].start, max(span.end for span in cluster)
    last = min(last, first + 2 * length)  # a hit spread over empty lines is not shown to its end
    room = max(length - (last - first), 0)
    start = max(min(first - room // 2, len(text) - length), 0)
    end = min(max(start + length, last), len(text))
    html = marked(text[start:end], ((span.start - start, span.end - start) for span in cluster))
    html = _BLANK.sub(" ", html).strip()
    return f"{'…' if start > 0 else ''}{html}{'…' if end < len(text) else ''}"


def marked(text: str, ranges: Iterable[tuple[int, int]]) -> str:
    """The whole text as HTML with these ranges (in order of their starts, overlaps allowed) marked."""
    parts: list[str] = []
    position = 0
    for start, end in _merged(ranges, len(text)):
        parts += (_safe(text[position:start]), "<mark>", _safe(text[start:end]), "</mark>")
        position = end
    parts.append(_safe(text[position:]))
    return "".join(parts)


def _merged(ranges: Iterable[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in ranges:
        end = min(end, length)
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif start < end:
            merged.append((start, end))
    return merged


def _safe(text: str) -> str:
    """Escaped for HTML, and free of what neither JSON nor a page can carry."""
    return escape(_LONE_SURROGATE.sub(REPLACEMENT, _UNSHOWABLE.sub(" ", text)))


def _forms_of(char: str) -> str:
    forms = _forms().get(char, char)
    return re.escape(forms) if len(forms) == 1 else f"[{re.escape(forms)}]"


@cache
def _blank() -> str:
    """What squashing drops: white space, and what folds to it. Possessive, so no text makes it backtrack."""
    folded = [form for char, forms in _forms().items() if char.isspace() for form in forms if not form.isspace()]
    return rf"[\s{re.escape(''.join(folded))}]*+" if folded else r"\s*+"


@cache
def _forms() -> dict[str, str]:
    """From a folded character to every character that folds to it, where there is more than one or another."""
    originals = "".join(map(chr, range(0x10000)))
    forms: dict[str, str] = {}
    for original, folded in zip(originals, fold(originals), strict=True):
        if folded != original:
            forms[folded] = forms.get(folded, folded if fold(folded) == folded else "") + original
    # A lone surrogate is indexed as U+FFFD (search/grams.py).
    forms[REPLACEMENT] = REPLACEMENT + "".join(map(chr, range(0xD800, 0xE000)))
    return forms

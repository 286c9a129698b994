"""The query language: words are ANDed, `"…"` is an exact phrase, `-` before either excludes.

Full-width signs count as well (`“…”`, `「…」`, `『…』`, `－`). Words and phrases mean the same, a piece of text to be
found with white space and character forms ignored; only a phrase can hold white space. Pure; knows no engine.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from search.errors import QueryTooLong
from search.grams import searchable

MAX_LENGTH = 1000
_MINUS = "-－﹣−"
_PIECE = re.compile(
    rf"""
    (?P<minus> (?<![^\s"＂”」』]) [{_MINUS}] )?     # only where a word begins: GB/T 22239-2019 excludes nothing
    (?: ["＂] (?P<straight> [^"＂]* ) ["＂]?        # a phrase left open runs to the end
      | “ (?P<curly> [^”]* ) ”?
      | 「 (?P<corner> [^」]* ) 」?
      | 『 (?P<double> [^』]* ) 』?
      | (?P<word> [^\s"＂“”「」『』]+ )
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Query:
    """What to find, as squashed text (archive.chinese): every word and phrase, and none of the excluded."""

    terms: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    @property
    def required(self) -> tuple[str, ...]:
        """Everything that must be in a document, each once."""
        return tuple(dict.fromkeys(self.terms + self.phrases))

    @property
    def is_empty(self) -> bool:
        return not (self.terms or self.phrases or self.excluded)

    def matches(self, *values: str) -> bool:
        """The definition every engine must agree with, for the text, title and filename of one document."""
        squashed = [searchable(value) for value in values]
        return all(any(term in value for value in squashed) for term in self.required) and not any(
            term in value for value in squashed for term in self.excluded
        )


def parse(text: str) -> Query:
    """Any string is a query. Raises only QueryTooLong, above MAX_LENGTH characters."""
    text = text.strip()
    if len(text) > MAX_LENGTH:
        raise QueryTooLong(length=len(text), limit=MAX_LENGTH)
    terms: list[str] = []
    phrases: list[str] = []
    excluded: list[str] = []
    for piece in _PIECE.finditer(text):
        word = piece["word"]
        if word is not None and not word.strip(_MINUS):
            continue  # a dash standing alone, as in a pasted title
        content = word if word is not None else _quoted(piece)
        (excluded if piece["minus"] else phrases if word is None else terms).append(searchable(content))
    return Query(_distinct(terms), _distinct(phrases), _distinct(excluded))


def _quoted(piece: re.Match[str]) -> str:
    return piece["straight"] or piece["curly"] or piece["corner"] or piece["double"] or ""


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))

"""Which document type a file seems to be, from its name and first pages, with the reasons in words.

Three zones are read: the file name (3 points), the heading or the first 300 characters (2), the first three pages (1).
In name and heading a type's longest keyword counts; where keywords of two types overlap the longer one wins, and where
they stand apart the last one does, because a Chinese title ends in its head noun. Words that lie in the project's own
name ("数字档案馆建设项目") do not count as long as anything else matches. A word of `not` in name or heading rules a type
out. Accepted from 4 points with 2 points' lead; anything less waits for the archivist with the best three.

Owns the scoring. Must not know what a type is for, nor any metadata but the heading.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import NamedTuple

from archive import taxonomy
from archive.chinese import fold
from archive.taxonomy import OTHER, Alternative, DocumentType
from ingest.metadata import clean_stem, title_block

NAME, HEAD, BODY = 3, 2, 1
ACCEPT_SCORE, ACCEPT_MARGIN = 4, 2
HEAD_CHARS, BODY_PAGES, PAGE_CHARS, ZONE_CHARS = 300, 3, 3000, 200
SHOWN = 3

_DROPPED = re.compile(r"[\s_\-—–()\[\]{}【】《》〈〉“”\"'‘’·~]+")
_SEGMENT = re.compile(r"[^\s_\-—–()\[\]{}【】《》〈〉“”\"'‘’·~]+")
_CLAUSE = re.compile(r"[。；;:，,!?]|\n\s*\n")
# A project's name runs up to the last of these; 运维服务项目 stays, it says what kind of papers follow.
_PROJECT = re.compile(r"^(?P<name>.{4,}?)(?P<kind>(?:运维|运行维护|维保)(?:服务)?(?:项目|工程)|"
                      r"(?:.*(?:项目|工程(?!师|量|变更|款|暂停|监理)|平台|系统|[一二三四五六七八九]期)))")
_OM_KIND = re.compile(r"(?:运维|运行维护|维保)(?:服务)?项目$")
_JOINED = re.compile(r"[及和与、暨]")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A type with its points (0..6) and why, in Chinese, as shown to the archivist."""

    type: str
    name: str
    score: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recognition:
    """`type` is `other` unless accepted; margin: lead over the next candidate; candidates: the best three."""

    type: str
    accepted: bool
    score: int
    margin: int
    candidates: tuple[Candidate, ...] = ()


class _Way(NamedTuple):
    """One alternative of one type, its words in comparable form."""

    kind: DocumentType
    words: tuple[str, ...]
    text: tuple[str, ...]


class _Hit(NamedTuple):
    """The best match of a type in a zone; start and end span all its words."""

    way: _Way
    start: int
    end: int
    rank: tuple[int, int, int]


@dataclass(slots=True)
class _Zone:
    """A name or heading in comparable form. project: which characters are the project's own name; cuts: where
    separators stood."""

    text: str
    project: list[bool] = field(default_factory=list)
    cuts: set[int] = field(default_factory=set)

    def finds(self, word: str) -> Iterator[int]:
        at = self.text.rfind(word)
        while at >= 0:
            yield at
            at = self.text.rfind(word, 0, at + len(word) - 1)

    def touches_core(self, at: int, word: str) -> bool:
        return not all(self.project[at:at + len(word)])


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """The taxonomy's keywords, ready for matching. Positive words and negatives are in comparable form."""

    ways: tuple[_Way, ...]
    words: tuple[str, ...]
    negatives: dict[str, tuple[str, ...]]

    def present(self, text: str) -> frozenset[str]:
        return frozenset(word for word in self.words if word in text)


def recognise(filename: str, pages: Sequence[str], headings: Sequence[str] = ()) -> Recognition:
    """The type a file seems to be. Pure; never raises for what is in the file."""
    lexicon = _lexicon()
    body = _squeeze("\n".join(page[:PAGE_CHARS] for page in pages[:BODY_PAGES]))
    known = lexicon.present(body)
    name = _hits(_zone(clean_stem(filename)), lexicon, known)
    head, where = _head(pages[0] if pages else "", headings, lexicon, known)
    scores: dict[str, Candidate] = {}
    for hits, points, label in ((name, NAME, "文件名含"), (head, HEAD, where)):
        for hit in hits.standing:
            _add(scores, hit.way, points, label)
    for way in lexicon.ways:
        if known.issuperset(way.words) and way.kind.key not in scores:
            _add(scores, way, 0, "")
    return _decide(scores, lexicon, body, known, name.vetoed | head.vetoed)


@dataclass(frozen=True, slots=True)
class _Hits:
    standing: tuple[_Hit, ...] = ()
    vetoed: frozenset[str] = frozenset()

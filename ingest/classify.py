"""Which document type a file seems to be, from its name and first pages, with the reasons in words.

Three zones are read: the file name (3 points), the heading or else the first 300 characters (2), the first three pages
(1). In name and heading a type's longest keyword counts; where keywords of two types overlap the longer one wins, and
where they stand apart the later one does, because a Chinese title ends in its head noun. Words inside the project's own
name ("数字档案馆建设项目") do not count as long as anything else matches. A word of `not` in name or heading rules its
type out. Accepted from 4 points with a lead of 2; anything less waits for the archivist with the best three.
Where there is no text at all, a name that ends in a type's words is worth the fourth point (`alone.py`): once the text is
known (after OCR), everything is decided anew.

Owns the scoring. Must not know what a type is for.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from operator import itemgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from archive import taxonomy
from archive.chinese import fold
from archive.taxonomy import OTHER, DocumentType
from ingest.alone import names_it
from ingest.metadata import clean_stem, title_block

REVISION = 2   # of these rules and those of `metadata`: counted up where they would say something else of the same text
NAME, HEAD, BODY = 3, 2, 1
ALONE = 1  # for a name that ends in a type's words, where there is no text that could speak for or against it
ACCEPT_SCORE, ACCEPT_MARGIN = 4, 2
HEAD_CHARS, BODY_PAGES, PAGE_CHARS, ZONE_CHARS = 300, 3, 3000, 200
SHOWN = 3
PLACES = 1 << 16  # for pairs of characters: many more than a text has
ALONE_LABEL = "没有可读的文字，文件名"

_SEPARATORS = r"\s_\-—–()\[\]{}【】《》〈〉“”\"'‘’·~"
_DROPPED = re.compile(f"[{_SEPARATORS}]+")
_SEGMENT = re.compile(f"[^{_SEPARATORS}]+")
_CLAUSE = re.compile(r"[。;:,!?]|\n\s*\n")
# A project's name runs up to the last of these words in its part of the file name.
_PROJECT = re.compile(r".{4,}(?:项目|工程(?!师|量|变更|款|暂停|监理)|平台|系统|[一二三四五六七八九]期)")
# This end of it is kept: it tells what kind of papers the project has.
_OM_PROJECT = re.compile(r"(?:运维|运行维护|维保)(?:服务)?项目$")
# Written with another character of the same meaning, which no table of simplified characters joins.
_VARIANTS = (("批覆", "批复"), ("函覆", "函复"), ("答覆", "答复"), ("审覈", "审核"))
_BOTH = re.compile(r"[及和与、暨]")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A type with its points (0..6) and why, in Chinese, as shown to the archivist. Not `sure`: the reasons hold a doubt."""

    type: str
    name: str
    score: int
    reasons: tuple[str, ...]
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Recognition:
    """`type` is `other` unless accepted; margin: lead over the next candidate; candidates: the best three;
    vetoed: types that a word of the name or heading rules out."""

    type: str
    accepted: bool
    score: int
    margin: int
    candidates: tuple[Candidate, ...] = ()
    vetoed: frozenset[str] = frozenset()


class _Way(NamedTuple):
    """One alternative of one type, its words in comparable form."""

    kind: DocumentType
    words: tuple[str, ...]
    text: tuple[str, ...]


Evidence = tuple[int, str, _Way]
"""Points, where they come from, and the words they are for."""


class _Hit(NamedTuple):
    """How a type matches a zone. `rank`: length of the keyword, compactness, words found in the text besides."""

    way: _Way
    start: int
    end: int
    rank: tuple[int, int, int]


class _Zone(NamedTuple):
    """A name or heading in comparable form; core: the positions outside the project's name; cuts: where separators
    stood."""

    text: str
    core: frozenset[int]
    cuts: frozenset[int] = frozenset()


class _Found(NamedTuple):
    """What a zone says: the types that stand, those ruled out, and how the zone is called in a reason."""

    hits: tuple[_Hit, ...] = ()
    vetoed: frozenset[str] = frozenset()
    label: str = ""
    zone: _Zone = _Zone("", frozenset())

    def words_of(self, hit: _Hit) -> str:
        return self.zone.text[hit.start:hit.end]

    def rest_after(self, at: int) -> str:
        """What follows a place in the zone, up to the next separator."""
        text = self.zone.text
        return text[at:min((cut for cut in self.zone.cuts if cut >= at), default=len(text))]


class _Lexicon(NamedTuple):
    """The taxonomy's words, ready for matching. places: of the pairs of all words, one word after the other, each from its
    place in `starts` on; ways: by their first word, each with its place in the order in which they are tried."""

    ways: Mapping[str, Sequence[tuple[int, _Way]]]
    words: Sequence[str]
    places: NDArray[np.uint32]
    starts: NDArray[np.intp]

    def ways_of(self, present: frozenset[str]) -> Iterator[_Way]:
        """Those all of whose words are present, the longest first."""
        begun = [placed for word in present for placed in self.ways.get(word, ())]
        return (way for _, way in sorted(begun, key=itemgetter(0)) if present.issuperset(way.words))

    def present(self, text: str) -> frozenset[str]:
        """The words that occur. A word of which a pair of neighbours does not need not be looked for: thousands of scans
        take long."""
        there = np.zeros(PLACES, np.bool_)
        there[_pairs(text)] = True
        likely = np.flatnonzero(np.logical_and.reduceat(there[self.places], self.starts))
        return frozenset(word for at in likely.tolist() if (word := self.words[at]) in text)


def recognise(filename: str, pages: Sequence[str], headings: Sequence[str] = ()) -> Recognition:
    """The type a file seems to be. Never raises for what is in the file."""
    lexicon = _lexicon()
    known = lexicon.present(_squeeze(_fold("\n".join(page[:PAGE_CHARS] for page in pages[:BODY_PAGES]))))
    name = _read(_zone(clean_stem(filename)), known)
    head = _head(pages[0] if pages else "", headings, known)
    evidence: dict[str, list[Evidence]] = defaultdict(list)
    for points, label, found in ((NAME, "文件名", name), (HEAD, head.label, head)):
        for hit in found.hits:
            evidence[hit.way.kind.key].append((points, label, hit.way))
    for way in lexicon.ways_of(known):
        if not any(e[0] == BODY for e in evidence[way.kind.key]):
            evidence[way.kind.key].append((BODY, "前3页", way))
    for key in name.vetoed | head.vetoed:
        evidence.pop(key, None)
    if not any(page.strip() for page in pages):
        answer = _decide(_named(evidence, name), lexicon.present(name.zone.text), "文件名")
    else:
        answer = _decide(evidence, known, "前3页")
    return replace(answer, vetoed=name.vetoed | head.vetoed)


def _named(evidence: Mapping[str, Sequence[Evidence]], name: _Found) -> dict[str, list[Evidence]]:
    """The evidence with a further point for the types in which the name, or a part of it, ends."""
    at_end = {hit.way.kind.key for hit in name.hits if names_it(name.words_of(hit), name.rest_after(hit.end))}
    return {key: [*found, (ALONE, ALONE_LABEL, found[0][2])] if key in at_end else list(found)
            for key, found in evidence.items()}


def _decide(evidence: dict[str, list[Evidence]], known: frozenset[str], place: str) -> Recognition:
    """`known`: the words that were found in `place`, of those a type may not do without."""
    scores = {key: sum(points for points, _, _ in found) for key, found in evidence.items() if found}
    order = {kind.key: n for n, kind in enumerate(taxonomy.load().types)}
    best = sorted(scores, key=lambda key: (-scores[key], -_longest(evidence[key]), order[key]))[:SHOWN]
    if not best:
        return Recognition(OTHER, False, 0, 0)
    doubts = {key: _doubts(evidence[key], known, place) for key in best}
    candidates = tuple(
        Candidate(key, taxonomy.load().get(key).name, scores[key], (*_reasons(evidence[key]), *doubts[key]),
                  sure=not doubts[key])
        for key in best)
    score = candidates[0].score
    margin = score - (candidates[1].score if len(candidates) > 1 else 0)
    accepted = score >= ACCEPT_SCORE and margin >= ACCEPT_MARGIN and not doubts[best[0]]
    return Recognition(best[0] if accepted else OTHER, accepted, score, margin, candidates)


def _longest(found: Iterable[Evidence]) -> int:
    return max(sum(map(len, way.words)) for _, _, way in found)


def _reasons(found: Iterable[Evidence]) -> tuple[str, ...]:
    return tuple(f"{label}{'以' if label == ALONE_LABEL else '含'}{_quoted(way.words)}"
                 f"{'结尾' if label == ALONE_LABEL else ''}(+{points})" for points, label, way in found)


def _doubts(found: Sequence[Evidence], known: frozenset[str], place: str) -> tuple[str, ...]:
    """Why a person has to confirm the type although the words fit."""
    kind, doubts = found[0][2].kind, []
    wanted = (word for points, _, way in found if points != BODY for word in way.text)
    if missing := tuple(dict.fromkeys(word for word in wanted if word not in known)):
        doubts.append(f"{place}未见{_quoted(missing)}，请人工确认")
    if kind.issuer and not any(_comparable(word) in known for word in kind.issuer):
        doubts.append(f"{place}未见发文机关“{kind.issuer[0]}”，请人工确认")
    return tuple(doubts)


def _quoted(words: Iterable[str]) -> str:
    return "".join(f"“{word}”" for word in words)


def _head(page: str, headings: Sequence[str], known: frozenset[str]) -> _Found:
    """The first heading that names a type, else the title lines, else the clauses of the first 300 characters."""
    vetoed: frozenset[str] = frozenset()
    for label, title in (*(("标题", heading) for heading in headings[:2]), ("标题", title_block(page))):
        found = _read(_zone(title), known)
        vetoed |= found.vetoed
        if found.hits:
            return _Found(found.hits, vetoed, label)
    hits: dict[str, _Hit] = {}
    for clause in _CLAUSE.split(_fold(page[:HEAD_CHARS])):
        for hit in _read(_plain(clause), known).hits:
            hits.setdefault(hit.way.kind.key, hit)
    return _Found(tuple(hits.values()), vetoed, "前300字")


def _read(zone: _Zone, known: frozenset[str]) -> _Found:
    """The types a name or heading speaks of. Words in the project's name count where nothing else does."""
    hits = _matches(zone, known)
    if not hits and len(zone.core) < len(zone.text):
        zone = zone._replace(core=frozenset(range(len(zone.text))))
        hits = _matches(zone, known)
    core = "".join(c if at in zone.core else "\n" for at, c in enumerate(zone.text))
    vetoed = frozenset(hit.way.kind.key for hit in hits if any(word in core for word in hit.way.kind.negatives))
    rest = [hit for hit in hits if hit.way.kind.key not in vetoed]
    standing = tuple(hit for hit in rest if not any(_shadows(zone, other, hit) for other in rest))
    return _Found(standing, vetoed, zone=zone)


def _matches(zone: _Zone, known: frozenset[str]) -> list[_Hit]:
    """The best match of each type."""
    if not zone.text:
        return []
    present = _lexicon().present(zone.text)
    best: dict[str, _Hit] = {}
    for way in _lexicon().ways_of(present):
        if hit := _match(zone, way, known):
            key = way.kind.key
            if key not in best or hit.rank > best[key].rank:
                best[key] = hit
    return list(best.values())


def _match(zone: _Zone, way: _Way, known: frozenset[str]) -> _Hit | None:
    """The last place of every word that is not wholly inside the project's name; None where one has no such place."""
    start, end = len(zone.text), 0
    for word in way.words:
        at = zone.text.rfind(word)
        while at >= 0 and zone.core.isdisjoint(range(at, at + len(word))):
            at = zone.text.rfind(word, 0, at + len(word) - 1)
        if at < 0:
            return None
        start, end = min(start, at), max(end, at + len(word))
    beside = (sum(map(len, way.text)) if known.issuperset(way.text) else -1) if way.text else 0
    return _Hit(way, start, end, (sum(map(len, way.words)), start - end, beside))


def _shadows(zone: _Zone, winner: _Hit, loser: _Hit) -> bool:
    if winner.start < loser.end and loser.start < winner.end:
        return winner.rank > loser.rank
    apart = winner.start >= loser.end
    return apart and not _BOTH.search(zone.text, loser.end, winner.start) and not any(
        loser.end <= cut <= winner.start for cut in zone.cuts)


def _zone(text: str) -> _Zone:
    """A name or heading, with the project's name told apart in each of its segments."""
    joined, core, cuts = "", set[int](), set[int]()
    for segment in _SEGMENT.findall(_fold(text[:ZONE_CHARS])):
        cuts.add(len(joined))
        skip = project.end() if (project := _PROJECT.match(segment)) else 0
        if project and (kind := _OM_PROJECT.search(segment, 0, skip)):
            skip = kind.start()
        core.update(range(len(joined) + skip, len(joined) + len(segment)))
        joined += segment
    return _Zone(joined, frozenset(core), frozenset(cuts))


def _plain(folded: str) -> _Zone:
    text = _squeeze(folded)
    return _Zone(text, frozenset(range(len(text))))


def _fold(text: str) -> str:
    folded = fold(text)
    for variant, usual in _VARIANTS:
        folded = folded.replace(variant, usual)
    return folded


def _squeeze(folded: str) -> str:
    return _DROPPED.sub("", folded)


@cache
def _lexicon() -> _Lexicon:
    """Built on first use from the taxonomy. Longer alternatives first, so that the first hit of a type is its best."""
    ways = [_Way(kind, tuple(map(_comparable, way.words)), tuple(map(_comparable, way.text)))
            for kind in taxonomy.load().types for way in kind.keywords]
    ways.sort(key=lambda way: -sum(map(len, way.words)))
    words = {word for way in ways for word in (*way.words, *way.text)}
    for kind in taxonomy.load().types:
        words.update(map(_comparable, kind.issuer))
    matched = sorted(word for word in words if len(word) > 1)
    places = [_pairs(word) for word in matched]
    by_first: dict[str, list[tuple[int, _Way]]] = defaultdict(list)
    for place, way in enumerate(ways):
        by_first[way.words[0]].append((place, way))
    starts = np.cumsum([0, *map(len, places[:-1])])
    return _Lexicon(by_first, matched, np.concatenate(places), starts)


def _pairs(text: str) -> NDArray[np.uint32]:
    """A place for each pair of neighbours; different pairs may share one."""
    codes: NDArray[np.uint32] = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    return (codes[:-1] * np.uint32(0x9E37_79B1) + codes[1:]) % np.uint32(PLACES)


def _comparable(word: str) -> str:
    return _squeeze(_fold(word))

"""Which document type a file seems to be, from its name and first pages, with the reasons in words.

Three zones are read: the file name (3 points), the heading or else the first 300 characters (2), the first three pages
(1). In name and heading a type's longest keyword counts; where keywords of two types overlap the longer one wins, and
where they stand apart the later one does, because a Chinese title ends in its head noun. Words inside the project's own
name ("数字档案馆建设项目") do not count as long as anything else matches. A word of `not` in name or heading rules its
type out. Accepted from 4 points with a lead of 2; anything less waits for the archivist with the best three.

Owns the scoring. Must not know what a type is for.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from operator import add
from typing import NamedTuple

from archive import taxonomy
from archive.chinese import fold
from archive.taxonomy import OTHER, DocumentType
from ingest.metadata import clean_stem, title_block

NAME, HEAD, BODY = 3, 2, 1
ACCEPT_SCORE, ACCEPT_MARGIN = 4, 2
HEAD_CHARS, BODY_PAGES, PAGE_CHARS, ZONE_CHARS = 300, 3, 3000, 200
SHOWN = 3

_SEPARATORS = r"\s_\-—–()\[\]{}【】《》〈〉“”\"'‘’·~"
_DROPPED = re.compile(f"[{_SEPARATORS}]+")
_SEGMENT = re.compile(f"[^{_SEPARATORS}]+")
_CLAUSE = re.compile(r"[。;:,!?]|\n\s*\n")
# A project's name runs up to the last of these words in its part of the file name.
_PROJECT = re.compile(r".{4,}(?:项目|工程(?!师|量|变更|款|暂停|监理)|平台|系统|[一二三四五六七八九]期)")
# This end of it is kept: it tells what kind of papers the project has.
_OM_PROJECT = re.compile(r"(?:运维|运行维护|维保)(?:服务)?项目$")
_BOTH = re.compile(r"[及和与、暨]")


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


class _Lexicon(NamedTuple):
    """The taxonomy's words, ready for matching. words: each with the pairs of neighbours it is made of."""

    ways: tuple[_Way, ...]
    words: tuple[tuple[str, frozenset[str]], ...]

    def present(self, text: str) -> frozenset[str]:
        """The words that occur. Pairs first: a thousand look-ups in a set are five times faster than as many scans."""
        pairs = _pairs(text)
        return frozenset(word for word, made_of in self.words if made_of <= pairs and word in text)


def recognise(filename: str, pages: Sequence[str], headings: Sequence[str] = ()) -> Recognition:
    """The type a file seems to be. Never raises for what is in the file."""
    lexicon = _lexicon()
    known = lexicon.present(_squeeze(fold("\n".join(page[:PAGE_CHARS] for page in pages[:BODY_PAGES]))))
    name = _read(_zone(clean_stem(filename)), known)
    head = _head(pages[0] if pages else "", headings, known)
    evidence: dict[str, list[tuple[int, str, _Way]]] = defaultdict(list)
    for points, label, found in ((NAME, "文件名", name), (HEAD, head.label, head)):
        for hit in found.hits:
            evidence[hit.way.kind.key].append((points, label, hit.way))
    for way in lexicon.ways:
        if known.issuperset(way.words) and not any(e[0] == BODY for e in evidence[way.kind.key]):
            evidence[way.kind.key].append((BODY, "前3页", way))
    for key in name.vetoed | head.vetoed:
        evidence.pop(key, None)
    return _decide(evidence, known)


def _decide(evidence: dict[str, list[tuple[int, str, _Way]]], known: frozenset[str]) -> Recognition:
    scores = {key: sum(points for points, _, _ in found) for key, found in evidence.items() if found}
    order = {kind.key: n for n, kind in enumerate(taxonomy.load().types)}
    best = sorted(scores, key=lambda key: (-scores[key], -_longest(evidence[key]), order[key]))[:SHOWN]
    if not best:
        return Recognition(OTHER, False, 0, 0)
    doubts = {key: _doubts(evidence[key], known) for key in best}
    candidates = tuple(
        Candidate(key, taxonomy.load().get(key).name, scores[key], (*_reasons(evidence[key]), *doubts[key]))
        for key in best)
    score = candidates[0].score
    margin = score - (candidates[1].score if len(candidates) > 1 else 0)
    accepted = score >= ACCEPT_SCORE and margin >= ACCEPT_MARGIN and not doubts[best[0]]
    return Recognition(best[0] if accepted else OTHER, accepted, score, margin, candidates)


def _longest(found: Iterable[tuple[int, str, _Way]]) -> int:
    return max(sum(map(len, way.words)) for _, _, way in found)


def _reasons(found: Iterable[tuple[int, str, _Way]]) -> tuple[str, ...]:
    return tuple(f"{label}含{_quoted(way.words)}(+{points})" for points, label, way in found)


def _doubts(found: Sequence[tuple[int, str, _Way]], known: frozenset[str]) -> tuple[str, ...]:
    """Why a person has to confirm the type although the words fit."""
    kind, doubts = found[0][2].kind, []
    wanted = (word for points, _, way in found if points != BODY for word in way.text)
    if missing := tuple(dict.fromkeys(word for word in wanted if word not in known)):
        doubts.append(f"前3页未见{_quoted(missing)}，请人工确认")
    if kind.issuer and not any(_comparable(word) in known for word in kind.issuer):
        doubts.append(f"前3页未见发文机关“{kind.issuer[0]}”，请人工确认")
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
    for clause in _CLAUSE.split(fold(page[:HEAD_CHARS])):
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
    return _Found(tuple(hit for hit in rest if not any(_shadows(zone, other, hit) for other in rest)), vetoed)


def _matches(zone: _Zone, known: frozenset[str]) -> list[_Hit]:
    """The best match of each type."""
    if not zone.text:
        return []
    present = _lexicon().present(zone.text)
    best: dict[str, _Hit] = {}
    for way in _lexicon().ways:
        if present.issuperset(way.words) and (hit := _match(zone, way, known)):
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
    for segment in _SEGMENT.findall(fold(text[:ZONE_CHARS])):
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
    return _Lexicon(tuple(ways), tuple((word, frozenset(_pairs(word))) for word in sorted(words)))


def _pairs(text: str) -> set[str]:
    return set(map(add, text, text[1:]))


def _comparable(word: str) -> str:
    return _squeeze(fold(word))

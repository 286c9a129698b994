"""What confirmed names teach about the next one: counts that can be shown, and nothing else.

Counted within one unit only: a name's words and how often they stood for a type say something about dossiers, and those
of another unit are nobody's business. Owns which words of a name count; must not know how points are given.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from archive.access import Actor, require, sees_everything
from archive.chinese import fold
from archive.errors import NotFound
from archive.models import TypeEvidence
from archive.permissions import Permission
from archive.transaction import collection

SHORTEST, LONGEST, HEAD_NOUN = 3, 30, 4

_HAN = re.compile(r"[一-鿿]+")
_NOISE = re.compile(
    r"终稿|定稿|盖章版?|签字版?|签章版?|扫描件?|副本|正本|最终版|正式版|复印件|修改[版稿]|送审稿|报批稿|"
    r"第[一二三四五六七八九十]+[期卷次周册份号稿版]|[年月日]")
_PROJECT = re.compile(r".{4,}(?:项目|工程(?!师|量|变更)|平台|系统|[一二三四五六七八九]期)")


@dataclass(frozen=True, slots=True)
class Lesson:
    """Of `total` confirmed names of the unit that hold `word`, `count` stood for `type`."""

    word: str
    type: str
    count: int
    total: int


def name_words(filename: str) -> tuple[str, ...]:
    """The words by which names are compared: each run of Chinese without project, dates and version marks, and its end.

    >>> name_words("0012_临江市智慧水务项目水情简报2024-05（盖章版）.pdf")
    ('水情简报',)
    """
    stem = fold(filename).rpartition(".")[0] or fold(filename)
    runs = (_PROJECT.sub("", run) for run in _HAN.findall(_NOISE.sub(" ", stem)))
    kept = [run for run in runs if SHORTEST <= len(run) <= LONGEST]
    return tuple(dict.fromkeys(word for run in kept for word in (run, run[-HEAD_NOUN:])))


def lessons(unit: str, filename: str) -> list[Lesson]:
    """What this unit's confirmed names say about a name, the longest words first. No access check: for recognition."""
    return lessons_of(unit, [filename]).get(filename, [])


def lessons_of(unit: str, filenames: Sequence[str]) -> dict[str, list[Lesson]]:
    """As `lessons`, of many names at once; those that nothing is known of are left out."""
    words_of = {filename: name_words(filename) for filename in filenames}
    counted = _counted(unit, sorted({word for words in words_of.values() for word in words}))
    found = {filename: [Lesson(word, key, count, sum(counted[word].values()))
                        for word in words if word in counted for key, count in counted[word].items()]
             for filename, words in words_of.items()}
    return {filename: sorted(some, key=lambda lesson: (-len(lesson.word), -lesson.count, lesson.type))
            for filename, some in found.items() if some}


def _counted(unit: str, words: Sequence[str]) -> dict[str, dict[str, int]]:
    """How often each word stood for each type."""
    match = {"unit": unit, "words": {"$in": list(words)}, "aside_by": ""}
    if not unit or not words or collection(TypeEvidence).find_one(match, {"_id": 1}) is None:
        return {}  # as for most names; asking so costs a fraction of counting
    counted: dict[str, dict[str, int]] = defaultdict(dict)
    for row in collection(TypeEvidence).aggregate([
            {"$match": match}, {"$unwind": "$words"},
            {"$match": {"words": {"$in": list(words)}}},
            {"$group": {"_id": {"word": "$words", "type": "$type"}, "count": {"$sum": 1}}}]):
        counted[row["_id"]["word"]][row["_id"]["type"]] = row["count"]
    return counted


def units_taught(actor: Actor) -> Sequence[str] | None:
    """The units whose evidence the actor may look at and put aside; None for all. An assignment to one dossier is not
    enough: the counts rest on all of a unit's dossiers."""
    require(actor, Permission.DOCUMENT_CONFIRM)
    return None if sees_everything(actor) else [actor.unit] if actor.unit else []


def require_unit(actor: Actor, unit: str, word: str) -> None:
    """Raises NotFound where the actor may not look at the unit's evidence, or there is none for the word."""
    units = units_taught(actor)
    known = TypeEvidence.objects(unit=unit, words=word.strip(), aside_by="").first()
    if known is None or (units is not None and unit not in units):
        raise NotFound(what="确认记录", key=word)


def evidence(actor: Actor, *, limit: int = 200, type_key: str = "", word: str = "") -> list[TypeEvidence]:
    """What was confirmed, newest first, of the units the actor may look at."""
    units = units_taught(actor)
    query = {"type": type_key, "words": word} | ({} if units is None else {"unit": {"$in": list(units)}})
    return list(TypeEvidence.objects(__raw__={k: v for k, v in query.items() if v or k == "unit"}).order_by("-at", "id").limit(limit))

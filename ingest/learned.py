"""Recognition joined with what people confirmed before: further points with their counts, never a decision of their own.

One point where at least two earlier names with the same word stood for the type and four of five agree, two from five
names on where nine of ten do. A type that a word of the name rules out is never proposed silently because of earlier
names: it is shown, and a person decides.
"""

from collections.abc import Sequence
from dataclasses import replace

from archive import taxonomy
from archive.learning import Lesson
from archive.taxonomy import OTHER
from ingest.classify import ACCEPT_MARGIN, ACCEPT_SCORE, SHOWN, Candidate, Recognition

FEW, MANY = (2, 0.8, 1), (5, 0.9, 2)
ALONE = 2  # a candidate needs as many points from name and text before earlier names may tip the scales


def points(lesson: Lesson) -> int:
    share = lesson.count / lesson.total
    return next((given for least, agreed, given in (MANY, FEW) if lesson.count >= least and share >= agreed), 0)


def with_lessons(found: Recognition, lessons: Sequence[Lesson]) -> Recognition:
    """The answer with the points of the best lesson for each type."""
    best: dict[str, Lesson] = {}
    for lesson in lessons:
        if lesson.type in taxonomy.load() and lesson.type != OTHER and points(lesson):
            kept = best.get(lesson.type)
            if kept is None or points(lesson) > points(kept):
                best[lesson.type] = lesson
    if not best:
        return found
    known = {candidate.type: candidate for candidate in found.candidates}
    joined = [_joined(known.get(key), best.get(key), vetoed=key in found.vetoed) for key in {**known, **best}]
    return _decided(found, sorted(joined, key=lambda candidate: -candidate.score)[:SHOWN], known)


def _joined(candidate: Candidate | None, lesson: Lesson | None, *, vetoed: bool) -> Candidate:
    if lesson is None:
        assert candidate is not None
        return candidate
    name = taxonomy.load().get(lesson.type).name
    reason = f"此前 {lesson.total} 份名称含“{lesson.word}”的文件中，{lesson.count} 份被确认为“{name}”(+{points(lesson)})"
    if candidate is None:
        doubt = ("但名称或标题含有与该类型相排斥的用词，请人工确认",) if vetoed else ()
        return Candidate(lesson.type, name, points(lesson), (reason, *doubt), sure=False)
    return replace(candidate, score=candidate.score + points(lesson), reasons=(*candidate.reasons, reason))


def _decided(found: Recognition, best: Sequence[Candidate], before: dict[str, Candidate]) -> Recognition:
    first = best[0]
    margin = first.score - (best[1].score if len(best) > 1 else 0)
    own = before[first.type].score if first.type in before else 0
    accepted = first.score >= ACCEPT_SCORE and margin >= ACCEPT_MARGIN and first.sure and own >= ALONE
    return replace(found, type=first.type if accepted else OTHER, accepted=accepted, score=first.score, margin=margin,
                   candidates=tuple(best))

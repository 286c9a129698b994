"""Whether a page bears a state-secret marking (绝密, 机密, 秘密), so that the file can be refused.

A marking stands in the top area, alone on its line or beside copy number, urgency, period or the issuer's red head
(GB/T 9704: 密级★期限). Speech about secrecy is not a marking: 商业秘密, 保守国家秘密法, a quoted “机密★”. Nor is a
list that names the levels, or a column 密级 of a table. Owns the patterns; must not know what becomes of the file.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from archive.chinese import fold

TOP_LINES = 12
RUNNING_LINES = 3  # of a later page: where a level without star and period counts as its running head
COVER_CHARS = 800  # a first page of no more is a cover: a label may stand anywhere on it

_STAR = r"[★☆✩✪✭✮✯✰⭐✶✱*﹡∗٭\N{VARIATION SELECTOR-16}]+"
# What recognition makes of a star. Together with a level alone on a line none of them is a word.
_STAR_MISREAD = r"[女大太士夫丈犬*x×k]"
_LEVEL = r"(?P<level>绝\s*密|机\s*密|秘\s*密)"
_LEVEL_MISREAD = r"(?P<level>[绝绁艳]\s*[密蜜宓]|[机杌朳札枧]\s*[密蜜宓]|[秘必泌]\s*[密蜜宓])"
_NUMBER = r"(?:[\doil](?:\s*[\doil]){0,2}|[一二三四五六七八九十]{1,3})"
_PERIOD = rf"(?P<period>{_NUMBER}\s*(?:年|个?\s*月|天)|长\s*期|启用前|解密前|公开前)"
_MARKING = rf"(?:{_STAR})?\s*{_LEVEL}\s*(?P<star>{_STAR})?\s*[(]?\s*{_PERIOD}?\s*[)]?"
_LABEL = r"(?:文件|保密|涉密|项目)?(?:密\s*级|等\s*级)(?:[和及与]保密期限)?\s*:\s*"
# What may stand beside it: copy number, urgency, the labels of the head.
_BESIDE = r"(?:(?:份\s*号|编\s*号|no\.?|№)\s*:?|\d{1,8}(?!\d)|特\s*急|加\s*急|平\s*急|特\s*提|急\s*件|紧急程度\s*:?|\s)*"
_ALONE = re.compile(rf"{_BESIDE}[\[(【]?\s*(?P<label>{_LABEL})?{_MARKING}\s*[\])】]?{_BESIDE}")
_LABELLED = re.compile(rf"{_BESIDE}{_LABEL}{_LEVEL}\s*级?\s*(?:{_STAR})?\s*[(]?\s*{_PERIOD}?\s*[)]?(?:\s.*)?")
_CHOSEN = re.compile(rf"{_BESIDE}{_LABEL}[^☑☒✓✔√■●◉]*[☑☒✓✔√■●◉]\s*{_LEVEL}(?P<period>).*")
# With a star it is also one at either end of a line of the head, set off by a gap or before the issuer's red head.
_PLAIN = r"[^。,;:、“”\"]"
_BEFORE = re.compile(rf"{_BESIDE}{_LEVEL}\s*{_STAR}\s*{_PERIOD}?(?:\s{_PLAIN}*|{_PLAIN}*(?:文件|号|令|函|纪要))")
_AFTER = re.compile(rf"{_PLAIN}*\s{_LEVEL}\s*{_STAR}\s*{_PERIOD}?")
_MISREAD = re.compile(
    rf"{_BESIDE}{_LEVEL_MISREAD}\s*(?:(?:{_STAR}|{_STAR_MISREAD})\s*{_PERIOD}?|(?P<bare>{_NUMBER}\s*年|长期)){_BESIDE}")
# "不涉及国家|秘密": a line that goes on from one of these is speech cut by the page's width.
_SPOKEN = ("国家", "商业", "工作", "保守", "涉及", "属于")
# Without one of these there is no level, whatever is made of the line; no other character is folded to them.
_MAY_MARK = re.compile("[密蜜宓]")
_COLUMN = re.compile(r"(?:文件)?(?:密\s*级|涉密等级|保密级别)")
_FORMS = (_ALONE, _LABELLED, _CHOSEN, _BEFORE, _AFTER, _MISREAD)
_RIGHT = {"绝绁艳": "绝密", "机杌朳札枧": "机密", "秘必泌": "秘密"}


@dataclass(frozen=True, slots=True)
class Marking:
    """level: 绝密, 机密 or 秘密. period: as printed, "" where none is. text: the line as it stands on the page.

    `bare`: the level stands there without star, period or label. `page` counts from 1.
    """

    level: str
    period: str
    text: str
    bare: bool = False
    page: int = 1


def secrecy_marking(first_page: str) -> Marking | None:
    """The marking in the top area of a first page, None where there is none. Never raises."""
    found = _markings(first_page)
    if not found and len(first_page) <= COVER_CHARS and _MAY_MARK.search(first_page):
        found = [marking for line in first_page.splitlines()[:200] if (marking := _labelled(line))]
    return next(iter(found), None)


def first_marking(pages: Sequence[str]) -> Marking | None:
    """The first marking in the head of any page, None where there is none. Never raises."""
    if not pages:
        return None
    if marking := secrecy_marking(pages[0]):
        return marking
    for number, (before, page) in enumerate(pairwise(pages), 2):
        for marking in _markings(page):
            if not marking.bare or (_heads(before, page, marking) and not any(map(_has_column, pages))):
                return Marking(marking.level, marking.period, marking.text, marking.bare, number)
    return None


def _markings(page: str) -> list[Marking]:
    """What marks a page, from above. Where the head names several levels one after another it only lists them."""
    if not any(map(_MAY_MARK.search, _filled(page))):
        return []
    found = [marking for line in _top(page) if (marking := _read(line))]
    levels = {marking.level for marking in found}
    if len(levels) == 3:
        return []
    if len(levels) > 1 or _is_table(page):
        return [marking for marking in found if not marking.bare]
    return found


def _read(line: str) -> Marking | None:
    if not _MAY_MARK.search(line):
        return None
    plain = fold(line).strip()
    found = next(filter(None, (form.fullmatch(plain) for form in _FORMS)), None)
    if not found:
        return None
    parts = found.groupdict()
    period = parts.get("period") or parts.get("bare") or ""
    bare = found.re is _ALONE and not (parts["star"] or period or parts["label"])
    return Marking(_level(found["level"]), _tight(period), line.strip()[:80], bare)


def _labelled(line: str) -> Marking | None:
    plain = fold(line[:200]).strip()
    if found := _LABELLED.fullmatch(plain) or _CHOSEN.fullmatch(plain):
        return Marking(_level(found["level"]), _tight(found["period"] or ""), line.strip()[:80])
    return None


def _heads(before: str, page: str, marking: Marking) -> bool:
    """A level alone marks a later page only as its running head, not as the rest of a sentence or of a table."""
    heads = [line.strip()[:80] for line in _filled(page)[:RUNNING_LINES]]
    last = next((line for line in reversed(before[-400:].splitlines()) if line.strip()), "")
    return marking.text in heads and not fold(last).rstrip().endswith(_SPOKEN)


def _is_table(page: str) -> bool:
    """Whether the head has a column 密级 whose level does not follow at once, as it would on a form."""
    lines = [fold(line).strip() for line in _filled(page)]
    return any(_COLUMN.fullmatch(line) and not _read(after) for line, after in pairwise(lines))


def _has_column(page: str) -> bool:
    return "级" in page and any(_COLUMN.fullmatch(fold(line).strip()) for line in page.splitlines() if len(line) < 20)


def _top(page: str) -> Iterator[str]:
    """The first lines that hold anything, and runs of very short ones (text set vertically) as one line more."""
    lines = _filled(page)
    for before, line in zip(["", *lines], lines, strict=False):
        if len(line) <= 200 and not _goes_on(before, line):
            yield line
    for short, run in groupby(lines, lambda line: len(line.strip()) <= 2):
        parts = [line.strip() for line in run]
        if short and len(parts) > 1:
            yield "".join(parts)


def _filled(page: str) -> list[str]:
    return [line for line in page[:4000].splitlines() if line.strip()][:TOP_LINES]


def _goes_on(before: str, line: str) -> bool:
    return fold(before).rstrip().endswith(_SPOKEN) and not re.search(_STAR, fold(line))


def _level(read: str) -> str:
    return next(level for firsts, level in _RIGHT.items() if read[0] in firsts)


def _tight(text: str) -> str:
    return re.sub(r"\s", "", text)

"""Whether the first page bears a state-secret marking (绝密, 机密, 秘密), so that the file can be refused.

A marking stands in the top area, alone on its line or beside copy number, urgency, period or the issuer's red head
(GB/T 9704: 密级★期限). Speech about secrecy is not a marking: 商业秘密, 保守国家秘密法, a quoted “机密★”. Owns the
pattern; must not know what becomes of the file.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from archive.chinese import fold

TOP_LINES = 12

_STAR = r"[★☆✩✪✭✮✯✰⭐*﹡∗٭\N{VARIATION SELECTOR-16}]+"
_LEVEL = r"(?P<level>绝\s*密|机\s*密|秘\s*密)"
_PERIOD = r"(?P<period>[\d一二三四五六七八九十]{1,3}\s*(?:年|个?\s*月|天)|长期|启用前|解密前|公开前)"
_MARKING = rf"{_LEVEL}\s*(?:{_STAR})?\s*[(]?\s*{_PERIOD}?\s*[)]?"
_LABEL = r"(?:文件|保密|涉密|项目)?(?:密\s*级|等\s*级)(?:[和及与]保密期限)?\s*:\s*"
# What may stand beside it: copy number, urgency, the labels of the head.
_BESIDE = r"(?:(?:份\s*号|编\s*号|no\.?|№)\s*:?|\d{1,8}(?!\d)|特\s*急|加\s*急|平\s*急|特\s*提|急\s*件|紧急程度\s*:?|\s)*"
_ALONE = re.compile(rf"{_BESIDE}[\[(【]?\s*(?:{_LABEL})?{_MARKING}\s*[\])】]?{_BESIDE}")
_LABELLED = re.compile(rf"{_BESIDE}{_LABEL}{_LEVEL}\s*级?\s*(?:{_STAR})?\s*[(]?\s*{_PERIOD}?\s*[)]?(?:\s.*)?")
# With a star it is also one at either end of a line of the head, set off by a gap or before the issuer's red head.
_PLAIN = r"[^。,;:、“”\"]"
_BEFORE = re.compile(rf"{_BESIDE}{_LEVEL}\s*{_STAR}\s*{_PERIOD}?(?:\s{_PLAIN}*|{_PLAIN}*(?:文件|号|令|函|纪要))")
_AFTER = re.compile(rf"{_PLAIN}*\s{_LEVEL}\s*{_STAR}\s*{_PERIOD}?")
# "不涉及国家|秘密": a line that goes on from one of these is speech cut by the page's width.
_SPOKEN = ("国家", "商业", "工作", "保守", "涉及", "属于")
_FORMS = (_ALONE, _LABELLED, _BEFORE, _AFTER)


@dataclass(frozen=True, slots=True)
class Marking:
    """level: 绝密, 机密 or 秘密. period: as printed, "" where none is. text: the line as it stands on the page."""

    level: str
    period: str
    text: str


def secrecy_marking(first_page: str) -> Marking | None:
    """The marking in the top area of a first page, None where there is none. Never raises."""
    for line in _top(first_page):
        plain = fold(line).strip()
        if found := next(filter(None, (form.fullmatch(plain) for form in _FORMS)), None):
            return Marking(_tight(found["level"]), _tight(found["period"] or ""), line.strip()[:80])
    return None


def _top(page: str) -> Iterator[str]:
    """The first lines that hold anything, and runs of very short ones (text set vertically) as one line more."""
    lines = [line for line in page[:4000].splitlines() if line.strip()][:TOP_LINES]
    for before, line in zip(["", *lines], lines, strict=False):
        if len(line) <= 200 and not _goes_on(before, line):
            yield line
    for short, run in groupby(lines, lambda line: len(line.strip()) <= 2):
        parts = [line.strip() for line in run]
        if short and len(parts) > 1:
            yield "".join(parts)


def _goes_on(before: str, line: str) -> bool:
    return fold(before).rstrip().endswith(_SPOKEN) and not re.search(_STAR, fold(line))


def _tight(text: str) -> str:
    return re.sub(r"\s", "", text)

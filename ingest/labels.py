"""Labels a page gives itself that are no state secrets: 内部, 工作秘密. Such files are kept, shown with their label.

As a marking does, a label stands alone on a line of the head, or behind 密级. Speech about them is not a label.
"""

import re
from collections.abc import Sequence

from archive.chinese import fold

INTERNAL, WORK_SECRET = "内部", "工作秘密"
TOP_LINES = 12

_PERIOD = r"(?:[★☆*]?\s*(?:[\d一二三四五六七八九十]{1,3}\s*(?:年|个?\s*月)|长期)?)"
_KIND = (r"(?:(?P<work>工\s*作\s*秘\s*密(?:\s*事\s*项)?)"
         r"|(?P<internal>内\s*部(?:\s*(?:资\s*料|文\s*件|材\s*料|事\s*项|使\s*用|刊\s*物|传\s*阅|掌\s*握|公\s*开))?))")
_AFTER = r"(?:[\s,;。!]*(?:注意保存|注意保管|请勿外传|不得外传|严禁外传|妥善保管|请勿公开|不得公开|严禁复制))*[\s。!]*"
_LABEL = r"(?:(?:文件|保密|项目)?(?:密\s*级|等\s*级)|公开属性|知悉范围)\s*:\s*"
_BESIDE = r"(?:(?:份\s*号|编\s*号)\s*:?|\d{1,8}(?!\d)|特\s*急|加\s*急|平\s*急|急\s*件|\s)*"
_ALONE = re.compile(rf"{_BESIDE}[\[(【]?\s*(?:{_LABEL})?{_KIND}{_PERIOD}\s*[\])】]?{_AFTER}{_BESIDE}")
_CHOSEN = re.compile(rf"{_BESIDE}{_LABEL}[^☑☒✓✔√■●◉]*[☑☒✓✔√■●◉]\s*{_KIND}.*")


def labels_of(pages: Sequence[str]) -> list[str]:
    """The labels in the head of any page, each once. Never raises."""
    found = {label for page in pages for line in _filled(page) if (label := _read(line))}
    return [label for label in (WORK_SECRET, INTERNAL) if label in found]


def _filled(page: str) -> list[str]:
    return [line for line in page[:4000].splitlines() if line.strip() and len(line) <= 120][:TOP_LINES]


def _read(line: str) -> str:
    if "部" not in line and "密" not in line:
        return ""
    plain = fold(line).strip()
    found = _ALONE.fullmatch(plain) or _CHOSEN.fullmatch(plain)
    return "" if found is None else WORK_SECRET if found["work"] else INTERNAL

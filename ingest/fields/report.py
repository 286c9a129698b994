"""What a report concludes about a system: its level of protection (等保级别). The verdict itself is `letter`'s."""

import re
from collections.abc import Iterator, Sequence

from ingest.fields.base import LABELLED, LIKELY, Found, Sheet, any_of, matches

_NUMERAL = {"1": "一", "2": "二", "3": "三", "4": "四", "5": "五"}
_LEVEL = re.compile(any_of("安全保护等级", "系统等级", "定级结果", "保护等级", "备案等级", "系统级别", "等级保护")
                    + r"[^\n。;,]{0,8}?(?:为|是|:|\()?\n?第?(?P<level>[一二三四五1-5])级")
_BEFORE = re.compile(r"第?(?P<level>[一二三四五1-5])级\n?(?:等保|等级保护|网络安全等级保护|信息系统)")


def read(sheets: Sequence[Sheet]) -> Iterator[Found]:
    for pattern, confidence in ((_LEVEL, LABELLED), (_BEFORE, LIKELY)):
        for sheet, match in matches(pattern, sheets):
            level = _NUMERAL.get(match["level"], match["level"]) + "级"
            yield sheet.found("mlps_level", level, match.start(), match.end(), confidence)

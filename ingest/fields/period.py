"""From when to when: terms of service and of contracts, and until when something is valid."""

import re
from collections.abc import Iterator, Sequence

from ingest.fields.base import DAY, LABELLED, LIKELY, Found, Sheet, any_of, day_in, matches

_LABEL = any_of(
    "服务期限", "服务期", "合同期限", "合同有效期", "服务时间", "履行期限", "服务周期",
    "运维期限", "维护期限", "委托期限", "合同履行期限")
_BETWEEN = DAY.format("a") + r"(?:起|开始)?\n?(?:至|到|-|—|–|~)+\n?" + DAY.format("b")
_TERM = re.compile(_LABEL + r"(?:[^\n。;\d]{0,10}\n?)" + _BETWEEN)
_FROM_TO = re.compile(r"自\n?" + DAY.format("a") + r"起\n?至\n?" + DAY.format("b") + r"止?")
_UNTIL = re.compile(any_of("有效期至", "有效期限至", "有效期到", "有效期截止", "有效截止日期") + r":?\n?" + DAY.format("b"))
_VALID = re.compile(any_of("有效期", "有效期限", "证书有效期") + r":?(?:自|从)?\n?" + _BETWEEN)


def read(sheets: Sequence[Sheet]) -> Iterator[Found]:
    for pattern, confidence in ((_TERM, LABELLED), (_FROM_TO, LIKELY)):
        for sheet, match in matches(pattern, sheets):
            first, last = day_in(match, "a"), day_in(match, "b")
            if first and last and first <= last:
                yield sheet.found("start_on", first, match.start(), match.end(), confidence)
                yield sheet.found("end_on", last, match.start(), match.end(), confidence)
    for pattern in (_UNTIL, _VALID):
        for sheet, match in matches(pattern, sheets):
            if day := day_in(match, "b"):
                yield sheet.found("valid_until", day, match.start(), match.end(), LABELLED)

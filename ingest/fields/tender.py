"""What a tender document gives the price (价格分, 价格权重), in per cent of the whole."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from ingest.fields.base import LABELLED, LIKELY, Found, Sheet, any_of, matches

_PRICE = any_of("价格分", "报价分", "投标报价", "价格部分", "报价部分", "价格评分", "报价得分", "价格因素", "价格")
_SHARE = re.compile(_PRICE + r"(?:的)?" + any_of("权重", "权值", "占比", "比重", "分值", "所占比重", "满分")
                    + r"(?:\([^)\n]{0,6}\))?(?:占|为|是|:|\n){0,2}(?P<n>\d{1,3}(?:\.\d+)?)(?P<unit>%|分)?")
_POINTS = re.compile(
    any_of("价格分", "报价分", "价格部分", "投标报价", "报价部分", "价格评分")
    + r"[:(占共为\n]{0,2}(?P<n>\d{1,3}(?:\.\d+)?)(?P<unit>%|分)")


def read(sheets: Sequence[Sheet]) -> Iterator[Found]:
    """Points count as per cent: the whole is a hundred (财政部令第87号第55条)."""
    for pattern, confidence in ((_SHARE, LABELLED), (_POINTS, LIKELY)):
        for sheet, match in matches(pattern, sheets):
            share = Decimal(match["n"]) * (100 if not match["unit"] and Decimal(match["n"]) <= 1 else 1)
            if 0 < share <= 100:
                yield sheet.found("price_weight", f"{share.normalize():f}", match.start(), match.end(), confidence)

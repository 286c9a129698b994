"""Which values of a document are kept, what each is called, and the one form in which its value is written.

Money is integer fen, days are ISO dates, shares are per cent: two papers that write one value differently compare equal.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from archive.chinese import fold
from archive.errors import Invalid
from archive.personal import mask

LONGEST = 200
LEVELS = ("一级", "二级", "三级", "四级", "五级")


class Kind(StrEnum):
    TEXT = "text"
    DAY = "day"
    MONEY = "money"
    PERCENT = "percent"
    LEVEL = "level"


@dataclass(frozen=True, slots=True)
class FieldKind:
    """`attribute` is the document's own field that holds the same, empty where there is none."""

    name: str
    kind: Kind = Kind.TEXT
    attribute: str = ""


FIELDS: Mapping[str, FieldKind] = {
    "doc_no": FieldKind("发文字号", attribute="doc_no"),
    "doc_date": FieldKind("成文日期", Kind.DAY, "doc_date"),
    "issuer": FieldKind("签发单位", attribute="issuer"),
    "conclusion": FieldKind("结论", attribute="conclusion"),
    "contract_no": FieldKind("合同编号"),
    "party_a": FieldKind("甲方"),
    "party_b": FieldKind("乙方"),
    "contract_amount": FieldKind("合同金额", Kind.MONEY),
    "amount_in_words": FieldKind("合同金额（大写）", Kind.MONEY),
    "settled_amount": FieldKind("审定金额", Kind.MONEY),
    "signed_on": FieldKind("签订日期", Kind.DAY),
    "start_on": FieldKind("期限开始", Kind.DAY),
    "end_on": FieldKind("期限结束", Kind.DAY),
    "mlps_level": FieldKind("等保级别", Kind.LEVEL),
    "valid_until": FieldKind("有效期至", Kind.DAY),
    "price_weight": FieldKind("价格权重", Kind.PERCENT),
}


def canonical(key: str, text: str) -> str:
    """What a person typed, in the form values are kept in. Raises Invalid naming the field."""
    field = FIELDS.get(key)
    if field is None:
        raise Invalid(field="字段", problem=f"没有名为“{key[:40]}”的字段。")
    text = text.replace("\0", "").strip()
    if not text or len(text) > LONGEST:
        raise Invalid(field=field.name, problem=f"应为 1 至 {LONGEST} 个字。")
    try:
        return _WRITTEN[field.kind](text)
    except (ValueError, InvalidOperation):
        raise Invalid(field=field.name, problem=f"“{text[:30]}”不是{_EXPECTED[field.kind]}。") from None


def shown(key: str, value: str) -> str:
    """A kept value as people write it."""
    field = FIELDS.get(key)
    if not value or field is None:
        return value
    if field.kind is Kind.MONEY:
        return f"{Decimal(value) / 100:,.2f} 元"
    return f"{value}%" if field.kind is Kind.PERCENT else value


def masked(key: str, value: str) -> str:
    """A kept value with its personal numbers masked. An amount in fen or a date is none, whatever its digits."""
    return mask(value) if key not in FIELDS or FIELDS[key].kind is Kind.TEXT else value


def shown_masked(key: str, value: str) -> str:
    return shown(key, masked(key, value))


def typed(key: str, value: str) -> str | date | int:
    """The value as rules compare it."""
    kind = FIELDS[key].kind
    return int(value) if kind is Kind.MONEY else date.fromisoformat(value) if kind is Kind.DAY else value


def _day(text: str) -> str:
    numbers = re.findall(r"\d+", fold(text))
    if len(numbers) != 3:
        raise ValueError(text)
    return date(*map(int, numbers)).isoformat()


def _money(text: str) -> str:
    plain = re.sub(r"[,\s¥￥]|人民币|元", "", fold(text))
    unit = {"万": 10_000, "亿": 100_000_000}.get(plain[-1:], 1)
    fen = Decimal(plain.rstrip("万亿")) * unit * 100
    if fen != fen.to_integral_value() or not 0 <= fen < 10**17:
        raise ValueError(text)
    return str(int(fen))


def _percent(text: str) -> str:
    share = Decimal(fold(text).rstrip("%分"))
    if not 0 <= share <= 100:
        raise ValueError(text)
    return f"{share.normalize():f}"


def _level(text: str) -> str:
    plain = fold(text).removeprefix("第").removesuffix("级")
    named = plain + "级" if plain + "级" in LEVELS else LEVELS[int(plain) - 1] if plain in tuple("12345") else ""
    if not named:
        raise ValueError(text)
    return named


_WRITTEN: Mapping[Kind, Callable[[str], str]] = {
    Kind.TEXT: str, Kind.DAY: _day, Kind.MONEY: _money, Kind.PERCENT: _percent,
    Kind.LEVEL: _level}
_EXPECTED = {Kind.TEXT: "文字", Kind.DAY: "日期，请写成 2024-03-01 的样子", Kind.MONEY: "金额，请写成 1,280,000.00 或 128万元 的样子",
             Kind.PERCENT: "0 至 100 的百分比", Kind.LEVEL: "一级至五级"}

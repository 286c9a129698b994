"""The one form in which a register keeps a value, the type rules get, and how people write it.

Kept: text, ISO days, integers, fen, percentages as plain decimals ("12.5"), true and false; None for what is not said.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from archive.errors import Invalid
from archive.registers.columns import Column, Kind, Register

Stored = str | int | bool | None
Typed = str | int | bool | date | Decimal | None
LONGEST_TEXT, LONGEST_KEY = 500, 100
MOST_FEN = 10**15
WAN = 1_000_000  # fen in 万元
_YEARS = range(1990, 2100)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


class _Wrong(Exception):
    """The text says what is expected."""


def canonical(column: Column, value: object) -> Stored:
    """The kept form of a typed or already kept value. Raises Invalid naming the column."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        return _KEPT[column.kind](column, value)
    except _Wrong as wrong:
        raise Invalid(field=column.title, problem=str(wrong)) from None


def checked(register: Register, values: Mapping[str, object]) -> dict[str, Stored]:
    """A whole row in kept form, unsaid columns left out. Raises Invalid for what is unknown, missing or contradictory."""
    if unknown := sorted(values.keys() - set(register.names)):
        raise Invalid(field="、".join(unknown)[:100], problem=f"登记簿“{register.title}”没有这一栏。")
    kept = {column.name: canonical(column, values.get(column.name)) for column in register.columns}
    row: dict[str, Stored] = {name: value for name, value in kept.items() if value is not None}
    for column in register.columns:
        if column.required and column.name not in row:
            raise Invalid(field=column.title, problem="必须填写。")
    _needs(register, row)
    _spans(register, row)
    return row


def key_of(register: Register, row: Mapping[str, Stored]) -> str:
    """What no two rows of one owner share."""
    return "\x1f".join(str(row.get(name, "")) for name in register.unique)


def called(register: Register, row: Mapping[str, Stored]) -> str:
    """How a row is named in messages: by what tells it from the others."""
    return " ".join(shown(register.column(name), row.get(name)) for name in register.unique if row.get(name)) or register.title


def typed(column: Column, value: Stored) -> Typed:
    """A kept value as rules read it; "" for text and choices that are not said."""
    if value is None:
        return None if column.kind in (Kind.DATE, Kind.FEN, Kind.INTEGER, Kind.PERCENT, Kind.FLAG) else ""
    if column.kind is Kind.DATE:
        return date.fromisoformat(str(value))
    return Decimal(str(value)) if column.kind is Kind.PERCENT else value


def shown(column: Column, value: Stored) -> str:
    """A kept value as people write it; money in 万元."""
    if value is None or value == "":
        return ""
    if column.kind is Kind.CHOICE:
        return column.choices.get(str(value), str(value))
    if column.kind is Kind.FLAG:
        return "是" if value else "否"
    if column.kind is Kind.FEN:
        return f"{Decimal(int(value)) / WAN:,f}"
    return str(value)


def ledger_title(column: Column) -> str:
    """What stands above the column in a ledger."""
    return f"{column.title}(万元)" if column.kind is Kind.FEN else column.title


def _needs(register: Register, row: Mapping[str, Stored]) -> None:
    for need in register.needs:
        value = row.get(need.column)
        said = "" if value is None else {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
        if not said or (need.values != ("*",) and said not in need.values):
            continue
        for name in need.columns:
            if name not in row:
                because = register.column(need.column)
                raise Invalid(field=register.column(name).title,
                              problem=f"{because.title}为“{shown(because, value)}”时必须填写。")


def _spans(register: Register, row: Mapping[str, Stored]) -> None:
    for first, last in register.spans:
        start, end = row.get(first), row.get(last)
        if start and end and str(end) < str(start):
            title = register.column(last).title
            raise Invalid(field=title, problem=f"{end} 早于{register.column(first).title} {start}，请核对这两个日期。")


def _text(column: Column, value: object) -> str:
    if not isinstance(value, str):
        raise _Wrong("应为文字。")
    text = re.sub(r"\s*[\r\n]+\s*", " ", value.strip())
    longest = LONGEST_TEXT if column.kind is Kind.TEXT and not column.required else LONGEST_KEY
    if _CONTROL.search(text):
        raise _Wrong("含有看不见的控制字符，请清除后重新填写。")
    if len(text) > longest:
        raise _Wrong(f"文字太长（{len(text)} 字，最多 {longest} 字）。")
    return text


def _day(column: Column, value: object) -> str:
    try:
        found = value if isinstance(value, date) else date.fromisoformat(str(value).strip())
    except ValueError:
        raise _Wrong(f"“{str(value)[:30]}”不是日期，请写成 2024-03-01 的样子。") from None
    if found.year not in _YEARS:
        raise _Wrong(f"{found} 的年份不合理（应在 {_YEARS[0]} 至 {_YEARS[-1]} 年之间），请核对。")
    return f"{found:%Y-%m-%d}"


def _integer(column: Column, value: object) -> int:
    most = MOST_FEN if column.kind is Kind.FEN else column.most
    unit = "以分为单位的" if column.kind is Kind.FEN else ""
    if isinstance(value, bool) or not isinstance(value, int | str) or not re.fullmatch(r"-?\d{1,18}", str(value).strip()):
        raise _Wrong(f"应为{unit}整数。")
    if not column.least <= int(value) <= most:
        raise _Wrong(f"{int(value)} 超出范围，应在 {column.least} 至 {most} 之间。")
    return int(value)


def _percent(column: Column, value: object) -> str:
    try:
        number = Decimal(str(value).strip().removesuffix("%").removesuffix("％")) if not isinstance(value, bool) else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise _Wrong(f"“{str(value)[:30]}”不是百分比，请填数字，如 30。")
    if not column.least <= number <= column.most or number != round(number, 2):
        raise _Wrong(f"{number} 超出范围，应在 {column.least} 至 {column.most} 之间，最多两位小数。")
    return f"{number.normalize() + 0:f}"


def _choice(column: Column, value: object) -> str:
    if not isinstance(value, str) or value not in column.choices:
        raise _Wrong(f"“{str(value)[:30]}”不是可选的值，可选：{'、'.join(column.choices.values())}。")
    return value


def _flag(column: Column, value: object) -> bool:
    if not isinstance(value, bool):
        raise _Wrong("只能是“是”或“否”。")
    return value


_KEPT: Mapping[Kind, Callable[[Column, object], Stored]] = {
    Kind.TEXT: _text, Kind.DATE: _day, Kind.FEN: _integer, Kind.INTEGER: _integer, Kind.PERCENT: _percent,
    Kind.CHOICE: _choice, Kind.FLAG: _flag, Kind.PROJECT: _text, Kind.CONTRACT: _text, Kind.SYSTEM: _text}

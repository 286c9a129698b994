"""From what stands in a cell to what the archive keeps, or a sentence about what is wrong with it.

One function a kind of column. Knows nothing of sheets and rows: the caller adds where the cell stands.
"""

import calendar
import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

from archive.chinese import squash
from ingest.ledger import columns
from ingest.ledger.columns import Column

Value = str | bool | int | date | Decimal | None

# 10 亿万元 is 10^15 fen: as far as a spreadsheet's 15 digits carry fen exactly, and far beyond any real project.
_MOST_FEN = 10**15
_YEARS = range(1990, 2100)
_DAY = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})|(\d{4})年(\d{1,2})月(\d{1,2})日")
_TIME = re.compile(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$")
_NUMBER = re.compile(r"(\d+|\d{1,3}(,\d{3})+)(\.\d+)?")
_EMAIL = re.compile(r"[^@\s,;<>()]+@[^@\s,;<>().]+(\.[^@\s,;<>().]+)+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_BREAK = re.compile(r"[ \t]*[\r\n]+[ \t]*")
_NOT_IN_CODES = re.compile(r"[\s/\\?#%&<>\"']")


class Wrong(Exception):
    """The cell cannot be taken; the text says why and what to do."""


class Fault(str):
    """A formula error such as #N/A, which a reader must not mistake for an empty cell."""

    __slots__ = ()


def parse(raw: object, column: Column) -> Value:
    """The value of a cell. An empty one is None for days and money, False for yes/no, else the column's default.

    Raises `Wrong` where the cell says something that the column cannot hold, or nothing where it must.
    """
    if isinstance(raw, Fault):
        raise Wrong(f"单元格是公式错误 {raw}，无法读取。请改正公式，或改填实际内容。")
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        if column.required:
            raise Wrong("此栏必填，不能为空。")
        return _EMPTY.get(column.kind, column.default)
    return _PARSERS[column.kind](raw, column)


def _text(raw: object, column: Column) -> str:
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return _number_as_text(raw)
    if not isinstance(raw, str):
        raise Wrong("此栏应为文字，单元格里却是日期、时间或逻辑值。请把单元格格式改为“文本”后重新填写。")
    text = _BREAK.sub("", raw.strip())
    if _CONTROL.search(text):
        raise Wrong("含有看不见的控制字符。请清除后重新填写。")
    if len(text) > 500:
        raise Wrong(f"文字太长（{len(text)} 字，最多 500 字）。")
    return text


def _number_as_text(raw: float) -> str:
    """A code typed as a number; the spreadsheet has already lost what stands after its fifteenth digit."""
    if abs(raw) >= 10**15:
        raise Wrong("编号被表格软件存成了数字，15 位以后的数字已经丢失。请把单元格格式改为“文本”后重新填写。")
    return str(int(raw)) if float(raw).is_integer() else format(raw, ".15g")


def _code(raw: object, column: Column) -> str:
    """A project code becomes part of web addresses, so what cuts an address into parts cannot be in it."""
    text = _text(raw, column)
    if bad := _NOT_IN_CODES.search(text):
        shown = "空格" if bad.group().isspace() else f"“{bad.group()}”"
        raise Wrong(f"编号“{text}”含有不能使用的字符（{shown}）。编号不能含空格和 / \\ ? # % & < > 引号。")
    if len(text) > 64:
        raise Wrong(f"编号太长（{len(text)} 字，最多 64 字）。")
    return text


def _email(raw: object, column: Column) -> str:
    text = _half_width(_text(raw, column))
    if not _EMAIL.fullmatch(text) or len(text) > 254:
        raise Wrong(f"“{text}”不是有效的邮箱地址，应形如 name@example.com，且只填一个。")
    return text


def _choice(raw: object, column: Column) -> str:
    text = str(raw).strip()
    if (key := {squash(shown): key for shown, key in column.choices.items()}.get(squash(text))) is None:
        raise Wrong(f"“{text}”不是允许的取值，只能填：{'、'.join(column.choices)}。")
    return key


def _yes_no(raw: object, column: Column) -> bool:
    if isinstance(raw, bool):
        return raw
    answers = {"是": True, "否": False}
    if (answer := answers.get(squash(str(raw)))) is None:
        raise Wrong(f"“{str(raw).strip()}”不是允许的取值，只能填：是、否。")
    return answer


def _flag(raw: object, column: Column) -> bool:
    return _yes_no(raw, column)


def _integer(raw: object, column: Column) -> int:
    text = _half_width(raw) if isinstance(raw, str) else str(raw)
    if isinstance(raw, bool | date) or not re.fullmatch(r"\d{1,15}(\.0)?", text):
        raise Wrong(f"“{text}”不是整数。请只填数字，如 2024。")
    return int(text.partition(".")[0])


def _percent(raw: object, column: Column) -> Decimal:
    """A cell formatted as a percentage holds 0.3 for 30 %: what may be meant either way is asked for in words."""
    if isinstance(raw, bool | date) or not isinstance(raw, int | float | str):
        raise Wrong("此栏应为百分比。请填数字，如 30。")
    if not isinstance(raw, str) and 0 < raw <= 1:
        raise Wrong(f"{raw:g} 看不出是 {raw:g}% 还是 {raw * 100:g}%。请把单元格格式改为“文本”，填 30 或 30% 的样子。")
    text = _half_width(raw).removesuffix("%").strip() if isinstance(raw, str) else format(raw, ".15g")
    if not re.fullmatch(r"\d{1,3}(\.\d+)?", text):
        raise Wrong(f"“{text}”不是百分比。请填数字，如 30。")
    return Decimal(text)


def _ids(raw: object, column: Column) -> str:
    return "、".join(re.split(r"[、,，;；\s]+", _text(raw, column).strip("、,，;； ")))


def _money(raw: object, column: Column) -> int:
    """万元 to fen, exactly. A float is read with the 15 digits a spreadsheet shows, never with its binary tail."""
    if isinstance(raw, bool | date) or not isinstance(raw, int | float | str):
        raise Wrong("此栏应为金额（万元）。请填数字，如 1234.56。")
    shown = _half_width(raw).removesuffix("万元") if isinstance(raw, str) else format(Decimal(format(raw, ".15g")), "f")
    if shown.startswith("-"):
        raise Wrong(f"金额不能为负数（{shown}）。")
    if not _NUMBER.fullmatch(shown):
        raise Wrong(f"“{shown}”不是有效的金额。请以万元为单位只填数字，如 1234.56 或 1,234.56。")
    fen = Decimal(shown.replace(",", "")).scaleb(6)
    if fen != fen.to_integral_value():
        raise Wrong(f"金额 {shown} 万元的小数超过 6 位（精确到分）。请核对后四舍五入。")
    if fen >= _MOST_FEN:
        raise Wrong(f"金额 {shown} 万元过大。请核对是否误以元为单位填写。")
    return int(fen)


def _day(raw: object, column: Column) -> date:
    if isinstance(raw, datetime):
        return _in_range(raw.date(), str(raw.date()))
    if isinstance(raw, date):
        return _in_range(raw, str(raw))
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        raise Wrong("此栏应为日期，如 2024-03-01。")
    text = _half_width(raw) if isinstance(raw, str) else _number_as_text(raw)
    if not isinstance(raw, str) and len(text) == 5:
        raise Wrong(f"{text} 看起来是日期的内部序号。请把单元格格式改为“日期”，或改填为 2024-03-01 的形式。")
    return _written_day(text)


def _written_day(text: str) -> date:
    bare = _TIME.sub("", re.sub(r"\s+(?!\d{1,2}:)", "", text))
    if re.fullmatch(r"\d{8}", bare):
        parts = [bare[:4], bare[4:6], bare[6:]]
    elif found := _DAY.fullmatch(bare):
        parts = [part for part in found.groups() if part and part.isdigit()]
    else:
        raise Wrong(f"“{text}”不是能识别的日期。可用写法：2024-03-01、2024/3/1、2024年3月1日、20240301。")
    year, month, day = map(int, parts)
    try:
        return _in_range(date(year, month, day), text)
    except ValueError:
        raise Wrong(f"“{text}”不是存在的日期：{_why_impossible(year, month)}。") from None


def _why_impossible(year: int, month: int) -> str:
    if not 1 <= month <= 12:
        return f"没有 {month} 月"
    return f"{year} 年 {month} 月只有 {calendar.monthrange(max(year, 1), month)[1]} 天"


def _in_range(day: date, shown: str) -> date:
    if day.year not in _YEARS:
        raise Wrong(f"日期“{shown}”的年份不合理（应在 {_YEARS[0]} 至 {_YEARS[-1]} 年之间）。请核对。")
    return day


def _half_width(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


_EMPTY: dict[str, Value] = {columns.DAY: None, columns.MONEY: None, columns.YES_NO: False, columns.FLAG: None,
                            columns.INTEGER: None, columns.PERCENT: None}
_PARSERS: dict[str, Callable[[object, Column], Value]] = {
    columns.TEXT: _text,
    columns.KEY: _text,
    columns.CODE: _code,
    columns.DAY: _day,
    columns.MONEY: _money,
    columns.YES_NO: _yes_no,
    columns.CHOICE: _choice,
    columns.EMAIL: _email,
    columns.FLAG: _flag,
    columns.INTEGER: _integer,
    columns.PERCENT: _percent,
    columns.IDS: _ids,
}

"""Files that hold the arrangement of one year: JSON, TOML or CSV in, an `Arrangement` out. Pure.

JSON and TOML: `year`, `rest`, `work` (lists of days), `source`. CSV: a line a day, `日期,类型`, the type 休 or 班 (or rest, work);
the year is that of the days. Whatever is wrong is said with its place; nothing is guessed.
"""

import csv
import io
import json
import tomllib
from collections.abc import Mapping
from datetime import date
from typing import Any

from archive.errors import Invalid
from retention.work_years import REST, WORK, Arrangement

MOST_BYTES = 256 << 10
FIELDS = ("year", "rest", "work", "source")
WORDS = {"休": REST, "休息": REST, "放假": REST, "rest": REST, "班": WORK, "上班": WORK, "调休上班": WORK, "work": WORK}
HEAD = ("日期", "类型")


def read_year(name: str, content: bytes) -> Arrangement:
    """Raises Invalid naming the place."""
    if len(content) > MOST_BYTES:
        raise _wrong(f"超过 {MOST_BYTES >> 10} KiB，不像一年的安排。")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _wrong("不是 UTF-8 文字，请另存为 UTF-8 后再导入。") from None
    kind = name.rpartition(".")[2].lower()
    if kind == "csv":
        return _of_table(text)
    try:
        match kind:
            case "json":
                return _of_values(json.loads(text))
            case "toml":
                return _of_values(tomllib.loads(text))
    except (ValueError, RecursionError) as error:
        raise _wrong(f"不是有效的 {kind.upper()}（{error}）。") from None
    raise _wrong("应为 .json、.toml 或 .csv 文件。")


def _of_values(values: Any) -> Arrangement:
    if not isinstance(values, Mapping):
        raise _wrong("应为一组字段：year、rest、work、source。")
    if unknown := sorted(values.keys() - set(FIELDS)):
        raise _wrong(f"没有字段 {unknown[0]}，可用的是 {'、'.join(FIELDS)}。")
    year, source = values.get("year"), values.get("source", "")
    if type(year) is not int:
        raise _wrong("year 应为年份，例如 2027。")
    if not isinstance(source, str):
        raise _wrong("source 应为文字，例如公布文件的文号。")
    rest, work = (tuple(_day(day, f"{name} 第 {n} 项") for n, day in enumerate(_listed(values, name), 1)) for name in (REST, WORK))
    for name, days in ((REST, rest), (WORK, work)):
        if twice := [day for n, day in enumerate(days) if day in days[:n]]:
            raise _wrong(f"{name} 中 {twice[0]} 列了两次。")
    return Arrangement(year, rest, work, source.strip())


def _listed(values: Mapping[str, Any], name: str) -> list[Any]:
    found = values.get(name, [])
    if not isinstance(found, list):
        raise _wrong(f"{name} 应为日期列表。")
    return found


def _of_table(text: str) -> Arrangement:
    rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text))]
    if not rows or tuple(rows[0][:2]) != HEAD:
        raise _wrong(f"CSV 第 1 行应为“{','.join(HEAD)}”。")
    days: dict[date, str] = {}
    for number, row in enumerate(rows[1:], 2):
        if not any(row):
            continue
        day = _day(row[0], f"第 {number} 行")
        word = row[1] if len(row) > 1 else ""
        if word not in WORDS:
            raise _wrong(f"第 {number} 行的类型“{word[:20]}”不明，应为 休 或 班。")
        if day in days:
            raise _wrong(f"第 {number} 行的 {day} 列了两次。")
        days[day] = WORDS[word]
    if not days:
        raise _wrong("没有任何日期。")
    year = max(day.year for day in days)
    rest, work = (tuple(day for day, kind in days.items() if kind == wanted) for wanted in (REST, WORK))
    return Arrangement(year, rest, work)


def _day(value: Any, place: str) -> date:
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else date.fromisoformat("")
    except ValueError:
        raise _wrong(f"{place}“{str(value)[:20]}”不是日期，应写作 2027-01-01。") from None


def _wrong(problem: str) -> Invalid:
    return Invalid(field="文件", problem=problem)

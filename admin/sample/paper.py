"""A written paper before it has a file format: what a writer needs to know, and nothing about projects."""

import re
from dataclasses import dataclass
from datetime import date

_ORDINAL = "一二三四五六七八九十"
_HEADING = re.compile(rf"([{_ORDINAL}]+、|第[{_ORDINAL}]+条 ?)[^。；，：]{{2,24}}")


@dataclass(frozen=True)
class Table:
    """Rows of text under titles; without titles it is a borderless block, as for signatures."""

    titles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = str | Table


@dataclass(frozen=True)
class Paper:
    """`layout` is letter (公文), report, contract or certificate. `facts` are labelled lines of the cover or head."""

    layout: str
    title: str
    issuer: str
    day: date
    doc_no: str = ""
    to: str = ""
    copy: str = ""
    project: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    blocks: tuple[Block, ...] = ()


def is_heading(text: str) -> bool:
    """一、… and 第一条 … that are no sentence."""
    return bool(_HEADING.fullmatch(text))


def chinese_day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"

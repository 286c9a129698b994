"""A back-test as a spreadsheet: what was tried, the counts by rule and unit, and every answer that differs."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from admin.papers.model import Cell, Paper, Table
from retention.backtests import Group, Summary
from retention.change_models import SETTINGS, BackTest
from retention.compliance.rules import all_rules

OUTCOMES: Mapping[str, str] = {
    "failed": "不符合", "due": "待办", "unknown": "缺少数据", "passed": "符合", "not_applicable": "不适用"}
EFFECTS: Mapping[str, str] = {"worse": "新增不符合", "better": "不再不符合", "appear": "出现预警", "vanish": "预警消失"}
MOST = 100_000
"""Answers in one sheet; what is beyond is on the page."""


def backtest_paper(test: BackTest, title: str, summary: Summary, rows: Iterable[Mapping[str, Any]]) -> Paper:
    """`rows` are read one after the other and not held."""
    lines = list(_first(rows))
    tables = [_groups("按规则", "规则", summary.by_rule), _groups("按单位", "项目单位", summary.by_unit), Table(
        ("项目编号", "项目名称", "项目单位", "规则", "事项", "涉及", "之前", "严重程度", "期限", "之后", "严重程度", "期限", "影响",
         "之后的理由"),
        lines, (9, 16, 12, 6, 14, 8, 6, 5, 8, 6, 5, 8, 8, 30), "明细")]
    return Paper(title, tables, test.day, head=_head(test, summary, len(lines)), wide=True)


def _head(test: BackTest, summary: Summary, lines: int) -> list[tuple[str, str]]:
    of = "" if test.state == "done" else "（尚未完成）"
    more = "（明细过多，只列出前面的）" if lines >= MOST else ""
    what = ([(f"参数 {name}", f"{test.left.get(name)} → {value}") for name, value in test.right.items() if test.left.get(name) != value]
            if test.kind == SETTINGS else [("版本", f"第 {test.left['version']} 版 → 第 {test.right['version']} 版")])
    return [("按哪一天判断", str(test.day)), *what, ("回测的项目", f"{test.done} / {test.total}{of}"),
            ("判断有变化的项目", str(summary.projects)), ("由合规变为不合规的项目", str(summary.breaks)),
            ("由不合规变为合规的项目", str(summary.heals)), ("判断的变化", f"{EFFECTS['worse']} {summary.worse}，{EFFECTS['better']} "
             f"{summary.better}，{EFFECTS['appear']} {summary.appear}，{EFFECTS['vanish']} {summary.vanish}{more}")]


def _groups(title: str, key: str, groups: Iterable[Group]) -> Table:
    rows = [(group.key, _title(group.key), group.projects, group.worse, group.better, group.appear, group.vanish) for group in groups]
    return Table((key, "名称", "有变化的项目", *EFFECTS.values()), rows, (14, 30, 10, 10, 10, 10, 10), title)


def _title(key: str) -> str:
    return all_rules()[key].title if key in all_rules() else ""


def _first(rows: Iterable[Mapping[str, Any]]) -> Iterator[tuple[Cell, ...]]:
    number = 0
    for row in rows:
        for change in row["changes"]:
            if number >= MOST:
                return
            number += 1
            yield (row["project"], row["project_name"], row["unit"], change["rule"], _title(change["rule"]), change["subject"],
                   *_side(change["before"]), *_side(change["after"]),
                   "、".join(name for key, name in EFFECTS.items() if change[key]), (change["after"] or {}).get("reason", ""))


def _side(side: Mapping[str, Any] | None) -> tuple[str, str, str]:
    return ("没有此项", "", "") if side is None else (OUTCOMES[side["outcome"]], side["severity"], side["due_on"] or "")

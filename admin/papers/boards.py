"""The boards as papers: tables to print or to calculate with. What is counted is `retention.boards`."""

from collections.abc import Sequence
from datetime import date

from admin.papers.model import Paper, Table
from retention.boards import Gap, StageCount, TrendDay, UnitStanding

TITLES = {"gaps": "项目缺口与下一步", "units": "单位情况", "materials": "各阶段材料"}


def gaps_paper(gaps: Sequence[Gap], total: int, today: date, scope: str) -> Paper:
    rows = [(gap.project, gap.name, gap.unit, gap.percent, len(gap.lacks), "；".join(gap.lacks), gap.overdue_days, gap.failed,
             str(gap.next_on or ""), gap.next_title) for gap in gaps]
    columns = ("项目编号", "项目名称", "项目单位", "完整度（%）", "缺必备材料", "缺哪些", "逾期天数", "不符合", "下一期限",
               "下一事项")
    table = Table(columns, rows, (9, 18, 13, 6, 6, 34, 6, 6, 8, 14), TITLES["gaps"])
    more = f"共 {total} 个项目，本件列出前 {len(rows)} 个。" if total > len(rows) else f"共 {total} 个项目。"
    return _paper("gaps", [table], today, scope, more)


def units_paper(units: Sequence[UnitStanding], trend: Sequence[TrendDay], stages: Sequence[StageCount], today: date) -> Paper:
    ranking = Table(
        ("名次", "项目单位", "项目", "完整度（%）", "逾期项目", "逾期天数合计", "最长逾期", "不符合", "其中严重、重要",
         "30 天内预警增减"),
        [(number, unit.unit, unit.projects, unit.percent, unit.overdue_projects, unit.overdue_days, unit.longest, unit.failed,
          unit.grave, unit.change) for number, unit in enumerate(units, 1)], (5, 26, 7, 9, 8, 10, 8, 8, 10, 10), "单位排名")
    days = Table(("日期", "新开预警", "消除预警", "当日结束时未了结"),
                 [(str(day.day), day.opened, day.cleared, day.open) for day in trend], (10, 8, 8, 12), "预警趋势")
    return _paper("units", [ranking, days, _materials(stages)], today, "", "")


def materials_paper(stages: Sequence[StageCount], today: date, scope: str) -> Paper:
    return _paper("materials", [_materials(stages)], today, scope, "")


def _materials(stages: Sequence[StageCount]) -> Table:
    rows = [(stage.name, material.name, material.needed, material.needed - material.missing, material.missing, material.percent)
            for stage in stages for material in stage.materials]
    return Table(("阶段", "必备材料", "应有的项目", "已有或豁免", "缺失", "缺失率（%）"), rows, (8, 34, 10, 10, 8, 10), "阶段与材料")


def _paper(board: str, tables: Sequence[Table], today: date, scope: str, note: str) -> Paper:
    head = [("截至", str(today)), *([("范围", scope)] if scope else [])]
    return Paper(TITLES[board], tables, today, head=head, wide=True, note=(
        note + "数字来自最近一次核对所保存的结果，只含制表人有权查看的项目；完整度为必备材料中已归档或已豁免的比例。"))

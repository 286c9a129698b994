"""The boards over HTTP: the same numbers as the pages, of what the reader may see."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

from flask import Response
from pydantic import Field

from admin.api.context import Asked, Listing, Paging, Strict, actor, answer, area, system
from retention import boards as core

boards = area("boards", "看板")


class GapsQuery(Paging):
    unit: str = Field("", max_length=200, description="项目单位")
    material: str = Field("", max_length=100, description="只要与这种材料有关的项目")
    state: Literal["lacks", "needs", "has"] = Field("lacks", description="lacks 缺这种材料的，needs 应有的，has 已有或豁免的")
    late: bool = Field(False, description="只要逾期的")


class UnitsQuery(Paging):
    by: Literal["overdue", "completeness"] = Field("overdue", description="按逾期天数或完整度排")


class UnitQuery(Asked):
    unit: str = Field("", max_length=200, description="项目单位")


class TrendQuery(UnitQuery):
    days: int = Field(core.TREND_DAYS, ge=1, le=366, description="到今天为止多少天")


class GapOut(Strict):
    """`failed`: open alerts of breaches, as `/findings?status=open` of the project lists them. `lacks`: names of materials."""

    project: str
    name: str
    unit: str
    needed: int
    settled: int
    percent: int
    lacks: Sequence[str]
    failed: int
    overdue_days: int
    next_on: date | None
    next_title: str
    evaluated_on: date


class GapList(Listing):
    as_of: date
    items: Sequence[GapOut]


class UnitOut(Strict):
    """`overdue_days` is the sum over its projects, `longest` that of the worst; `change`: open alerts more than 30 days ago."""

    unit: str
    projects: int
    needed: int
    settled: int
    percent: int
    failed: int
    grave: int
    overdue_projects: int
    overdue_days: int
    longest: int
    change: int


class UnitList(Listing):
    as_of: date
    evaluated_on: date | None
    items: Sequence[UnitOut]


class MaterialOut(Strict):
    type: str
    name: str
    needed: int
    missing: int
    percent: int


class StageOut(Strict):
    code: str
    name: str
    needed: int
    missing: int
    materials: Sequence[MaterialOut]


class MaterialsOut(Strict):
    as_of: date
    evaluated_on: date | None
    stages: Sequence[StageOut]


class TrendDayOut(Strict):
    """`open`: alerts open at the end of the day."""

    day: date
    opened: int
    cleared: int
    open: int


class TrendOut(Strict):
    days: Sequence[TrendDayOut]


@boards.get("/boards/gaps", responses={200: GapList})
def gaps(query: GapsQuery) -> Response:
    """各项目缺什么、接下来做什么，逾期最久的在前"""
    day = _today()
    found = core.gaps(actor(), day, unit=query.unit, material=query.material, state=query.state, late="1" if query.late else "",
                      page=query.page, size=query.size)
    return answer(GapList(as_of=day, items=list(map(GapOut.model_validate, found.items)), total=found.total, page=found.page,
                          size=found.size))


@boards.get("/boards/units", responses={200: UnitList})
def units(query: UnitsQuery) -> Response:
    """各单位的完整度、逾期和预警，差的在前"""
    found = core.units(actor(), _today(), query.by)
    start = (query.page - 1) * query.size
    return answer(UnitList(as_of=_today(), evaluated_on=core.evaluated_on(actor()), total=len(found), page=query.page, size=query.size,
                           items=list(map(UnitOut.model_validate, found[start:start + query.size]))))


@boards.get("/boards/materials", responses={200: MaterialsOut})
def materials(query: UnitQuery) -> Response:
    """按阶段：每种必备材料有多少项目应有、多少项目缺"""
    found = core.materials(actor(), query.unit)
    return answer(MaterialsOut(as_of=_today(), evaluated_on=core.evaluated_on(actor()), stages=list(map(_stage, found))))


@boards.get("/boards/trend", responses={200: TrendOut})
def trend(query: TrendQuery) -> Response:
    """每天开启、消除和未了结的预警"""
    found = core.trend(actor(), _today(), query.unit, query.days)
    return answer(TrendOut(days=list(map(TrendDayOut.model_validate, found))))


def _today() -> date:
    return system().clock.today()


def _stage(stage: core.StageCount) -> StageOut:
    return StageOut(code=stage.code, name=stage.name, needed=stage.needed, missing=stage.missing, materials=[
        MaterialOut(type=each.type, name=each.name, needed=each.needed, missing=each.missing, percent=each.percent)
        for each in stage.materials])

"""The timeline of a project over HTTP: as data, and as the picture the dossier page shows."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

from flask import Response
from pydantic import Field

from admin.api.context import Asked, Strict, actor, answer, area, system
from admin.api.problems import responses
from admin.api.project_shapes import CodePath
from admin.web.drawing.timeline import across, basis, downwards
from archive.queries import find_project
from retention.timeline import Mark, timeline_of

timeline = area("timeline", "项目与案卷")
PICTURE = {"image/svg+xml": {"schema": {"type": "string"}}}


class TimelineQuery(Asked):
    as_of: date | None = Field(None, description="按哪一天，默认今天")
    format: Literal["json", "svg"] = Field("json", description="json 数据，svg 图")
    shape: Literal["across", "downwards"] = Field("across", description="图的样式：across 横向，downwards 纵向（窄屏）")


class MarkOut(Strict):
    """`kind`：actual 实际，planned 计划，due 期限；`state`：done、ahead、late；`clause` 为空表示依据是登记的字段"""

    key: str
    label: str
    day: date
    kind: Literal["actual", "planned", "due"]
    state: Literal["done", "ahead", "late"]
    basis: str = Field(description="依据，中文：条款或登记的字段")
    clause: str
    note: str
    days_late: int
    also: Sequence[str] = Field(description="同一天的其他事项")


class SpanOut(Strict):
    label: str
    start: date
    end: date
    late: bool


class TimelineOut(Strict):
    project: str
    today: date
    status: str = Field(description="验收的状态；不组织验收的项目为空")
    marks: Sequence[MarkOut]
    spans: Sequence[SpanOut]


@timeline.get("/projects/<code>/timeline", responses={200: TimelineOut, **responses(404)})
def show(path: CodePath, query: TimelineQuery) -> Response:
    """项目的时间线：实际、计划、期限、今天，各带依据

    `format=svg` 时答复图（image/svg+xml）。
    """
    project = find_project(actor(), path.code)
    line = timeline_of(system().judge, actor(), project.code, query.as_of)
    if query.format == "svg":
        draw = across if query.shape == "across" else downwards
        return Response(draw(line, f"{project.name}的时间线"), mimetype="image/svg+xml")
    return answer(TimelineOut(project=project.code, today=line.today, status=line.status, marks=list(map(_mark, line.marks)),
                              spans=[SpanOut.model_validate(span) for span in line.spans]))


def _mark(mark: Mark) -> MarkOut:
    shown = MarkOut.model_validate(mark)
    return shown.model_copy(update={"basis": basis(mark)})

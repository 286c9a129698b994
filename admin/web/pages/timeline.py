"""The timeline on the dossier page: two pictures of it, for wide and narrow screens, and the same as a table."""

from collections.abc import Mapping
from typing import Any

from admin.web.drawing.timeline import KINDS, across, basis, downwards
from archive.models import Project
from retention.timeline import DUE, LATE, PLANNED, Mark, Timeline

STATES: Mapping[str, str] = {"done": "已完成", "ahead": "未到", "late": "逾期或晚于计划"}


def pictures(project: Project, line: Timeline) -> dict[str, Any]:
    """What the template needs of it."""
    title = f"{project.name}的时间线"
    return {"line": line, "line_across": across(line, title), "line_downwards": downwards(line, title),
            "line_kinds": KINDS, "line_basis": basis, "line_state": state_of}


def state_of(mark: Mark) -> str:
    """In words; a day that was due and passed without a breach is over, not late."""
    if mark.state == LATE:
        return mark.note or STATES[LATE]
    if mark.kind == DUE and mark.state == "done":
        return "已过"
    if mark.kind == PLANNED and mark.state == "done":
        return "已按期完成"
    return STATES[mark.state] + (f"（{mark.note}）" if mark.note else "")

"""Things with sensible defaults; a test mentions only what matters to it."""

from datetime import date
from typing import Any

from admin.system import System
from archive.access import Actor, system_actor
from archive.models import Project, TextState
from archive.operations.descriptions import Description
from archive.operations.documents import TextRead
from archive.operations.projects import create_project

UNIT, UNIT_B = "省数字政务厅", "省水文局"
SYSTEM = system_actor("tests")


def a_project(system: System, code: str = "XM-2024-001", actor: Actor = SYSTEM, **changes: Any) -> Project:
    values: dict[str, Any] = {
        "name": "一体化协同办公平台建设项目", "unit": UNIT, "mode": "self_build", "kind": "new",
        "approved_on": date(2024, 3, 1)}
    return create_project(actor, system.clock, code, values | changes)


def a_description(**changes: Any) -> Description:
    values: dict[str, Any] = {"type": "meeting_minutes", "type_source": "given", "title": "会议纪要"}
    return Description(**(values | changes))


def a_text(*pages: str) -> TextRead:
    return TextRead(TextState.READ, pages, len(pages), "test 1")


def file_text(system: System, code: str, filename: str, text: str, actor: Actor = SYSTEM) -> Any:
    """File a UTF-8 text file through the whole pipeline."""
    return system.intake.file(actor, code, filename, [text.encode()])

"""GET /projects/{code}/timeline: the marks with what they rest on, the picture, and nothing of another unit."""

from admin.system import System
from tests.builders import UNIT_B, a_project
from tests.functional.api.conftest import CODE, CODE_B, OVERDUE, Api, Everybody


def test_it_answers_marks_spans_and_today(system: System, archivist: Api) -> None:
    a_project(system, CODE, **OVERDUE)
    body = archivist.get(f"/projects/{CODE}/timeline").json
    marks = {mark["key"]: mark for mark in body["marks"]}
    assert marks["acceptance_due"]["day"] == "2025-05-06"
    assert marks["acceptance_due"]["state"] == "late"
    assert marks["acceptance_due"]["basis"].startswith("第31条第1款，")
    assert marks["trial_start"]["basis"] == "台账：试运行开始日期"
    assert body["status"] == "验收逾期"
    assert {span["label"] for span in body["spans"]} >= {"建设", "验收逾期"}


def test_as_of_a_day_nothing_is_late_yet(system: System, archivist: Api) -> None:
    a_project(system, CODE, **OVERDUE)
    body = archivist.get(f"/projects/{CODE}/timeline?as_of=2025-05-06").json
    assert body["today"] == "2025-05-06"
    assert {mark["key"]: mark["state"] for mark in body["marks"]}["acceptance_due"] == "ahead"


def test_the_picture_is_svg_by_itself(system: System, archivist: Api) -> None:
    a_project(system, CODE, **OVERDUE)
    for shape in ("across", "downwards"):
        answer = archivist.get(f"/projects/{CODE}/timeline?format=svg&shape={shape}")
        assert answer.mimetype == "image/svg+xml"
        assert "验收到期" in answer.text


def test_another_units_line_does_not_exist(system: System, everybody: Everybody) -> None:
    a_project(system, CODE_B, unit=UNIT_B, **OVERDUE)
    assert everybody.as_("unit_a").get(f"/projects/{CODE_B}/timeline").status_code == 404
    assert everybody.as_("unit_b").get(f"/projects/{CODE_B}/timeline").status_code == 200

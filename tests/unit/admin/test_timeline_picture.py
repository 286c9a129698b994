"""The timeline as a picture: well-formed alone, nothing overlaps or leaves it, what is late is told without colours."""

from datetime import date, timedelta
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from admin.web.drawing import svg
from admin.web.drawing.timeline import across, downwards
from retention.timeline import Mark, Span, Timeline

TODAY = date(2025, 6, 16)
NS = "{http://www.w3.org/2000/svg}"
LATE = Mark("acceptance_due", "验收到期", date(2025, 5, 6), "due", "late", "试运行期加宽限期", "31.1", "逾期 41 天", 41)


def line(*marks: Mark, spans: tuple[Span, ...] = ()) -> Timeline:
    return Timeline(TODAY, marks, spans, "")


def texts(picture: str) -> list[etree._Element]:
    return list(etree.fromstring(picture.encode()).iter(f"{NS}text"))


@pytest.mark.parametrize("draw", [across, downwards])
def test_a_mark_carries_its_day_its_basis_and_its_lateness_in_words(draw: object) -> None:
    assert callable(draw)
    said = "".join(element.text or "" for element in texts(draw(line(LATE, spans=(Span("验收逾期", LATE.day, TODAY, True),)), "线")))
    for wanted in ("验收到期", "2025-05-06", "第31条第1款", "！逾期 41 天", "今天 2025-06-16"):
        assert wanted in said.replace("！ ", "！")


@pytest.mark.parametrize("draw", [across, downwards])
def test_what_people_typed_is_text_and_nothing_else(draw: object) -> None:
    assert callable(draw)
    bad = Mark("k", '<script>alert("x")</script>&', TODAY, "actual", "done", "台账：<b>")
    picture = draw(line(bad), 'T" onload="x')
    root = etree.fromstring(picture.encode())
    assert not list(root.iter(f"{NS}script"))
    assert root.find(f"{NS}title").text == 'T" onload="x'
    assert "alert" in "".join(element.text or "" for element in texts(picture))


@pytest.mark.parametrize("draw", [across, downwards])
def test_it_needs_nothing_from_outside_and_no_styles(draw: object) -> None:
    assert callable(draw)
    picture = draw(line(LATE), "线")
    assert "style=" not in picture
    assert "href" not in picture
    assert picture.count("http") == 1  # the name space


MARKS = st.lists(st.builds(
    Mark, st.uuids().map(str), st.text("验收到期报告abc", min_size=1, max_size=14), st.dates(date(2023, 1, 1), date(2027, 12, 31)),
    st.sampled_from(("actual", "planned", "due")), st.sampled_from(("done", "ahead", "late")), st.just("台账：建设完成日期"),
    st.sampled_from(("", "31.1"))), max_size=14)


@settings(max_examples=40, deadline=None)
@given(MARKS)
def test_labels_never_lie_over_each_other(found: list[Mark]) -> None:
    boxes = []
    for element in texts(across(line(*sorted(found, key=lambda mark: mark.day)), "线")):
        size, x, y = float(element.get("font-size")), float(element.get("x")), float(element.get("y"))
        if element.get("text-anchor") == "start" and size in (12.5, 11):
            wide = svg.width_of(element.text or "", size)
            assert x >= 0
            assert x + wide <= 1121
            boxes.append((x, x + wide, y - size * 0.8, y))
    for (left, right, top, bottom), (left2, right2, top2, bottom2) in combinations(boxes, 2):
        assert right <= left2 or right2 <= left or bottom <= top2 or bottom2 <= top


@settings(max_examples=30, deadline=None)
@given(st.lists(st.dates(date(1990, 1, 1), date(2060, 1, 1)), max_size=4))
def test_any_days_can_be_drawn(days: list[date]) -> None:
    marks = [Mark(str(n), "开工", day, "actual", "done", "台账") for n, day in enumerate(sorted(days))]
    spans = tuple(Span("建设", day, day + timedelta(days=n)) for n, day in enumerate(days))
    etree.fromstring(across(line(*marks, spans=spans), "线").encode())
    etree.fromstring(downwards(line(*marks, spans=spans), "线").encode())

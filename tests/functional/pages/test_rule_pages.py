"""The pages of changing rules with care: proposal, back-test, decision, and versions beside each other."""

import re
from collections.abc import Callable

import pytest

from admin.system import System
from archive.models import Document
from retention.backtesting import go_on
from retention.change_models import RuleChange
from tests.functional.pages.conftest import Browser
from tests.unit.retention.test_rule_versions import RULE, newer, two_versions

__all__ = ["newer", "two_versions"]
FORM = {"s.grace_months": "12", "s.trial_months": "3", "reason": "57号文放宽", "effective_on": "2026-04-01"}


def test_from_proposal_to_the_page_that_says_whence_a_value_comes(system: System, filled: Document,
                                                                  signed_in: Callable[[str], Browser]) -> None:
    archivist, supervisor = signed_in("archivist"), signed_in("supervisor")
    page = archivist.follow("/rules/changes", FORM)
    change = RuleChange.objects.get()
    assert change.values == {"grace_months": 12}, "what was left as it is is no change"
    assert "还没有回测" in page
    assert "disabled" in supervisor.page(f"/rules/changes/{change.id}")
    waiting = archivist.follow(f"/rules/changes/{change.id}/backtest")
    assert 'http-equiv="refresh"' in waiting
    go_on(system.judge, 60)
    tested = supervisor.page(f"/rules/changes/{change.id}")
    assert 'http-equiv="refresh"' not in tested
    assert "2 / 2 个项目" in tested
    assert "不能批准自己的" not in tested
    assert "disabled" not in tested
    assert "须由另一位有权人员批准" in archivist.page(f"/rules/changes/{change.id}")
    assert "提出人不能批准自己的修改" in archivist.follow(f"/rules/changes/{change.id}/approve")
    assert "已批准" in supervisor.follow(f"/rules/changes/{change.id}/approve", {"note": "同意"})
    rules = signed_in("unit_a").page("/rules")
    assert "第 1 号修改自 2026-04-01 起" in rules
    result = archivist.page(f"/rules/backtests/{RuleChange.objects.get().backtest}?effect=better")
    assert "判断有变化的项目" in result


@pytest.mark.parametrize(("form", "said"), [
    ({**FORM, "effective_on": "2026-03-02"}, "最早为明天"), ({**FORM, "reason": "x"}, "请写明为什么修改"),
    ({**FORM, "s.grace_months": "-3"}, "应为整数"), ({**FORM, "effective_on": ""}, "必须填写")])
def test_what_cannot_be_proposed_is_said(filled: Document, signed_in: Callable[[str], Browser], form: dict[str, str], said: str) -> None:
    assert said in signed_in("archivist").follow("/rules/changes", form)
    assert RuleChange.objects.count() == 0


def test_two_versions_beside_each_other_for_one_project_and_for_all(
        two_versions: object, system: System, filled: Document, signed_in: Callable[[str], Browser]) -> None:
    archivist = signed_in("archivist")
    page = archivist.page(f"/rules/{RULE}?project=XM-A")
    for wanted in ("第 1 版", "第 2 版", "2026-01-01 起", "至 2025-12-31", "适用于本项目", "总投资不超过 1 元即符合", "grace_months"):
        assert wanted in page
    assert "没有找到项目" in signed_in("unit_b").page(f"/rules/{RULE}?project=XM-A")
    shown = archivist.follow(f"/rules/{RULE}/compare", {"left": "1", "right": "2"})
    assert "排队中" in shown
    go_on(system.judge, 60)
    key = re.search(r"/rules/backtests/([0-9a-f]{24})", archivist.page(f"/rules/{RULE}"))
    assert key
    result = archivist.page(f"/rules/backtests/{key[1]}")
    assert "2 / 2 个项目" in result
    assert "第 2 版" in result
    assert archivist.get(f"/rules/backtests/{key[1]}.xlsx").data.startswith(b"PK")
    assert "请选择两个不同的版本" in archivist.follow(f"/rules/{RULE}/compare", {"left": "2", "right": "2"})

"""Change with care, in a real browser: what if it were accepted, and two people who change a setting of the rules."""

import re

import pytest
from playwright.sync_api import expect

from admin.system import System
from retention.backtesting import go_on
from retention.change_models import RuleChange
from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser
NARROW = pytest.mark.parametrize("visitor", [(390, 844)], indirect=True, ids=["390"])


def test_what_if_it_were_accepted_in_ten_days(visitor: Visitor) -> None:
    page = visitor.sign_in("unit_a").open("/projects/SC-2024-001")
    page.get_by_role("link", name="如果今天验收").click()
    page.get_by_label("假设这一天组织验收并通过").fill("2026-03-12")
    page.get_by_role("button", name="看会怎样").click()
    overdue = page.locator("#result details").filter(has_text="R31-3")
    expect(overdue).to_contain_text("预警消失")
    overdue.locator("summary").click()
    expect(overdue).to_contain_text("已逾期")
    expect(page).to_have_url(re.compile("accepted_on=2026-03-12"))


@NARROW
def test_a_setting_is_changed_by_two_people_after_a_look_at_all_projects(visitor: Visitor, system: System) -> None:
    page = visitor.sign_in("archivist").open("/rules/changes")
    page.get_by_label("理由和依据").fill("从严执行：不给宽限")
    page.get_by_label("生效日期").fill("2026-04-01")
    page.get_by_label("试运行期满后组织验收的宽限月数").fill("0")
    page.get_by_label("验收到期日的起算").select_option("只按建设完成")
    page.get_by_role("button", name="提出", exact=True).click()
    page.get_by_role("button", name="开始回测").click()
    expect(page.get_by_text("须由另一位有权人员批准")).to_be_visible()
    go_on(system.judge, 60)
    page.get_by_role("button", name="展开导航").click()
    page.get_by_role("button", name="退出").click()

    page = visitor.sign_in("supervisor").open(f"/rules/changes/{RuleChange.objects.get().id}")
    expect(page.locator("#backtest")).to_contain_text("7 / 7 个项目")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="批准").click()
    expect(page.locator("h1")).to_contain_text("已批准")
    visitor.open("/rules")
    expect(page.locator("#settings")).to_contain_text("第 1 号修改自 2026-04-01 起")
    assert RuleChange.objects.get().values == {"grace_months": 0, "basis": "completion_only"}

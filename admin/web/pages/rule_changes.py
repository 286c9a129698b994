"""Settings of the rules changed with care: proposals, their back-tests, and the second person's decision."""

from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin.papers.backtests import EFFECTS, backtest_paper
from admin.web.pages.setting_forms import settings_given, shown_value
from admin.web.pages.shared import (
    actor,
    area,
    back,
    clean_query,
    day_field,
    needs,
    page_number,
    pages_of,
    system,
    today,
    told,
)
from admin.web.paper_files import paper_file
from archive import queries
from archive.errors import Invalid
from archive.permissions import Permission
from retention import backtests
from retention import rule_changes as core
from retention.change_models import SETTINGS, BackTest, RuleChange
from retention.compliance import report
from retention.compliance.rule_settings import RuleSettings

rule_changes = area("rule_changes", __name__)
SIZE = 50
STATES = {"proposed": "待批准", "approved": "已批准", "refused": "已退回", "withdrawn": "已撤回"}
RUN_STATES = {"waiting": "排队中", "running": "进行中", "done": "已完成", "stopped": "已停止"}
TURNS = {"proposed": "提出", "approved": "批准", "refused": "退回", "withdrawn": "撤回"}
FILTERS = ("effect", "rule", "unit")


@rule_changes.get("/rules/changes")
@needs(Permission.PROJECT_READ)
def listing() -> Any:
    found = core.list_changes(actor(), page=page_number(), size=SIZE)
    return render_template("pages/rule_changes.html", found=found, pages=pages_of(found.total, SIZE), states=STATES, today=today(),
                           settings=report.settings(system().judge.settings_on(today())), shown_value=shown_value)


@rule_changes.post("/rules/changes")
@needs(Permission.RULE_CHANGE)
def propose() -> Any:
    made: list[RuleChange] = []
    form = request.form
    if told(lambda: made.append(core.propose(
            actor(), system().clock, _base(), _values(), form.get("reason", ""), _begins())),
            "已提出。下一步：回测，再由另一位有权人员批准。"):
        return redirect(url_for("rule_changes.show", key=made[0].id))
    return redirect(url_for("rule_changes.listing") + "#propose")


@rule_changes.get("/rules/changes/<key>")
@needs(Permission.PROJECT_READ)
def show(key: str) -> Any:
    change = core.find_change(actor(), key)
    tests = backtests.backtests_of(actor(), key)
    return render_template(
        "pages/rule_change.html", change=change, tests=tests, states=STATES, run_states=RUN_STATES, turns=TURNS, today=today(),
        tested=change.state == "proposed" and core.tested(_base(), change), shown_value=shown_value,
        summary=backtests.summary_of(actor(), change.backtest) if change.backtest else None, effects=EFFECTS,
        names={item.name: item.doc for item in report.settings()}, titles={rule.id: rule.title for rule in report.rules()},
        live=change.state == "approved" and change.effective_on <= today())


@rule_changes.post("/rules/changes/<key>/backtest")
@needs(Permission.RULE_CHANGE)
def backtest(key: str) -> Any:
    told(lambda: backtests.ask_settings(actor(), system().clock, _base(), key), "回测已开始，在后台逐个项目进行；可以离开本页。")
    return back("rule_changes.show", key=key)


@rule_changes.post("/rules/changes/<key>/approve", defaults={"decision": "approve"})
@rule_changes.post("/rules/changes/<key>/refuse", defaults={"decision": "refuse"})
@rule_changes.post("/rules/changes/<key>/withdraw", defaults={"decision": "withdraw"})
@needs(Permission.RULE_CHANGE)
def decide(key: str, decision: str) -> Any:
    core.find_change(actor(), key)
    note = request.form.get("note", "")
    deeds = {"approve": lambda: core.approve(actor(), system().clock, _base(), key, note),
             "refuse": lambda: core.refuse(actor(), system().clock, key, note),
             "withdraw": lambda: core.withdraw(actor(), system().clock, key, note)}
    told(deeds[decision], {"approve": "已批准，自生效日期起按新的参数核对。", "refuse": "已退回。", "withdraw": "已撤回。"}[decision])
    return back("rule_changes.show", key=key)


@rule_changes.get("/rules/backtests/<key>")
@needs(Permission.PROJECT_READ)
def result(key: str) -> Any:
    test, chosen = backtests.find_backtest(actor(), key), clean_query(FILTERS)
    rows = backtests.list_rows(actor(), key, **chosen, page=page_number(), size=SIZE)
    return render_template(
        "pages/backtest.html", test=test, title=title_of(test), rows=rows, pages=pages_of(rows.total, SIZE), chosen=chosen,
        summary=backtests.summary_of(actor(), key), run_states=RUN_STATES, effects=EFFECTS, shown_value=shown_value,
        titles={rule.id: rule for rule in report.rules()}, units=queries.units_of(actor()), sides=sides_of(test))


@rule_changes.get("/rules/backtests/<key>.xlsx")
@needs(Permission.PROJECT_READ)
def download(key: str) -> Response:
    test = backtests.find_backtest(actor(), key)
    paper = backtest_paper(test, title_of(test), backtests.summary_of(actor(), key), backtests.all_rows(actor(), key))
    return paper_file(paper, f"回测-{test.day}", "xlsx")


def title_of(test: BackTest) -> str:
    return "回测：规则参数的修改" if test.kind == SETTINGS else f"回测：规则 {test.rule} 的两个版本"


def sides_of(test: BackTest) -> tuple[str, str]:
    """What stands left and right."""
    return ("现行参数", "新参数") if test.kind == SETTINGS else (f"第 {test.left['version']} 版", f"第 {test.right['version']} 版")


def _base() -> RuleSettings:
    return system().judge.settings


def _values() -> dict[str, Any]:
    """What the form wants otherwise than holds today; those ticked go back to the configuration's value."""
    given = settings_given(request.form, system().judge.settings_on(today()))
    return {**given, **dict.fromkeys(request.form.getlist("reset"))}


def _begins() -> Any:
    day = day_field(request.form, "effective_on", "生效日期")
    if day is None:
        raise Invalid(field="生效日期", problem="必须填写。")
    return day

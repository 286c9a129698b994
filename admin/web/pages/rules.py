"""The rules that are checked, their versions beside each other, the clauses they rest on, and the figures in force that fill what
the clauses leave open."""

from typing import Any

from flask import redirect, render_template, request, url_for

from admin.web.pages.rule_changes import RUN_STATES
from admin.web.pages.setting_forms import shown_value
from admin.web.pages.shared import actor, area, needs, system, today, told
from archive.access import sees_everything
from archive.errors import ArchiveError, Invalid
from archive.permissions import Permission
from retention import backtests
from retention.change_models import BackTest
from retention.compliance import report
from retention.rule_changes import coming, in_force
from retention.rule_versions import beside

rules_pages = area("rules", __name__)


@rules_pages.get("/rules")
def rules() -> Any:
    held = in_force(system().judge.settings, today())
    may = actor().may(Permission.PROJECT_READ) and sees_everything(actor())
    return render_template("pages/rules.html", rules=report.rules(), settings=report.settings(held.settings), version=held.version,
                           sources=held.sources, from_file=report.settings(system().judge.settings), coming=coming(today()),
                           may_read_changes=may, shown_value=shown_value)


@rules_pages.get("/rules/<key>")
def versions(key: str) -> Any:
    """A rule's versions side by side; of a project, what each says of it."""
    found, who, code = report.versions(key), actor(), request.args.get("project", "").strip()[:100]
    sides, problem = None, ""
    if code:
        try:
            sides = beside(system().judge, who, key, code)
        except ArchiveError as refusal:
            problem = str(refusal)
    compared = who.may(Permission.PROJECT_READ) and sees_everything(who)
    return render_template(
        "pages/rule.html", versions=found, rule=found[0].rule, sides=sides, code=code, problem=problem, run_states=RUN_STATES,
        may_ask=who.may(Permission.PROJECT_READ), tests=backtests.backtests_of(who, key) if compared else (), shown_value=shown_value,
        settings={item.name: item for item in report.settings(system().judge.settings_on(today()))})


@rules_pages.post("/rules/<key>/compare")
@needs(Permission.RULE_CHANGE)
def compare(key: str) -> Any:
    """Two versions over all projects, in the background."""
    made: list[BackTest] = []
    if told(lambda: made.append(backtests.ask_versions(actor(), system().clock, key, _number("left"), _number("right"))),
            "比较已开始，在后台逐个项目进行；可以离开本页。"):
        return redirect(url_for("rule_changes.result", key=made[0].id))
    return redirect(url_for("rules.versions", key=key))


@rules_pages.get("/clauses")
def clauses() -> Any:
    groups: dict[str, list[report.ClauseInfo]] = {}
    for info in report.clauses():  # the measures first, as in the file
        groups.setdefault(info.clause.instrument, []).append(info)
    return render_template("pages/clauses.html", groups=groups,
                           titles={rule.id: rule.title for rule in report.rules()})


def _number(name: str) -> int:
    text = request.form.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise Invalid(field="版本", problem="请选择要比较的两个版本。")
    return int(text)

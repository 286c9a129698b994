"""The board of findings: grouped by urgency, explained in place, acknowledged and waived by those who may."""

from datetime import date
from typing import Any

from flask import render_template, request

from admin.web.pages import words
from admin.web.pages.liveness import scheduler_lease
from admin.web.pages.shared import actor, area, back, clean_query, day_field, needs, page_number, system, today, told
from archive import queries
from archive.errors import Invalid
from archive.permissions import Permission
from retention import finding_lists
from retention import findings as alerts
from retention.finding_lists import GROUPS, Filters

findings = area("findings", __name__)
FILTERS = ("status", "severity", "rule", "unit", "project", "group")
# On the board each group shows this many; a group of its own has pages.
ON_BOARD, SIZE = 20, 50


@findings.get("/findings")
@needs(Permission.PROJECT_READ)
def board() -> Any:
    who, day, chosen = actor(), today(), clean_query(FILTERS)
    filters = Filters(**{name: value for name, value in chosen.items() if name != "group"})
    only = chosen.get("group", "")
    wanted = [only] if only in GROUPS else list(GROUPS)
    page, size = (page_number(), SIZE) if only in GROUPS else (1, ON_BOARD)
    counts = finding_lists.count_groups(who, day, filters)
    lists = {group: finding_lists.list_group(who, day, group, filters, page=page, size=size, total=counts[group]) for group in wanted}
    return render_template(
        "pages/findings.html", lists=lists, groups=GROUPS, only=only, chosen=chosen, today=day,
        scheduler_silent=scheduler_lease() is None,
        counts=counts, rules=finding_lists.rules_in_use(),
        units=queries.units_of(who), severities=words.SEVERITIES, statuses=words.STATUSES)


@findings.get("/findings/<key>")
@needs(Permission.PROJECT_READ)
def show(key: str) -> Any:
    """One finding on a page of its own: where links in mails lead."""
    finding = alerts.view_finding(actor(), key, today())
    return render_template("pages/finding.html", finding=finding)


@findings.post("/findings/<key>/acknowledge")
@needs(Permission.ALERT_ACKNOWLEDGE)
def acknowledge(key: str) -> Any:
    alerts.find_finding(actor(), key)
    told(lambda: alerts.acknowledge(actor(), system().clock, key, request.form.get("note", "").strip()),
         "已记录：此事项有人跟进。原因消除前预警仍保留。")
    return back("findings.show", key=key)


@findings.post("/findings/<key>/waive")
@needs(Permission.ALERT_WAIVE)
def waive(key: str) -> Any:
    alerts.find_finding(actor(), key)
    told(lambda: alerts.ask_waiver(actor(), system().clock, key, request.form.get("reason", ""), _until()),
         "豁免申请已提交，须由另一位有权人员批准后生效。")
    return back("findings.show", key=key)


@findings.post("/findings/<key>/approve")
@needs(Permission.ALERT_WAIVE)
def approve(key: str) -> Any:
    alerts.find_finding(actor(), key)
    told(lambda: alerts.approve_waiver(actor(), system().clock, key), "豁免已批准。")
    return back("findings.show", key=key)


def _until() -> date:
    until = day_field(request.form, "until", "豁免截止日期")
    if until is None:
        raise Invalid(field="豁免截止日期", problem="必须填写。")
    return until

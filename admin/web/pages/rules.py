"""The rules that are checked, the clauses they rest on, and the figures that fill what the clauses leave open."""

from typing import Any

from flask import render_template

from admin.web.pages.shared import area, system
from retention.compliance import report

rules_pages = area("rules", __name__)


@rules_pages.get("/rules")
def rules() -> Any:
    return render_template("pages/rules.html", rules=report.rules(), settings=report.settings(system().settings.rules))


@rules_pages.get("/clauses")
def clauses() -> Any:
    return render_template("pages/clauses.html", clauses=report.clauses(),
                           titles={rule.id: rule.title for rule in report.rules()})

"""What-if on a project: a form of its facts, contracts and the rules' settings, and only what would be found otherwise. A GET: it
writes nothing, and its address can be passed on."""

from collections.abc import Mapping
from typing import Any

from flask import render_template, request

from admin.web.pages import words
from admin.web.pages.formats import wan_input
from admin.web.pages.project_forms import FLAGS, fen_of
from admin.web.pages.setting_forms import settings_given, shown_value
from admin.web.pages.shared import actor, area, day_field, needs, system, today
from admin.web.pages.type_choices import by_stage
from archive import queries
from archive.errors import ArchiveError
from archive.models import Contract, Project
from archive.permissions import Permission
from retention.compliance import report
from retention.supposing import Paper, Supposed
from retention.whatif import what_if

whatif = area("whatif", __name__)
DATES = ("approved_on", "registered_on", "contract_signed_on", "construction_start", "planned_completion", "actual_completion",
         "trial_start", "planned_acceptance", "extension_until", "acceptance_date", "operation_start", "warranty_end")
OTHERS = ("acceptance_result", "mlps_level", "funding_source")
CONTRACT_DATES: Mapping[str, str] = {"signed_on": "签订", "start_on": "开始", "end_on": "结束"}
LONGEST = 300


@whatif.get("/projects/<code>/what-if")
@needs(Permission.PROJECT_READ)
def show(code: str) -> Any:
    project, contracts = queries.find_project(actor(), code), queries.contracts_of(actor(), code)
    found, problem = None, ""
    try:
        if supposed := _supposed(project, contracts):
            found = what_if(system().judge, actor(), code, supposed)
    except ArchiveError as refusal:
        problem = str(refusal)
    return render_template(
        "pages/whatif.html", project=project, contracts=contracts, found=found, problem=problem, today=today(), given=request.args,
        dates=DATES, others=OTHERS, flags=FLAGS, contract_dates=CONTRACT_DATES, types=by_stage(), field_names=words.PROJECT_FIELDS,
        titles={rule.id: rule for rule in report.rules()}, shown_value=shown_value, value_of=_input,
        settings=report.settings(system().judge.settings_on(today())))


def _supposed(project: Project, contracts: list[Contract]) -> Supposed:
    """What the form says otherwise than it is. Raises Invalid."""
    args = request.args
    absent = tuple(filter(None, args.getlist("absent")))
    day = day_field(args, "present_on", "归档材料的日期")
    return Supposed(
        day_field(args, "as_of", "按哪一天"), day_field(args, "accepted_on", "验收日期"), _facts(project), _contracts(contracts),
        tuple(Paper(key, day) for key in filter(None, args.getlist("present"))), absent,
        settings_given(args, system().judge.settings_on(today())))


def _facts(project: Project) -> dict[str, Any]:
    """Of the fields that were sent, those that differ from the project's."""
    args, found = request.args, {}
    for name in (*DATES, *OTHERS, *FLAGS, "total_investment_fen"):
        if f"p.{name}" in args:
            value = _sent(name, args[f"p.{name}"].strip()[:LONGEST])
            if value != getattr(project, name):
                found[name] = value
    return found


def _sent(name: str, text: str) -> Any:
    label = words.PROJECT_FIELDS[name]
    if name in DATES:
        return day_field({name: text}, name, label)
    if name in FLAGS:
        return text == "1"
    return fen_of(text, label) if name == "total_investment_fen" else text


def _contracts(contracts: list[Contract]) -> dict[str, dict[str, Any]]:
    """By number, the days and sums that differ."""
    found: dict[str, dict[str, Any]] = {}
    for place, contract in enumerate(contracts):
        for name in (*CONTRACT_DATES, "amount_fen"):
            sent = request.args.get(f"c{place}.{name}")
            if sent is None:
                continue
            value: Any = fen_of(sent.strip(), "合同金额") if name == "amount_fen" else day_field({name: sent}, name, "合同日期")
            if value != getattr(contract, name):
                found.setdefault(contract.number, {})[name] = value
    return found


def _input(key: str, stored: Any) -> str:
    """What stands in the input: what was sent, else what is."""
    sent: str | None = request.args.get(key)
    if sent is not None:
        return sent[:LONGEST]
    return wan_input(stored) if key.endswith("_fen") else "" if stored is None else str(stored)

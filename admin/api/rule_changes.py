"""Settings of the rules over HTTP: what is in force and whence, proposals and their back-tests, versions beside each other."""

from typing import Any

from flask import Response

from admin.api.change_shapes import AnswerOut
from admin.api.context import actor, answer, area, system
from admin.api.idempotency import WriteHeaders, idempotent
from admin.api.problems import responses
from admin.api.readiness import BYTES
from admin.api.rule_change_shapes import (
    BackTestOut,
    BackTestPath,
    ChangePath,
    ChangesQuery,
    Compared,
    Day,
    GroupOut,
    Note,
    Proposal,
    RowList,
    RowOut,
    RowsQuery,
    RuleChangeList,
    RuleChangeOut,
    RulePath,
    SettingOut,
    SettingsOut,
    SettingsVersionOut,
    SettingsVersionPath,
    TurnOut,
    VersionList,
    VersionOut,
    VersionsQuery,
)
from admin.papers.backtests import backtest_paper
from admin.web.pages.rule_changes import title_of
from admin.web.paper_files import paper_file
from retention import backtests
from retention import rule_changes as core
from retention.change_models import PROPOSED, BackTest, RuleChange
from retention.compliance import report
from retention.compliance.rule_settings import RuleSettings
from retention.compliance.setting_values import kept
from retention.rule_versions import Side, beside

rule_changes = area("rule_changes", "规则参数与版本")


@rule_changes.get("/rules/settings", responses={200: SettingsOut})
def settings(query: Day) -> Response:
    """某一天施行的规则参数，以及每一项的值来自哪里"""
    day = query.as_of or system().clock.today()
    held, file = core.in_force(_base(), day), report.settings(_base())
    return answer(SettingsOut(as_of=day, version=held.version, settings=[
        _setting(now, in_file, held.sources.get(now.name))
        for now, in_file in zip(report.settings(held.settings), file, strict=True)]))


@rule_changes.get("/rules/settings/<version>", responses={200: SettingsVersionOut, **responses(404)})
def settings_version(path: SettingsVersionPath) -> Response:
    """判断事项时所用的一组参数"""
    found = core.settings_version(path.version)
    return answer(SettingsVersionOut(version=found.id, values=found.values, seen_at=found.seen_at))


@rule_changes.get("/rules/changes", responses={200: RuleChangeList})
def listed(query: ChangesQuery) -> Response:
    """历次参数修改，新的在前"""
    found = core.list_changes(actor(), state=query.state, page=query.page, size=query.size)
    return answer(RuleChangeList(items=list(map(_change, found.items)), total=found.total, page=found.page, size=found.size))


@rule_changes.post("/rules/changes", responses={201: RuleChangeOut})
@idempotent
def propose(header: WriteHeaders, body: Proposal) -> Response:
    """提出参数修改；须经回测并由另一人批准才施行"""
    made = core.propose(actor(), system().clock, _base(), body.values, body.reason, body.effective_on)
    return answer(_change(made), 201)


@rule_changes.get("/rules/changes/<id>", responses={200: RuleChangeOut, **responses(404)})
def show(path: ChangePath) -> Response:
    """一次参数修改及其经过"""
    return answer(_change(core.find_change(actor(), path.id)))


@rule_changes.post("/rules/changes/<id>/backtest", responses={202: BackTestOut, **responses(404)})
@idempotent
def backtest(header: WriteHeaders, path: ChangePath) -> Response:
    """对全部项目回测，在后台进行"""
    return answer(_backtest(backtests.ask_settings(actor(), system().clock, _base(), path.id)), 202)


@rule_changes.post("/rules/changes/<id>/approve", responses={200: RuleChangeOut, **responses(404)})
@idempotent
def approve(header: WriteHeaders, path: ChangePath, body: Note) -> Response:
    """批准；提出人不能批准自己的修改"""
    return answer(_change(core.approve(actor(), system().clock, _base(), path.id, body.note)))


@rule_changes.post("/rules/changes/<id>/refuse", responses={200: RuleChangeOut, **responses(404)})
@idempotent
def refuse(header: WriteHeaders, path: ChangePath, body: Note) -> Response:
    """退回，须写明理由"""
    return answer(_change(core.refuse(actor(), system().clock, path.id, body.note)))


@rule_changes.post("/rules/changes/<id>/withdraw", responses={200: RuleChangeOut, **responses(404)})
@idempotent
def withdraw(header: WriteHeaders, path: ChangePath, body: Note) -> Response:
    """提出人撤回"""
    return answer(_change(core.withdraw(actor(), system().clock, path.id, body.note)))


@rule_changes.get("/rules/backtests/<id>", responses={200: BackTestOut, **responses(404)})
def result(path: BackTestPath) -> Response:
    """回测的进度和结果，按规则、按单位"""
    return answer(_backtest(backtests.find_backtest(actor(), path.id)))


@rule_changes.get("/rules/backtests/<id>/projects", responses={200: RowList, **responses(404)})
def rows(path: BackTestPath, query: RowsQuery) -> Response:
    """判断有变化的项目，逐项并列前后"""
    found = backtests.list_rows(actor(), path.id, effect=query.effect, rule=query.rule, unit=query.unit, page=query.page,
                                size=query.size)
    return answer(RowList(items=[RowOut.model_validate(row) for row in found.items], total=found.total, page=found.page,
                          size=found.size))


@rule_changes.get("/rules/backtests/<id>/xlsx", responses={"200": {"description": "XLSX", **BYTES}, **responses(404)})
def exported(path: BackTestPath) -> Response:
    """回测结果的电子表格"""
    test = backtests.find_backtest(actor(), path.id)
    paper = backtest_paper(test, title_of(test), backtests.summary_of(actor(), test.id), backtests.all_rows(actor(), test.id))
    return paper_file(paper, f"backtest-{test.day}", "xlsx")


@rule_changes.get("/rules/<id>/versions", responses={200: VersionList, **responses(404)})
def versions(path: RulePath, query: VersionsQuery) -> Response:
    """规则的各版本并列；给出项目时，各版本对它的判断"""
    found = report.versions(path.id)
    sides = beside(system().judge, actor(), path.id, query.project) if query.project else (None,) * len(found)
    return answer(VersionList(rule=path.id, project=query.project,
                              versions=[_version(info, side) for info, side in zip(found, sides, strict=True)]))


@rule_changes.post("/rules/<id>/versions/compare", responses={202: BackTestOut, **responses(404)})
@idempotent
def compare(header: WriteHeaders, path: RulePath, body: Compared) -> Response:
    """以两个版本判断全部项目，在后台进行"""
    return answer(_backtest(backtests.ask_versions(actor(), system().clock, path.id, body.left, body.right)), 202)


def _base() -> RuleSettings:
    return system().judge.settings


def _setting(now: report.SettingInfo, in_file: report.SettingInfo, change: int | None) -> SettingOut:
    source = "change" if change else "file" if in_file.value != in_file.default else "default"
    return SettingOut.model_validate({
        "name": now.name, "value": kept(now.value), "default": kept(now.default), "in_file": kept(in_file.value), "source": source,
        "change": change, "mark": now.mark, "doc": now.doc})


def _change(change: RuleChange) -> RuleChangeOut:
    same: dict[str, Any] = {name: getattr(change, name) for name in RuleChangeOut.model_fields if name not in ("tested", "history")}
    return RuleChangeOut(**same, tested=change.state == PROPOSED and core.tested(_base(), change),
                         history=[TurnOut.model_validate(turn) for turn in change.history])


def _backtest(test: BackTest) -> BackTestOut:
    found = backtests.summary_of(actor(), test.id)
    counts = ("projects", "breaks", "heals", *backtests.COUNTED)
    own = {name: getattr(test, name) for name in BackTestOut.model_fields if name not in (*counts, "by_rule", "by_unit")}
    groups: dict[str, Any] = {name: [GroupOut.model_validate(group) for group in getattr(found, name)]
                              for name in ("by_rule", "by_unit")}
    return BackTestOut(**own, **{name: getattr(found, name) for name in counts}, **groups)


def _version(info: report.VersionInfo, side: Side | None) -> VersionOut:
    rule, held = info.rule, system().judge.settings_on(system().clock.today())
    return VersionOut.model_validate({
        "version": rule.version, "title": rule.title, "since": rule.since, "until": info.until, "clause": rule.clause,
        "also": rule.also, "severity": rule.severity,
        "arithmetic": rule.arithmetic, "evidence": rule.evidence, "holds": side.holds if side else None,
        "settings": {name: kept(getattr(held, name)) for name in (side.settings if side else ())},
        "findings": [AnswerOut.model_validate(finding) for finding in (side.findings if side else ())]})

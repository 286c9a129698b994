"""what-if: what would be found under another day, fact or setting; nothing is changed."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

import click

from admin.cli.common import LOCAL, as_json, as_of, opened, show
from archive.errors import Invalid
from archive.personal import mask
from retention.compliance.findings import Finding
from retention.differences import APPEARS, VANISHES, Difference
from retention.supposing import PROJECT_FACTS, Paper, Supposed
from retention.whatif import WhatIf, what_if

NAMES = {"failed": "违反", "due": "待办", "unknown": "缺数据", "passed": "符合", "not_applicable": "不适用"}
ALERTS = {APPEARS: "出现预警", VANISHES: "预警消失"}
DAY = click.DateTime(["%Y-%m-%d"])
WHOLE = ("total_investment_fen", "amount_fen", "trial_abnormal_days")
FLAGS = {"是": True, "否": False, "true": True, "false": False}


@click.command("what-if")
@click.argument("code")
@as_of
@click.option("--accepted-on", type=DAY, help="假设这一天组织验收并通过")
@click.option("--set", "facts", multiple=True, metavar="名称=值", help="假设项目的一项，例如 trial_start=2026-05-01；值留空为未登记")
@click.option("--contract", "contracts", multiple=True, metavar="合同编号:名称=值", help="假设合同的一项，例如 HT-1:end_on=2026-12-31")
@click.option("--with", "present", multiple=True, metavar="类型[=日期]", help="假设这种材料已归档")
@click.option("--without", "absent", multiple=True, metavar="类型", help="假设没有这种材料")
@click.option("--setting", "settings", multiple=True, metavar="参数=值", help="假设规则参数，例如 grace_months=0")
@as_json
def whatif(code: str, as_of: datetime | None, accepted_on: datetime | None, facts: tuple[str, ...], contracts: tuple[str, ...],
           present: tuple[str, ...], absent: tuple[str, ...], settings: tuple[str, ...], as_json: bool) -> int:
    """如果……会怎样：只列出会改变的判断，不改动任何数据。会出现新的违反时退出码为 1。"""
    supposed = Supposed(
        _day(as_of), _day(accepted_on), dict(map(_fact, facts)), _contracts(contracts), tuple(map(_paper, present)), absent,
        dict(map(_pair, settings)))
    with opened() as system:
        found = what_if(system.judge, LOCAL, code, supposed)
    if as_json:
        from admin.api.whatif import what_if_shape

        show(what_if_shape(found).model_dump())
    else:
        _print(found)
    return 1 if any(change.after and change.after.outcome == "failed" for change in found.changes) else 0


def _day(value: datetime | None) -> date | None:
    return value.date() if value else None


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise Invalid(field=text[:60], problem="应写成 名称=值。")
    return name.strip(), value.strip()


def _fact(text: str) -> tuple[str, str | int | bool | None]:
    """A value as its field wants it: numbers as numbers; whether there is such a field is said by the core."""
    name, value = _pair(text)
    if name in WHOLE and value.isascii() and value.isdigit():
        return name, int(value)
    if name in ("classified", "cross_department") and value in FLAGS and name in PROJECT_FACTS:
        return name, FLAGS[value]
    return name, value or None


def _contracts(texts: Iterable[str]) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = defaultdict(dict)
    for text in texts:
        number, colon, rest = text.rpartition(":")
        if not colon:
            raise Invalid(field=text[:60], problem="应写成 合同编号:名称=值。")
        name, value = _fact(rest)
        found[number][name] = value
    return dict(found)


def _paper(text: str) -> Paper:
    key, _, day = text.partition("=")
    try:
        return Paper(key.strip(), date.fromisoformat(day.strip()) if day.strip() else None)
    except ValueError:
        raise Invalid(field=text[:60], problem="日期应写成 2024-03-01 的样子。") from None


def _print(found: WhatIf) -> None:
    for change in found.changes:
        about = f"（{change.subject}）" if change.subject else ""
        click.echo(f"{change.rule}{about}\t{_side(change.before)} → {_side(change.after)}\t{ALERTS.get(change.alert, '')}".rstrip())
        _explain(change)
    for name, (before, after) in found.settings.items():
        click.echo(f"参数 {name}：{before} → {after}")
    click.echo(f"按 {found.day} 判断（现在是 {found.today}）：{len(found.changes)} 项会改变，{found.same} 项不变；"
               f"违反 {found.failed_before} → {found.failed_after} 项。没有保存任何内容。")


def _explain(change: Difference) -> None:
    if change.after is not None:
        click.echo(f"  {mask(change.after.reason)}")
        for step in change.after.steps:
            click.echo(f"    {mask(step)}")


def _side(finding: Finding | None) -> str:
    if finding is None:
        return "无"
    return NAMES[finding.outcome] + (f" {finding.severity}" if finding.outcome in ("failed", "due") else "") + (
        f" {finding.due_on}" if finding.due_on else "")

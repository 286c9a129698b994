"""workdays list, workdays import, workdays set."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from admin.cli.common import LOCAL, as_json, opened, show
from retention.work_year_files import read_year
from retention.work_years import KINDS, Turned, YearState, import_year, set_day, years


@click.group()
def workdays() -> None:
    """工作日：各年的放假调休安排。"""


@workdays.command("list")
@as_json
def list_(as_json: bool) -> int:
    """列出各年的数据是否齐全；本年没有数据时退出码为 1。"""
    with opened() as system:
        today = system.clock.today()
        found = years(system.settings.workdays, today)
    if as_json:
        show({"items": [_item(state) for state in found], "total": len(found)})
    else:
        for state in found:
            click.echo(f"{state.year}\t{'已公布' if state.known else '暂定'}\t{_basis(state)}")
    return 0 if all(state.known for state in found if state.year == today.year) else 1


@workdays.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="只检查并列出会变的日子，不保存")
@as_json
def import_(file: Path, dry_run: bool, as_json: bool) -> None:
    """导入一年的安排（.json、.toml、.csv），之后自动重新核对全部项目。"""
    with opened() as system:
        new = read_year(file.name, file.read_bytes())
        turned = import_year(LOCAL, system.clock, system.settings.workdays, new, dry_run=dry_run)
    if as_json:
        return show({"year": new.year, "dry_run": dry_run, "changed": _changed(turned)})
    _tell(turned)
    click.echo(f"{new.year} 年：{'检查通过，没有保存' if dry_run else '已导入'}，{len(turned)} 天与原来不同。")
    return None


@workdays.command("set")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@click.argument("kind", type=click.Choice(list(KINDS)))
@click.option("--reason", required=True, help="依据，例如文号")
def set_(day: datetime, kind: str, reason: str) -> None:
    """改一天：rest 休息，work 上班，usual 恢复原有安排。"""
    with opened() as system:
        _tell(set_day(LOCAL, system.clock, system.settings.workdays, day.date(), kind, reason))
    click.echo(f"{day:%Y-%m-%d} 已设为{KINDS[kind]}。")


def _tell(turned: list[Turned]) -> None:
    for one in turned:
        click.echo(f"{one.day}\t{'上班' if one.before else '休息'} → {'上班' if one.after else '休息'}")


def _changed(turned: list[Turned]) -> list[dict[str, Any]]:
    return [{"day": one.day, "before": one.before, "after": one.after} for one in turned]


def _item(state: YearState) -> dict[str, Any]:
    kept = state.kept
    days = {date.fromisoformat(day): kind for day, kind in (kept.days if kept else {}).items()}
    return {"year": state.year, "known": state.known, "source": kept.source if kept else "", "complete": bool(kept and kept.complete),
            "rest": [day for day, kind in days.items() if kind == "rest"],
            "work": [day for day, kind in days.items() if kind == "work"]}


def _basis(state: YearState) -> str:
    if state.kept is None:
        return "程序自带" if state.known else "只有法定节假日"
    return (state.kept.source or "已导入") if state.kept.complete else f"更正 {len(state.kept.days)} 天"

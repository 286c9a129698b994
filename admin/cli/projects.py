"""project import, list, show."""

from dataclasses import asdict
from pathlib import Path

import click

from admin.cli.common import LOCAL, actor_named, as_json, opened, show
from admin.cli.shapes import contract_shape, project_shape
from admin.ledger_export import export_ledger
from admin.ledger_import import ImportReport, import_file
from admin.worker import wait_until_done, working
from archive.dossier import dossier_of
from archive.models import Project
from archive.queries import contracts_of, find_project, list_projects
from archive.registers import REGISTERS
from ingest.ledger import write_ledger

WAIT_SECONDS = 600


@click.group()
def project() -> None:
    """项目与台账。"""


@project.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="只检查，不写入")
@as_json
def import_(file: Path, dry_run: bool, as_json: bool) -> int:
    """导入台账（.xlsx 或 .csv）：全部成功或全部不动；每个错误指明表、行、列。"""
    if not file.is_file():
        raise click.UsageError(f"没有文件“{file}”。")
    with opened(work=True) as system, working(system):
        report = import_file(system, LOCAL, file, dry_run=dry_run)
        if not report.errors and not dry_run:
            wait_until_done(system, [p.code for p in Project.objects.only("code")], timeout=WAIT_SECONDS)
    if as_json:
        show({name: value for name, value in asdict(report).items() if name != "registers" or value})
    else:
        _print(report, dry_run)
    return 1 if report.errors else 0


def _print(report: ImportReport, dry_run: bool) -> None:
    for error in report.errors:
        click.echo(f"{error.sheet} 第 {error.row} 行 {error.column}：{error.message}")
    if report.errors:
        return click.echo(f"共 {len(report.errors)} 处错误，没有导入任何一行。请改正后重新导入。")
    registers = [(REGISTERS[key].title, counts) for key, counts in report.registers.items()]
    for name, counts in (("项目", report.projects), ("合同", report.contracts), *registers):
        click.echo(f"{name}：新增 {counts['created']}，更新 {counts['updated']}，未变 {counts['unchanged']}")
    return click.echo("仅检查，未写入。") if dry_run else None


@project.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def template(file: Path) -> None:
    """写出一份空白台账（.xlsx），含全部列。"""
    if file.exists():
        raise click.UsageError(f"文件“{file}”已存在，没有覆盖；请换一个名字。")
    write_ledger(file, (), (), blank=True)
    click.echo(f"已写出 {file}")


@project.command("export-ledger")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--as", "name", help="只写出这个用户能看到的")
def export_ledger_(file: Path, name: str | None) -> None:
    """把台账写成 .xlsx：项目、合同和各登记簿，可原样再导入。"""
    if file.exists():
        raise click.UsageError(f"文件“{file}”已存在，没有覆盖；请换一个名字。")
    with opened():
        export_ledger(actor_named(name), file)
    click.echo(f"已写出 {file}")


@project.command("list")
@as_json
def list_(as_json: bool) -> None:
    """列出全部项目。"""
    with opened():
        items, page = [], 1
        while batch := list_projects(LOCAL, page=page, size=200).items:
            items += [project_shape(item) for item in batch]
            page += 1
    if as_json:
        return show({"items": items, "total": len(items)})
    for item in items:
        click.echo(f"{item['code']}\t{item['name']}\t{item['unit']}")
    return None


@project.command("show")
@click.argument("code")
@as_json
def show_(code: str, as_json: bool) -> None:
    """一个项目的登记事项、合同与案卷完整率。"""
    with opened():
        found = find_project(LOCAL, code)
        shape = project_shape(found) | {
            "contracts": [contract_shape(c) for c in contracts_of(LOCAL, code)],
            "completeness": round(dossier_of(LOCAL, code).completeness, 4)}
    if as_json:
        return show(shape)
    for name, value in shape.items():
        if value not in (None, "", []) and name != "contracts":
            click.echo(f"{name}: {value}")
    for contract in shape["contracts"]:
        click.echo(f"合同 {contract['number']}\t{contract['type']}\t{contract['start_on']} – {contract['end_on']}")
    return None

"""separators: sheets to print that part a scanned stack."""

from pathlib import Path

import click

from admin.cli.common import actor_named, opened
from admin.separator_sheets import sheets_of
from archive.access import require
from archive.permissions import Permission
from archive.queries import find_project


@click.command()
@click.argument("projects", nargs=-1, required=True, metavar="PROJECT...")
@click.option("-o", "--output", "target", required=True, type=click.Path(path_type=Path, dir_okay=False), help="写到这个 PDF")
@click.option("--type", "types", multiple=True, help="文件类型（taxonomy 的 key），可写多次，每种一页；不写则由系统识别")
@click.option("--as", "name", help="以这个用户的身份执行")
def separators(projects: tuple[str, ...], target: Path, types: tuple[str, ...], name: str | None) -> int:
    """打印分隔页：扫描时夹在各件之间，放进 DANGAN_SCANNER_DIR 的整叠扫描件按它拆分归档。"""
    with opened():
        actor = actor_named(name)
        require(actor, Permission.DOCUMENT_FILE)
        data = sheets_of([find_project(actor, code) for code in dict.fromkeys(projects)], types)
    try:
        target.write_bytes(data)
    except OSError as error:
        raise click.UsageError(f"写不进“{target}”（{error.strerror}），请换一个位置。") from error
    click.echo(f"已写到 {target}，共 {len(set(projects)) * max(len(types), 1)} 页。")
    return 0

"""backup, restore, notices: a copy of everything, the way back, and letting mails go out again after it."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from admin import settings
from admin.backup import marker
from admin.backup.check import Checked, check
from admin.backup.dump import Progress
from admin.backup.keep import described
from admin.backup.make import Backup, make
from admin.backup.manifest import Manifest
from admin.backup.place import Place
from admin.backup.policy import Keep
from admin.backup.restore import Restored
from admin.backup.restore import restore as restore_snapshot
from admin.bootstrap import build
from admin.cli.common import LOCAL, as_json, opened, show
from admin.system import System

EVERY_SECONDS = 1.0


def _keep(_context: click.Context, _parameter: click.Parameter, value: str) -> Keep | None:
    try:
        return Keep.parse(value) if value else None
    except ValueError as error:
        raise click.BadParameter(f"“{value}”不可用，{error}。") from None


@click.command()
@click.argument("dest", type=click.Path(path_type=Path, file_okay=False))
@click.option("--list", "listing", is_flag=True, help="列出 DEST 里完整的备份，不做备份")
@click.option("--verify", "verifying", is_flag=True, help="重读 DEST 里的全部备份并核对摘要，不做备份；不需要服务器")
@click.option("--keep", default="", callback=_keep, metavar="日,周,月",
              help="备份后只留最近若干日、周、月各一份，例如 7,4,12；默认全部保留")
@as_json
def backup(dest: Path, listing: bool, verifying: bool, keep: Keep | None, as_json: bool) -> int:
    """把数据库与文件备份到文件夹 DEST；系统可照常运行。有文件没有备份到时退出码为 1。

    同一 DEST 可反复使用：只复制新的文件，每次运行得到一份完整的备份。
    """
    if listing + verifying + (keep is not None) > 1:
        raise click.UsageError("--list、--verify 与 --keep 只能用一个。")
    place = Place(dest)
    if listing:
        return _list(place, as_json)
    if verifying:
        return _verify(check(place, _teller(as_json)), as_json)
    with opened() as system:
        made = make(system, LOCAL, place, keep=keep, progress=_teller(as_json))
    return _made(made, as_json)


@click.command()
@click.argument("src", type=click.Path(path_type=Path, file_okay=False))
@click.option("--snapshot", default="", help="哪一份备份（dangan backup SRC --list 列出）；默认最新的一份")
@as_json
def restore(src: Path, snapshot: str, as_json: bool) -> int:
    """从文件夹 SRC 恢复到空的档案库；已有内容时拒绝。中断后再运行一次会接着做完。

    恢复后提醒邮件暂停，确认原系统不再发信后运行 dangan notices resume。
    """
    with _for_restoring() as system:
        restored = restore_snapshot(system, LOCAL, Place(src), snapshot, _teller(as_json))
    return _restored(restored, as_json)


@click.group()
def notices() -> None:
    """提醒邮件。"""


@notices.command()
def resume() -> None:
    """恢复备份后，让提醒邮件重新发出。"""
    with opened() as system:
        changed = marker.resume_notices(LOCAL, system.clock)
    click.echo("提醒邮件已恢复发送；今天的可用 dangan jobs run notices.daily 立即发出。" if changed else "提醒邮件没有暂停，无需恢复。")


@contextmanager
def _for_restoring() -> Iterator[System]:
    system = build(settings.load(), work=True, restoring=True)
    try:
        yield system
    finally:
        system.close()


def _teller(quiet: bool) -> Progress:
    """Says on standard error how far it is, at most once a second; on a terminal the line is written over."""
    said = time.monotonic()
    terminal = sys.stderr.isatty()

    def tell(what: str, done: int, total: int) -> None:
        nonlocal said
        if time.monotonic() - said < EVERY_SECONDS:
            return
        said = time.monotonic()
        shown = f"{what} {done}" + (f" / {total}" if total else "")
        click.echo(f"\r\033[K{shown}" if terminal else shown, err=True, nl=not terminal)

    return (lambda what, done, total: None) if quiet else tell


def _list(place: Place, as_json: bool) -> int:
    with place.shared():
        found = described(place)
    items: list[dict[str, Any]] = [{
        "snapshot": m.snapshot, "instant": m.instant, "seconds": m.seconds, "documents": _count(m, "documents"),
        "entries": sum(seal.count for seal in m.collections.values()), "objects": m.objects,
        "object_bytes": m.object_bytes, "dangan": m.dangan, "problems": m.problems} for m in found]
    if as_json:
        show({"items": items, "total": len(items)})
        return 0
    for item in items:
        problems = f"\t{len(item['problems'])} 个对象没有备份到" if item["problems"] else ""
        click.echo(f"{item['snapshot']}\t文件 {item['documents']} 件\t"
                   f"对象 {item['objects']} 个，{_size(item['object_bytes'])}{problems}")
    click.echo(f"共 {len(items)} 份完整的备份。")
    return 0


def _verify(checked: Checked, as_json: bool) -> int:
    if as_json:
        show(checked)
    else:
        click.echo(f"已核对：备份 {checked.snapshots} 份，清单与转储 {checked.files} 个，对象 {checked.objects} 个")
        for line in checked.known:
            click.echo(f"备份时已知：{line}")
        for line in checked.problems:
            click.echo(f"问题：{line}")
        click.echo("没有发现差异。" if not checked.problems else f"共 {len(checked.problems)} 处问题。")
    return 1 if checked.problems else 0


def _made(made: Backup, as_json: bool) -> int:
    if as_json:
        show(made)
    else:
        for line in made.problems:
            click.echo(f"问题：{line}")
        for name in made.removed:
            click.echo(f"已按保留规则移除：{name}")
        click.echo(f"备份 {made.snapshot} 已完成：记录 {made.entries} 条，对象 {made.objects} 个"
                   f"（新复制 {made.copied} 个，{_size(made.copied_bytes)}），用时 {made.seconds:.1f} 秒。")
    return 1 if made.problems else 0


def _restored(restored: Restored, as_json: bool) -> int:
    if as_json:
        show(restored)
    else:
        for line in restored.problems:
            click.echo(f"问题：{line}")
        click.echo(f"已从备份 {restored.snapshot} 恢复：记录 {restored.entries} 条，对象 {restored.objects} 个，"
                   f"索引 {restored.indexed} 件，用时 {restored.seconds:.1f} 秒。内容截至 {restored.instant}。")
        click.echo(marker.PAUSED_TEXT + "。")
        click.echo("请运行 dangan verify 核对。")
    return 1 if restored.problems else 0


def _count(manifest: Manifest, name: str) -> int:
    return manifest.collections[name].count if name in manifest.collections else 0


def _size(number: int) -> str:
    return f"{number / (1 << 30):.1f} GiB" if number >= 1 << 30 else f"{number / (1 << 20):.1f} MiB"

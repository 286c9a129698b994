"""derive: what was made from originals, made anew by the engines of now."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import click

from admin.cli.common import actor_named, as_json, opened, show
from admin.cli.waiting import indexed
from admin.deriving.kinds import KINDS, Kind
from admin.deriving.run import Count, Run, Wanted, count
from archive.errors import ArchiveError
from archive.models import Derivation
from ingest.sandbox import SandboxClosed

SECONDS_BETWEEN_LINES = 5.0
MOST_SHOWN = 20
NAMES = {kind.key: kind.name for kind in KINDS}


@click.command()
@click.argument("kinds", nargs=-1, type=click.Choice(list(NAMES)))
@click.option("--project", default="", help="只限这个项目")
@click.option("--format", "format_", default="", help="只限这种格式：扩展名（pdf）、媒体类型或 PRONOM 编号（fmt/276）")
@click.option("--engine", default="", help="只限名称以此开头的引擎生成的，例如“rapidocr 3.9”")
@click.option("--all", "everything", is_flag=True, help="不论新旧，全部重新生成")
@click.option("--dry-run", is_flag=True, help="只说明各有多少、由什么引擎生成，什么也不改动")
@click.option("--as", "name", help="以这个用户的身份执行")
@click.option("--no-wait", is_flag=True, help="完成后不等检索索引")
@as_json
def derive(kinds: tuple[str, ...], project: str, format_: str, engine: str, everything: bool, dry_run: bool, name: str | None,
           no_wait: bool, as_json: bool) -> int:
    """引擎改进后，把由旧引擎（或旧版本）从原件生成的内容重新生成。不写 KINDS 则全部种类：

    \b
    unpack    包内文件：上限调高后补收，换了解包程序后重试
    text      文字与文件属性、读取时的提示
    quality   扫描质量的提示
    ocr       光学识别的文字与行的位置
    types     类型识别的候选与理由
    fields    字段
    pictures  页面图像缓存（删去旧的，查看时重画）

    原件和人工确认过的类型、题名、字段不会改变。中断后再次运行同一命令即可继续。
    有文件未能重新生成时退出码为 1，这些文件保留原来的内容。
    """
    wanted = Wanted(kinds, project, format_, engine, everything)
    with opened(work=not dry_run) as system:
        actor = actor_named(name)
        if dry_run:
            return _tell(count(system, actor, wanted), as_json=as_json)
        started = time.monotonic()
        run = Run(system, actor, wanted, _silent if as_json else _teller())
        try:
            done = run.run()
        except (ArchiveError, SandboxClosed, KeyboardInterrupt):
            click.echo("重新生成停下了，已完成的不会重做；恢复后再次运行同一命令即可继续。", err=True)
            raise
        found = no_wait or not system.works or indexed(system, quiet=as_json)
    failed = sum(done.failed.values())
    if as_json:
        show({"run": done.id, "total": done.total, "done": done.done, "failed": done.failed, "troubles": run.troubles,
              "seconds": round(time.monotonic() - started, 3)})
    else:
        _print(done, run, found)
    return 1 if failed else 0


def _tell(counts: list[Count], *, as_json: bool) -> int:
    if as_json:
        show({"dry_run": True, "kinds": {each.kind.key: {"there": each.there, "old": each.old, "by": dict(each.by)}
                                         for each in counts}})
        return 0
    for each in counts:
        by = "；".join(f"{engine} {number} 件" for engine, number in each.by.most_common(5))
        click.echo(f"{each.kind.key}\t{each.kind.name}：{each.there} 件，其中 {each.old} 件需要重新生成{f'（{by}）' if by else ''}")
    click.echo("仅检查，未改动。")
    return 0


def _teller() -> Callable[[Derivation, Kind], None]:
    """A line every few seconds: how far with this kind, how fast lately, how long yet."""
    marks: dict[str, list[tuple[float, int]]] = {}

    def tell(run: Derivation, kind: Kind) -> None:
        now, done, total = time.monotonic(), run.done[kind.key], max(run.total.get(kind.key, 0), run.done[kind.key])
        seen = marks.setdefault(kind.key, [(now, 0)])
        if now - seen[-1][0] < SECONDS_BETWEEN_LINES and done < total:
            return
        rate = (done - seen[0][1]) / max(now - seen[0][0], 0.001)
        seen.append((now, done))
        del seen[:-13]  # about the last minute
        left = timedelta(seconds=round((total - done) / rate)) if rate else "不明"
        failed = f"，失败 {run.failed[kind.key]}" if run.failed.get(kind.key) else ""
        click.echo(f"{kind.name}：{done}/{total} 件（{done / max(total, 1):.1%}）{failed}；{rate:.1f} 件/秒，剩余 {left}", err=True)

    return tell


def _silent(_: Derivation, __: Kind) -> None:
    pass


def _print(done: Derivation, run: Run, found: Any) -> None:
    for key, number in done.done.items():
        click.echo(f"{NAMES[key]}：重新生成 {number - done.failed.get(key, 0)} 件"
                   + (f"，未成 {done.failed[key]} 件" if done.failed.get(key) else "") + "。")
    if not sum(done.done.values()):
        click.echo("没有需要重新生成的内容。")
    for each in run.troubles[:MOST_SHOWN]:
        click.echo(f"未成：文件 {each.document} 的{NAMES[each.kind]}：{each.reason}")
    if not found:
        click.echo("内容都已更新，但索引尚未赶上，稍后即可检索。", err=True)

"""storage move, status, cancel: where the objects are kept, and taking them elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from admin import backends, settings
from admin.bootstrap import build
from admin.cli.common import LOCAL, as_json, show
from admin.settings import Settings
from admin.storage.mover import Mover, Outcome
from admin.storage.places import place_of, shown, target_named
from admin.storage.progress import Progress
from admin.storage.status import Status, status_of
from admin.system import System
from archive.errors import EngineDown
from archive.models import MoveState
from archive.operations.storage_moves import MoveRefused, cancel_move, named_totals, recorded_moves

SECONDS_BETWEEN_LINES = 5.0
MOST_SHOWN = 20


@click.group()
def storage() -> None:
    """文件存放在哪里，以及不停机迁到别处。"""


@contextmanager
def _opened() -> Iterator[System]:
    """A system that does not look where a move has got to: these commands are for when that goes wrong."""
    wanted = settings.load()
    system = build(wanted, blobs=backends.blob_store(wanted))
    try:
        yield system
    finally:
        system.close()


@storage.command()
@click.argument("target")
@click.option("--leave-damaged", is_flag=True, help="仍有损坏或缺失的文件时照样切换，把它们留下（会列出并记入审计）")
@as_json
def move(target: str, leave_damaged: bool, as_json: bool) -> int:
    """把全部文件迁到 TARGET：folder，或 S3 桶的完整地址（写 - 则从标准输入读取，地址不会出现在进程列表里）。

    迁移期间照常使用。每个文件都在新处重读并核对摘要，保护（锁定、冻结）一并带过去，之后自动切换；
    中断后再次运行同一条命令即可继续。原处的文件不会被删除。
    有损坏或缺失的文件时不切换，退出码为 1。
    """
    address = sys.stdin.readline().strip() if target == "-" else target
    place = target_named(address)
    with _opened() as system:
        mover = Mover(system.settings, system.clock, LOCAL, leave_damaged, None if as_json else _teller())
        try:
            outcome = mover.run(place)
        except EngineDown:
            click.echo("迁移停下了，已完成的部分不会重做；引擎恢复后再次运行同一条命令即可继续。", err=True)
            raise
        status = status_of(system.settings, outcome.move, named_totals())
        if as_json:
            show({"move": status, "troubles": outcome.troubles})
        else:
            _tell(outcome, status, system.settings)
    return 0 if status.ended and not any(each.documents for each in outcome.troubles) else 1


@storage.command("status")
@as_json
def status_(as_json: bool) -> int:
    """文件现在存放在哪里，迁移到了哪一步。需要改设置或处理时退出码为 1。"""
    with _opened() as system:
        moves = recorded_moves()
        if not moves:
            here = shown(place_of(system.settings.s3_url).name, system.settings)
            if as_json:
                show({"place": here, "move": None})
            else:
                click.echo(f"文件存放在 {here}，没有进行过迁移。")
            return 0
        found = status_of(system.settings, moves[-1], named_totals())
    if as_json:
        show({"place": found.place, "move": found})
    else:
        _print(found)
    return 1 if found.advice else 0


@storage.command()
def cancel() -> None:
    """取消尚未切换的迁移：一切照旧，已复制到目标的文件留在那里。"""
    with _opened() as system:
        moves = recorded_moves()
        if not moves or moves[-1].state != MoveState.COPYING:
            raise MoveRefused(reason="没有可以取消的迁移（已切换的不能取消；要回到原处，请再迁移一次）。")
        cancel_move(LOCAL, system.clock, moves[-1].id)
        click.echo(f"已取消。文件仍在 {shown(moves[-1].source, system.settings)}；"
                   f"已复制到 {shown(moves[-1].target, system.settings)} 的文件没有删除，不再需要时可自行清理。")


def _teller() -> Callable[[Progress], None]:
    """Tells the progress on standard error: on a terminal over itself, elsewhere a line now and then."""
    told = [0.0]

    def tell(progress: Progress) -> None:
        live = sys.stderr.isatty()
        if not live and time.monotonic() - told[0] < SECONDS_BETWEEN_LINES:
            return
        told[0] = time.monotonic()
        left = "" if progress.remaining is None else f"，约剩 {_span(progress.remaining)}"
        text = (f"已核实 {progress.objects}/{progress.of_objects} 个文件，{_size(progress.bytes)}/{_size(progress.of_bytes)}，"
                f"{_size(progress.rate)}/秒{left}")
        click.echo(f"\r{text}\x1b[K" if live else text, err=True, nl=not live)

    return tell


def _tell(outcome: Outcome, status: Status, settings: Settings) -> None:
    if sys.stderr.isatty():
        click.echo(err=True)
    _print(status)
    for each in outcome.troubles[:MOST_SHOWN]:
        what = "内容已损坏" if each.kind == "damaged" else "两处都没有"
        who = f"文件 {'、'.join(each.documents)}" if each.documents else "没有文件引用它，无须处理"
        click.echo(f"问题：对象 {each.digest} {what}（{who}）")
    if len(outcome.troubles) > MOST_SHOWN:
        click.echo(f"……共 {len(outcome.troubles)} 个。")
    if not status.ended and any(each.documents for each in outcome.troubles):
        click.echo("没有完成：请先从备份恢复上列文件，再次运行同一条命令；确实无法恢复时，加 --leave-damaged 把它们留下。")
    if status.ended and outcome.move.state == MoveState.SWITCHED:
        click.echo(f"原处（{shown(outcome.move.source, settings)}）的文件没有动过。请在改好设置、重启、"
                   "并以 dangan verify --all 核对无误、做过一次备份之后，再自行清理。")


def _print(found: Status) -> None:
    click.echo(f"文件存放在 {found.place}。")
    click.echo(f"迁移：{found.source} → {found.target}，{found.stage}。")
    click.echo(f"已核实 {found.proven} 个（{_size(found.proven_bytes)}），其中新复制 {found.copied} 个（{_size(found.copied_bytes)}）；"
               f"登记在案的共 {found.named} 个（{_size(found.named_bytes)}）。")
    if found.last_error:
        click.echo(f"上次停下的原因：{found.last_error}")
    if found.advice:
        click.echo(f"要做的事：{found.advice}")


def _size(count: float) -> str:
    for unit in ("B", "KiB", "MiB"):
        if count < 1024:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.2f} GiB"


def _span(seconds: float) -> str:
    minutes = int(seconds // 60)
    return f"{minutes // 60} 小时 {minutes % 60} 分" if minutes >= 60 else f"{minutes} 分 {int(seconds % 60)} 秒"

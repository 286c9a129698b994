"""init, verify, reindex: the engines behind the archive."""

import time

import click

from admin.cli.common import LOCAL, as_json, opened, show
from admin.reindex import follow, ready_index, request
from admin.verify import Verdict
from admin.verify import verify as verify_all


@click.command()
def init() -> None:
    """准备各引擎：集合与索引、对象文件夹、检索索引。可重复执行。"""
    with opened(work=True) as system:
        system.blobs.prepare()
        if system.works:
            ready_index(system)
        click.echo(f"已就绪：{system.settings.data_dir}")


@click.command()
@click.option("--all", "everything", is_flag=True, help="核对每一个文件（默认）")
@click.option("--sample", type=click.IntRange(min=1), help="只抽查这么多个文件")
@as_json
def verify(everything: bool, sample: int | None, as_json: bool) -> int:
    """重读文件、核对摘要，检查审计链，比对数据库、对象与索引。有差异时退出码为 1。"""
    if everything and sample:
        raise click.UsageError("--all 与 --sample 只能用一个。")
    with opened() as system:
        verdict = verify_all(system, sample=sample)
    if as_json:
        show(verdict)
    else:
        _print(verdict)
    return 1 if verdict.problems else 0


def _print(verdict: Verdict) -> None:
    names = {"audit_entries": "审计条目", "files": "文件摘要", "objects": "对象", "documents": "文件", "versions": "版本",
             "receipts": "移交清单", "indexed": "索引条目"}
    click.echo("已核对：" + "，".join(f"{names.get(k, k)} {v}" for k, v in verdict.checked.items()))
    for line in verdict.not_checked:
        click.echo(f"未核对：{line}")
    for line in verdict.problems:
        click.echo(f"问题：{line}")
    click.echo("没有发现差异。" if not verdict.problems else f"共 {len(verdict.problems)} 处差异。")


@click.command()
@click.option("--fresh", is_flag=True, help="放弃中断的重建，从头开始")
def reindex(fresh: bool) -> None:
    """由数据库重建检索索引；期间检索照常。中断后再次运行即从断点继续；有后台进程在运行时由它执行，这里显示进度。"""
    with opened(work=True) as system:
        asked = request(system, LOCAL.id, fresh=fresh)
        with click.progressbar(length=1, label="重建索引", show_pos=True, show_eta=False,
                               item_show_func=lambda line: line) as bar:
            pace = Pace()

            def show_progress(done: int, total: int) -> None:
                bar.length = max(total, 1)
                bar.update(done - bar.pos, pace.line(done, total))

            held = follow(system, asked.ticket, show_progress)
        click.echo(f"索引中有 {held} 件文件。")


class Pace:
    """How fast it goes since this command looks, and how long it will take."""

    def __init__(self) -> None:
        self._started, self._first = time.monotonic(), -1

    def line(self, done: int, total: int) -> str:
        if self._first < 0 or done < self._first:  # nothing seen yet, or begun anew
            self._started, self._first = time.monotonic(), done
        seconds = time.monotonic() - self._started
        if done == self._first or seconds <= 0:
            return ""
        rate = (done - self._first) / seconds
        minutes, rest = divmod(round(max(total - done, 0) / rate), 60)
        return f"{rate:.0f} 件/秒，剩余 {minutes}:{rest:02}"

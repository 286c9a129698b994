"""init, verify, reindex: the engines behind the archive."""

import click

from admin.cli.common import as_json, opened, show
from admin.reindex import ready_index, rebuild
from admin.verify import Verdict
from admin.verify import verify as verify_all
from archive.errors import Conflict


@click.command()
def init() -> None:
    """准备各引擎：集合与索引、对象文件夹、检索索引。可重复执行。"""
    with opened(work=True) as system:
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
             "indexed": "索引条目"}
    click.echo("已核对：" + "，".join(f"{names.get(k, k)} {v}" for k, v in verdict.checked.items()))
    for line in verdict.not_checked:
        click.echo(f"未核对：{line}")
    for line in verdict.problems:
        click.echo(f"问题：{line}")
    click.echo("没有发现差异。" if not verdict.problems else f"共 {len(verdict.problems)} 处差异。")


@click.command()
def reindex() -> None:
    """由数据库重建检索索引；期间检索照常。"""
    with opened(work=True) as system:
        if not system.works:
            raise Conflict(what="检索索引", key="正由运行中的后台进程写入；请在网页“运行状况”中重建，或先停止 dangan serve")
        system.index.prepare()
        with click.progressbar(length=1000, label="重建索引") as bar:
            done = rebuild(system, lambda n, total: bar.update(int(1000 * n / max(total, 1)) - bar.pos))
        click.echo(f"索引中有 {done} 件文件。")

"""import: what a manifest names, filed; a run that was interrupted goes on where it stopped."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from admin.cli.common import actor_named, as_json, opened, show
from admin.cli.waiting import indexed as indexed_by_now
from admin.system import System
from archive import leases
from archive.access import Actor
from archive.errors import ArchiveError
from archive.models import ImportRun, new_id
from archive.operations import imports
from archive.operations.receipts import close_batch
from ingest.importing import Importer
from ingest.manifest import ManifestFile, Wrongs, count_rows, open_manifest, rows_of, write_rejects

TERM = timedelta(seconds=10)
MOST_SHOWN, MOST_RECEIPTS = 200, 20
SECONDS_BETWEEN_LINES = 5.0


@click.command("import")
@click.argument("manifest", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="只检查：逐行说明会收入、重复还是不收入，什么也不写入")
@click.option("--again", is_flag=True, help="已导入完的清单从第一行重新来过（例如补上缺失的文件之后）")
@click.option("--rejects", type=click.Path(path_type=Path, dir_okay=False), help="未收入的行写到这个 CSV（默认在清单旁边）")
@click.option("--as", "name", help="以这个用户的身份收入")
@click.option("--no-wait", is_flag=True, help="归档后不等检索索引")
@as_json
def import_(manifest: Path, dry_run: bool, again: bool, rejects: Path | None, name: str | None, no_wait: bool,
            as_json: bool) -> int:
    """按清单（CSV、JSON 或 JSONL）收入文件。路径相对于清单所在文件夹。

    栏目：文件路径* 项目编号* 文件类型 题名 成文日期 SHA-256 SM3（也可用 path project type title doc_date sha256 sm3）。
    中断后再次运行同一命令，会从停下处继续，不会重复。有未收入的行时退出码为 1；这些行连同原因写进一个 CSV，改正后可直接再导入。
    """
    listed = open_manifest(manifest)
    with opened(work=True) as system:
        actor = actor_named(name)
        if dry_run:
            return _try(system, actor, listed, rejects, quiet=as_json)
        started = time.monotonic()
        run = _import(system, actor, listed, again, quiet=as_json)
        target = _write_rejects(listed, run, rejects)
        # Only now: where no worker runs beside, judging a dossier and writing the index after every batch would take
        # half of the machine, and be done again with the next.
        indexed = no_wait or indexed_by_now(system, quiet=as_json)
        receipts = [receipt.number for receipt in close_batch(actor, system.clock, imports.receipts_of(run))]
    if as_json:
        show({**_shape(run), "receipts": receipts, "rejects": target, "seconds": round(time.monotonic() - started, 3)})
    else:
        _print(run, target, indexed)
        for number in receipts[:MOST_RECEIPTS]:
            click.echo(f"移交清单：{number}（dangan receipt show {number}）")
        if len(receipts) > MOST_RECEIPTS:
            click.echo(f"……共 {len(receipts)} 份，见 dangan receipt list。")
    return 1 if run.rejected else 0


def _import(system: System, actor: Actor, manifest: ManifestFile, again: bool, *, quiet: bool) -> ImportRun:
    with _alone(system, manifest):
        run = imports.begin_import(actor, system.clock, manifest.digest, manifest.path.name, count_rows(manifest), again=again)
        if run.state == "done":
            return run
        if run.done and not quiet:
            click.echo(f"接着导入：前 {run.done} 行已处理，共 {run.total} 行。", err=True)
        importer = Importer(system.intake, actor, system.clock, manifest.path)
        try:
            run = importer.run(run, rows_of(manifest, run.done), _teller(run) if not quiet else _silent)
        except (ArchiveError, KeyboardInterrupt):
            click.echo("导入停下了，已收入的不会重复；恢复后再次运行同一命令即可继续。", err=True)
            raise
        return imports.end_import(actor, system.clock, run)


@contextmanager
def _alone(system: System, manifest: ManifestFile) -> Iterator[None]:
    """One process a manifest. What a killed one held is free again a term later: that is waited for."""
    duty, holder, end = f"import:{manifest.digest}", new_id(), time.monotonic() + 2 * TERM.total_seconds()
    while not leases.take(duty, holder, system.clock, TERM):
        if time.monotonic() > end:
            raise imports.ImportTaken(name=manifest.path.name)
        time.sleep(0.5)
    with leases.held(duty, holder, system.clock, TERM):
        yield


def _try(system: System, actor: Actor, manifest: ManifestFile, target: Path | None, *, quiet: bool) -> int:
    counts, shown, wrongs = {"new": 0, "duplicate": 0, "rejected": 0}, [], 0
    importer = Importer(system.intake, actor, system.clock, manifest.path)

    def rejected() -> Iterator[Wrongs]:
        nonlocal wrongs
        for tried in importer.try_out(rows_of(manifest)):
            counts[tried.status] += 1
            if tried.status != "rejected":
                continue
            wrongs += 1
            if wrongs <= MOST_SHOWN:
                shown.append({"place": tried.row.place, "column": tried.column, "reason": tried.reason})
            yield Wrongs(tried.row.number, tried.column, tried.reason)

    if target:
        write_rejects(manifest, rejected(), target)
    else:
        for _ in rejected():
            pass
    if quiet:
        show({"dry_run": True, **counts, "total": sum(counts.values()), "problems": shown, "rejects": target})
    else:
        _print_tried(counts, shown)
    return 1 if wrongs else 0


def _write_rejects(manifest: ManifestFile, run: ImportRun, target: Path | None) -> Path | None:
    if not run.rejected:
        return None
    target = target or manifest.path.with_name(f"{manifest.path.stem}.未收入.csv")
    wrongs = (Wrongs(each.row, each.column, each.reason) for each in imports.rejects_of(run.id))
    try:
        write_rejects(manifest, wrongs, target)
    except OSError as error:
        raise click.UsageError(f"未收入的行写不进“{target}”（{error.strerror}），请用 --rejects 另给一个位置后再次运行。") from error
    return target


def _teller(run: ImportRun) -> Callable[[ImportRun], None]:
    """A line after a second, then more and more seldom: how far, how fast lately, how long yet."""
    marks = [(time.monotonic(), run.done)]

    def tell(run: ImportRun) -> None:
        now = time.monotonic()
        if now - marks[-1][0] < min(SECONDS_BETWEEN_LINES, len(marks)) and run.done < run.total:
            return
        marks.append((now, run.done))
        del marks[:-13]  # about the last minute
        rate = (run.done - marks[0][1]) / max(now - marks[0][0], 0.001)
        left = timedelta(seconds=round((run.total - run.done) / rate)) if rate else "不明"
        click.echo(f"{run.done}/{run.total} 行（{run.done / max(run.total, 1):.1%}），收入 {run.filed}，重复 {run.duplicates}，"
                   f"未收入 {run.rejected}；{rate:.0f} 个/秒，剩余 {left}", err=True)
    return tell


def _silent(_: ImportRun) -> None:
    pass


def _shape(run: ImportRun) -> dict[str, Any]:
    return {"run": run.id, "state": run.state, "total": run.total, "done": run.done, "filed": run.filed,
            "duplicates": run.duplicates, "rejected": run.rejected}


def _print(run: ImportRun, target: Path | None, indexed: bool) -> None:
    click.echo(f"共 {run.total} 行：收入 {run.filed}，重复 {run.duplicates}，未收入 {run.rejected}。")
    if target:
        click.echo(f"未收入的行和原因在 {target}，改正后可直接再导入这个文件。")
    if not indexed:
        click.echo("文件都已归档，但索引尚未赶上，稍后即可检索。", err=True)


def _print_tried(counts: dict[str, int], shown: list[dict[str, str]]) -> None:
    for each in shown:
        click.echo(f"{each['place']} {each['column']}：{each['reason']}")
    if counts["rejected"] > len(shown):
        click.echo(f"……其余 {counts['rejected'] - len(shown)} 行略；用 --rejects FILE 可全部写出。")
    click.echo(f"共 {sum(counts.values())} 行：会收入 {counts['new']}，重复 {counts['duplicate']}，不收入 {counts['rejected']}。"
               "仅检查，未写入。")

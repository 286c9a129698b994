"""ingest: files and folders into a dossier, and waiting until they can be found."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path

import click

from admin.cli.common import LOCAL, as_json, opened, show
from admin.cli.inside import FileReport, any_rejected, complete, wait_for_all
from admin.system import System
from admin.worker import working
from archive import taxonomy
from archive.digests import digests_of
from archive.effects import INDEX, LOOK, OCR, READ, UNPACK
from archive.errors import ArchiveError, Refused
from archive.models import Channel
from archive.operations.documents import Filed
from archive.operations.receipts import Entry, add_entries, close_receipt, filed_entry, open_receipt, refused_entry
from archive.queries import find_project
from ingest.describe import Given
from ingest.many import Heap, Told

WAIT_SECONDS = 3600.0
TELL_SECONDS = 10.0
TO_BE_FOUND = (READ, UNPACK, LOOK, OCR, INDEX)


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--project", "code", required=True, help="项目编号")
@click.option("--type", "type_key", default="", help="文件类型（taxonomy 的 key）；不给则自动识别")
@as_json
def ingest(paths: tuple[Path, ...], code: str, type_key: str, as_json: bool) -> int:
    """收入文件或文件夹（含子文件夹），等到全部（连同压缩包、邮件等里面的文件）归档并可检索。有文件被拒时退出码为 1。"""
    files = list(_files(paths))
    if type_key:
        taxonomy.load().get(type_key)
    with opened(work=True, read=True) as system, working(system) as worker:
        find_project(LOCAL, code)
        started = time.monotonic()
        receipt = open_receipt(LOCAL, system.clock, code, Channel.CLI)
        with worker.more_to_come() if worker else nullcontext():
            reports = _file_all(system, files, code, Given(type=type_key), receipt.id, quiet=as_json)
            documents, progress = [r.document for r in reports if r.document], None if as_json else Progress()
            searchable = wait_for_all(system, documents, WAIT_SECONDS, progress, TO_BE_FOUND)
            seconds = round(time.monotonic() - started, 3)
        if searchable:
            wait_for_all(system, documents, WAIT_SECONDS, progress)  # until they are compared with others, and judged
        complete(reports)
        receipt = close_receipt(LOCAL, system.clock, receipt.id) if reports else receipt
    if as_json:
        show({"files": reports, "seconds": seconds, "receipt": receipt.number})
    else:
        _print(reports, seconds, searchable)
        click.echo(f"移交清单：{receipt.number}（dangan receipt show {receipt.number}）" if receipt.number else "没有文件。")
    return 1 if any_rejected(reports) else 0


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(inner for inner in path.rglob("*") if inner.is_file() and not _hidden(inner, path))
        elif path.is_file():
            yield path
        else:
            raise click.UsageError(f"没有文件或文件夹“{path}”。")


def _hidden(path: Path, root: Path) -> bool:
    return any(part.startswith((".", "~$")) for part in path.relative_to(root).parts)


def _file_all(system: System, files: Sequence[Path], code: str, given: Given, receipt: str, *, quiet: bool) -> list[FileReport]:
    """File batch by batch; reports and the lines of the receipt are in the order of the files."""
    reports: list[FileReport] = []
    heap = Heap(system.intake, LOCAL, system.clock, code, given)
    with click.progressbar(length=len(files), label="收入文件", file=sys.stderr, hidden=quiet) as bar:
        for batch in heap.file(files):
            told = [_told(each) for each in batch]
            add_entries(LOCAL, system.clock, receipt, [entry for _, entry in told])
            reports += [report for report, _ in told]
            bar.update(len(batch))
    return reports


def _told(told: Told) -> tuple[FileReport, Entry]:
    path, answer = told.path, told.answer
    if isinstance(answer, Filed):
        return _report(path, answer), filed_entry(str(path), answer)
    if isinstance(answer, ArchiveError):
        return FileReport(str(path), "rejected", reason=str(answer)), refused_entry(str(path), answer, digests_of(path))
    unread = Refused(filename=path.name, reason=f"读不了这个文件（{answer.strerror}）。")
    return FileReport(str(path), "rejected", reason=str(answer)), refused_entry(str(path), unread)


def _report(path: Path, filed: Filed) -> FileReport:
    document = filed.document
    return FileReport(str(path), "duplicate" if filed.duplicate else "filed", document.id, document.type,
                      document.type_source)


class Progress:
    """Says now and then how many files are still worked on: a scan takes seconds a page to recognise."""

    def __init__(self) -> None:
        self._told = time.monotonic()

    def __call__(self, left: int) -> None:
        if time.monotonic() - self._told >= TELL_SECONDS:
            self._told = time.monotonic()
            click.echo(f"文件都已归档；还有 {left} 件正在读取、光学识别或编入索引……", err=True)


def _print(reports: Sequence[FileReport], seconds: float, searchable: bool) -> None:
    names = {"filed": "已归档", "duplicate": "重复", "rejected": "未收入"}
    for report in reports:
        kind = taxonomy.load().get(report.type).name if report.type else ""
        click.echo(f"{names[report.status]}\t{report.path}\t{kind}\t{report.reason or ''}".rstrip())
        _print_inside(report, 1)
    counts = {status: sum(r.status == status for r in reports) for status in names}
    click.echo(f"共 {len(reports)} 个文件：归档 {counts['filed']}，重复 {counts['duplicate']}，未收入 {counts['rejected']}；"
               f"用时 {seconds:.1f} 秒。")
    if not searchable:
        click.echo("文件都已归档，但索引尚未赶上，稍后即可检索。", err=True)


def _print_inside(report: FileReport, depth: int) -> None:
    names = {"filed": "已归档", "duplicate": "已有", "rejected": "未收入", "skipped": "跳过"}
    for child in report.children:
        click.echo(f"{'  ' * depth}{names[child.status]}\t{child.path or '（名称不予显示）'}\t{child.reason or ''}".rstrip())
        _print_inside(child, depth + 1)

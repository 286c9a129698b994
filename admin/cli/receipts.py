"""receipt list, show, close: hand-overs and what became of their files."""

from pathlib import Path
from typing import Any

import click

from admin.cli.common import LOCAL, as_json, opened, show
from admin.receipts import words
from admin.receipts.pdf import pdf_of
from admin.receipts.xlsx import xlsx_of
from archive.models import Receipt, ReceiptEntry
from archive.operations.receipts import close_receipt
from archive.personal import mask, mask_values
from archive.queries import find_project
from archive.receipts import all_entries, find_receipt, list_receipts

NAMES = ("id", "number", "state", "project", "channel", "batch", "handed_by", "handed_unit", "received_by", "received_unit",
         "note", "filed", "duplicates", "refused", "bytes", "opened_at", "closed_at", "sha256", "sm3")
LINE = ("line", "path", "title", "document", "pages", "size", "sha256", "sm3", "result", "reason")


@click.group()
def receipt() -> None:
    """移交清单：每次移交收了什么、结果如何。"""


@receipt.command("list")
@click.option("--project", "code", default="", help="只列这个项目的")
@click.option("--open", "only_open", is_flag=True, help="只列未关闭的")
@as_json
def list_(code: str, only_open: bool, as_json: bool) -> None:
    """列出移交清单，新的在前。"""
    found: list[Receipt] = []
    with opened():
        while batch := list_receipts(LOCAL, project=code, state="open" if only_open else "", page=len(found) // 200 + 1,
                                     size=200).items:
            found += batch
            if len(batch) < 200:
                break
    if as_json:
        return show({"items": [_shape(item) for item in found], "total": len(found)})
    for item in found:
        click.echo(f"{words.title_of(item)}\t{item.id}\t{item.project}\t{words.CHANNELS[item.channel]}\t{words.counts_of(item)}")
    return None


@receipt.command("show")
@click.argument("key")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="写成文件：.pdf 或 .xlsx")
@as_json
def show_(key: str, out: Path | None, as_json: bool) -> None:
    """一份移交清单及其文件；KEY 为编号或标识。"""
    if out and out.suffix not in (".pdf", ".xlsx"):
        raise click.UsageError("--out 应以 .pdf 或 .xlsx 结尾。")
    with opened() as system:
        found = find_receipt(LOCAL, key)
        if out:
            make = pdf_of if out.suffix == ".pdf" else xlsx_of
            out.write_bytes(make(found, find_project(LOCAL, found.project), all_entries(LOCAL, found.id), system.settings.timezone))
        entries = list(all_entries(LOCAL, found.id))
    if as_json:
        return show(_shape(found) | {"entries": [_line(entry) for entry in entries]})
    click.echo(f"{words.title_of(found)}\t{found.project}\t{words.counts_of(found)}")
    for entry in entries:
        click.echo(f"{entry.line}\t{words.RESULTS[entry.result]}\t{mask(entry.path) or words.NAMELESS}\t{mask(entry.reason)}".rstrip())
    return None


@receipt.command()
@click.argument("key")
def close(key: str) -> None:
    """关闭一份移交清单并编号；此后不再改动。"""
    with opened() as system:
        closed = close_receipt(LOCAL, system.clock, key)
    click.echo(f"已关闭：{closed.number}，{words.counts_of(closed)}")


def _shape(item: Receipt) -> dict[str, Any]:
    return {name: getattr(item, name) for name in NAMES}


def _line(entry: ReceiptEntry) -> dict[str, Any]:
    return {name: mask_values(getattr(entry, name)) for name in LINE}

"""Importing a ledger (台账): check it first, then take all rows or none; every bad cell is named."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Response, flash, render_template, request

from admin.ledger_export import export_ledger
from admin.ledger_import import ImportReport, import_file
from admin.web.downloads import disposition
from admin.web.pages.file_forms import takes_file
from admin.web.pages.shared import actor, area, needs, system
from admin.web.spooling import spooled
from archive.errors import ArchiveError, Invalid
from archive.permissions import Permission
from archive.registers import REGISTERS
from ingest.ledger import write_ledger

ledger = area("ledger", __name__)
LARGEST = 32 << 20
SUFFIXES = (".xlsx", ".csv")
SHOWN_ERRORS = 200
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@ledger.get("/projects/import")
@needs(Permission.PROJECT_CREATE)
def show() -> Any:
    return _page(None)


@ledger.get("/projects/import/template.xlsx")
@needs(Permission.PROJECT_CREATE)
def template() -> Any:
    """An empty ledger with every column, to be filled in."""
    return _sheets("台账模板.xlsx", lambda path: write_ledger(path, (), (), blank=True))


@ledger.get("/projects/ledger.xlsx")
@needs(Permission.PROJECT_READ)
def export() -> Any:
    """What the reader sees, in the form in which it is imported."""
    return _sheets("台账.xlsx", lambda path: export_ledger(actor(), path))


def _sheets(name: str, write: Callable[[Path], None]) -> Response:
    with tempfile.TemporaryDirectory(dir=system().settings.data_dir) as folder:
        path = Path(folder) / "ledger.xlsx"
        write(path)
        content = path.read_bytes()
    return Response(content, mimetype=SPREADSHEET, headers={"Content-Disposition": disposition(name, inline=False)})


@ledger.post("/projects/import")
@needs(Permission.PROJECT_CREATE)
@takes_file(lambda: None, lambda: spooled().allow(LARGEST))
def take() -> Any:
    dry_run = request.form.get("mode") != "import"
    try:
        report = _import(dry_run)
    except ArchiveError as refusal:
        flash(str(refusal), "danger")
        return _page(None), 422
    return _page(report, dry_run=dry_run), 422 if report.errors else 200


def _import(dry_run: bool) -> ImportReport:
    """The ledger's reader wants a file with the right ending; it lives only as long as this request."""
    sent = request.files.get("file")
    suffix = Path(sent.filename or "").suffix.lower() if sent else ""
    if sent is None or not sent.filename:
        raise Invalid(field="文件", problem="没有选择文件，请选择 .xlsx 或 .csv 台账。")
    if suffix not in SUFFIXES:
        raise Invalid(field="文件", problem="台账应为 .xlsx 或 .csv 文件，请另存后再导入。")
    with tempfile.TemporaryDirectory(dir=system().settings.data_dir) as folder:
        path = Path(folder) / f"ledger{suffix}"
        content = sent.stream.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise Invalid(field="文件", problem=f"台账超过 {LARGEST >> 20} MB，请拆分后分次导入。")
        path.write_bytes(content)
        return import_file(system(), actor(), path, dry_run=dry_run)


def _page(report: ImportReport | None, *, dry_run: bool = True) -> str:
    return render_template("pages/ledger.html", report=report, dry_run=dry_run, shown_errors=SHOWN_ERRORS, registers=REGISTERS)

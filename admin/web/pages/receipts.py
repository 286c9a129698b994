"""Receipts of hand-overs: the list, one receipt with its lines, its print, and what may be written until it is closed."""

from itertools import islice
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from admin.receipts import words
from admin.web.pages.shared import actor, area, clean_query, needs, page_number, pages_of, system, told
from admin.web.receipt_files import file_of
from archive import receipts as queries
from archive.errors import ArchiveError
from archive.models import Receipt
from archive.operations.receipts import EDITABLE, close_receipt, edit_receipt
from archive.permissions import Permission
from archive.queries import find_project

receipts = area("receipts", __name__)
LIST_SIZE, LINES, MOST_PRINTED = 50, 200, 5000


@receipts.get("/receipts")
@needs(Permission.DOCUMENT_READ)
def listing() -> Any:
    values = clean_query(("project", "state"))
    page = queries.list_receipts(actor(), project=values.get("project", ""), state=values.get("state", ""), page=page_number(),
                                 size=LIST_SIZE)
    return render_template("pages/receipts.html", items=page.items, total=page.total, page=page.page, values=values,
                           pages=pages_of(page.total, LIST_SIZE), channels=words.CHANNELS)


@receipts.get("/receipts/<key>")
@needs(Permission.DOCUMENT_READ)
def show(key: str) -> Any:
    receipt = queries.find_receipt(actor(), key)
    page = queries.entries_of(actor(), receipt.id, page=page_number(), size=LINES)
    return render_template("pages/receipt.html", **_facts(receipt), entries=page.items, page=page.page,
                           pages=pages_of(page.total, LINES), may_change=_may_change(receipt))


@receipts.get("/receipts/<key>/print")
@needs(Permission.DOCUMENT_READ)
def printed(key: str) -> Any:
    receipt = queries.find_receipt(actor(), key)
    entries = list(islice(queries.all_entries(actor(), receipt.id), MOST_PRINTED))
    return render_template("pages/receipt_print.html", **_facts(receipt), entries=entries, most=MOST_PRINTED)


@receipts.get("/receipts/<key>/<any(pdf, xlsx):form>")
@needs(Permission.DOCUMENT_READ)
def download(key: str, form: str) -> Any:
    return file_of(system(), actor(), queries.find_receipt(actor(), key), form)


@receipts.post("/receipts/<key>")
@needs(Permission.DOCUMENT_FILE)
def edit(key: str) -> Any:
    receipt = queries.find_receipt(actor(), key)
    _write(receipt)
    return redirect(url_for("receipts.show", key=receipt.id))


@receipts.post("/receipts/<key>/close")
@needs(Permission.DOCUMENT_FILE)
def close(key: str) -> Any:
    """What stands in the form is kept first: whoever closes means what is on the screen."""
    receipt = queries.find_receipt(actor(), key)
    if _write(receipt):
        told(lambda: close_receipt(actor(), system().clock, receipt.id), "移交清单已关闭并编号，双方可以打印签字。")
    return redirect(url_for("receipts.show", key=receipt.id))


def _write(receipt: Receipt) -> bool:
    changes = {name: request.form[name] for name in EDITABLE if name in request.form}
    changes = {name: value for name, value in changes.items() if value.strip() != getattr(receipt, name)}
    revision = request.form.get("revision", "")
    try:
        if changes:
            edit_receipt(actor(), system().clock, receipt.id, int(revision) if revision.isdigit() else 0, changes)
    except ArchiveError as refusal:
        flash(str(refusal), "danger")
        return False
    return True


def _may_change(receipt: Receipt) -> bool:
    who = actor()
    mine = receipt.opened_by == who.id or who.may(Permission.DOCUMENT_CONFIRM)
    return receipt.state == "open" and mine and who.may(Permission.DOCUMENT_FILE)


def _facts(receipt: Receipt) -> dict[str, Any]:
    project = find_project(actor(), receipt.project)
    zone = system().settings.timezone
    return {"receipt": receipt, "project": project, "head": words.head_of(receipt, project, zone), "columns": words.COLUMNS,
            "counts": words.counts_of(receipt), "seal": words.seal_of(receipt), "title": words.title_of(receipt),
            "results": words.RESULTS, "nameless": words.NAMELESS, "bare": words.bare}

"""Receipts on the page, on paper and over the API: filled in, closed, printed, kept from others."""

import io
from collections.abc import Callable

import openpyxl
import pypdfium2
import pytest
from flask import Flask

from admin.system import System
from archive.access import Actor
from archive.models import Channel, Document, Receipt
from archive.models.receipts import Outcome
from archive.operations.people import issue_token
from archive.operations.receipts import Entry, add_entries, open_receipt
from tests.builders import SYSTEM
from tests.conftest import snapshot
from tests.functional.pages.conftest import Browser


@pytest.fixture
def receipt(system: System, people: dict[str, Actor], filled: Document) -> Receipt:
    who = people["unit_a"]
    made = open_receipt(who, system.clock, "XM-A", Channel.BROWSER, batch="b")
    add_entries(who, system.clock, made.id, [
        Entry("1", "=HYPERLINK(\"http://x\").txt", Outcome.FILED, 12, "sha256:" + "a" * 64, "sm3:" + "b" * 64, "<b>题名</b>", filled.id),
        Entry("2", "甲\u202e乙.pdf", Outcome.REFUSED, 0, reason="=1+1")])
    return made


def test_it_is_filled_in_closed_and_then_stays(receipt: Receipt, signed_in: Callable[[str], Browser]) -> None:
    page = signed_in("unit_a")
    assert "待关闭" in page.page("/receipts")
    form = {"revision": str(receipt.revision + 1), "received_by": "沈静", "received_unit": "档案室", "handed_by": "陈明", "note": ""}
    shown = page.follow(f"/receipts/{receipt.id}/close", form)
    assert "YJ-2026-000001" in shown
    assert "沈静" in shown
    assert "formaction" not in shown
    before = snapshot()
    assert "不能再改动" in page.follow(f"/receipts/{receipt.id}", {**form, "note": "改"})
    assert snapshot() == before
    paper = page.page("/receipts/YJ-2026-000001/print")
    assert "接收人（签字）" in paper
    assert "&lt;b&gt;题名" in paper


def test_the_spreadsheet_holds_no_formula(receipt: Receipt, signed_in: Callable[[str], Browser]) -> None:
    answer = signed_in("auditor").get(f"/receipts/{receipt.id}/xlsx")
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.data)).active.iter_rows())
    cells = [cell for row in rows for cell in row if cell.value is not None]
    assert not [cell for cell in cells if cell.data_type == "f"]
    values = [cell.value for cell in cells]
    assert '=HYPERLINK("http://x").txt' in values
    assert "甲乙.pdf" in values
    assert "a" * 64 in values


def test_the_pdf_has_every_line_and_room_to_sign(receipt: Receipt, signed_in: Callable[[str], Browser]) -> None:
    answer = signed_in("auditor").get(f"/receipts/{receipt.id}/pdf")
    pages = pypdfium2.PdfDocument(answer.data)
    text = "".join(page.get_textpage().get_text_bounded() for page in pages)
    text = "".join(text.split())  # lines are broken where the column ends
    for expected in ("移交人（签字）", "接收人（签字）", "<b>题名</b>", "甲乙.pdf", "a" * 32, "尚未关闭"):
        assert expected in text
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_others_do_not_learn_of_it(receipt: Receipt, signed_in: Callable[[str], Browser], stranger: Browser) -> None:
    before = snapshot()
    other = signed_in("unit_b")
    for path in ("", "/print", "/pdf", "/xlsx"):
        assert other.get(f"/receipts/{receipt.id}{path}").status_code == 404
        assert stranger.get(f"/receipts/{receipt.id}{path}").status_code == 302
    assert "XM-A" not in other.page("/receipts")
    assert other.post(f"/receipts/{receipt.id}/close", {"revision": "2"}).status_code == 404
    assert signed_in("auditor").post(f"/receipts/{receipt.id}/close", {"revision": "2"}).status_code == 403
    assert signed_in("sysadmin").get("/receipts").status_code == 403
    assert snapshot() == before


def test_over_the_api(receipt: Receipt, app: Flask, system: System, people: dict[str, Actor]) -> None:
    client = app.test_client()
    head = {"Authorization": f"Bearer {issue_token(SYSTEM, system.clock, 'archivist')}"}
    made = client.post("/api/v1/receipts", json={"project": "XM-A", "batch": "x", "received_by": "沈静"}, headers=head)
    assert (made.status_code, made.json["state"], made.json["received_by"]) == (201, "open", "沈静")
    place = f"/api/v1/receipts/{receipt.id}"
    shown = client.get(place, headers=head)
    assert client.patch(place, json={"note": "x"}, headers=head).status_code == 428
    assert client.patch(place, json={"note": "x"}, headers={**head, "If-Match": '"99"'}).status_code == 412
    assert client.patch(place, json={"note": "收讫"}, headers={**head, "If-Match": shown.headers["ETag"]}).json["note"] == "收讫"
    closed = client.post(f"{place}/close", headers=head)
    assert (closed.json["number"], closed.json["filed"], closed.json["refused"]) == ("YJ-2026-000001", 1, 1)
    assert len(closed.json["sha256"]) == len(closed.json["sm3"]) == 64
    assert client.patch(place, json={"note": "y"}, headers={**head, "If-Match": closed.headers["ETag"]}).status_code in (409, 422)
    lines = client.get("/api/v1/receipts/YJ-2026-000001/entries", headers=head).json
    assert [line["result"] for line in lines["items"]] == ["filed", "refused"]
    assert client.get("/api/v1/receipts?state=closed&project=XM-A", headers=head).json["total"] == 1
    assert client.get(f"{place}/print?format=xlsx", headers=head).data.startswith(b"PK")

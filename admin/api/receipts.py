"""Receipts of hand-overs (移交清单) over HTTP. Files get into one by naming its batch when they are filed."""

from flask import Response

from admin.api.context import ROOT, Paging, actor, answer, area, system
from admin.api.errors import Stale
from admin.api.idempotency import ChangeHeaders, WriteHeaders, idempotent
from admin.api.preconditions import etag_of, matched
from admin.api.problems import responses
from admin.api.receipt_shapes import (
    EntryList,
    EntryOut,
    FormQuery,
    NewReceipt,
    ReceiptList,
    ReceiptOut,
    ReceiptPath,
    ReceiptPeople,
    ReceiptQuery,
)
from admin.web.receipt_files import file_of
from archive import receipts as queries
from archive.errors import Conflict
from archive.models import Channel, Receipt
from archive.operations.receipts import close_receipt, edit_receipt, open_receipt

receipts = area("receipts", "移交清单")
BYTES = {"content": {"application/octet-stream": {"schema": {"type": "string", "contentMediaType": "application/octet-stream"}}}}


@receipts.get("/receipts", responses={200: ReceiptList, **responses(404)})
def listed(query: ReceiptQuery) -> Response:
    """您能看到的移交清单，新的在前"""
    page = queries.list_receipts(actor(), project=query.project, state=query.state or "", channel=query.channel or "",
                                 page=query.page, size=query.size)
    return answer(ReceiptList(items=[ReceiptOut.of(receipt) for receipt in page.items], total=page.total, page=page.page,
                              size=page.size))


@receipts.post("/receipts", responses={201: ReceiptOut, **responses(404)})
@idempotent
def create(header: WriteHeaders, body: NewReceipt) -> Response:
    """开立一份移交清单；同一人同一批次只有一份，重复开立得到原来的"""
    return _receipt(open_receipt(actor(), system().clock, body.project, Channel.API, batch=body.batch, people=body.said()), 201)


@receipts.get("/receipts/<id>", responses={200: ReceiptOut, **responses(404)})
def show(path: ReceiptPath) -> Response:
    """一份移交清单；ETag 供修改时使用"""
    return _receipt(queries.find_receipt(actor(), path.id))


@receipts.patch("/receipts/<id>", responses={200: ReceiptOut, **responses(404, 409, 412, 428)})
@idempotent
def change(header: ChangeHeaders, path: ReceiptPath, body: ReceiptPeople) -> Response:
    """填写移交人、接收人、备注；关闭之前可以修改，须带 If-Match"""
    receipt = queries.find_receipt(actor(), path.id)
    revision = matched(receipt, "移交清单", path.id)
    try:
        return _receipt(edit_receipt(actor(), system().clock, receipt.id, revision, body.said()))
    except Conflict:
        raise Stale(what="移交清单", key=path.id) from None


@receipts.post("/receipts/<id>/close", responses={200: ReceiptOut, **responses(404, 409)})
@idempotent
def close(header: WriteHeaders, path: ReceiptPath) -> Response:
    """关闭并编号；此后不再改动，重复关闭得到同一结果"""
    return _receipt(close_receipt(actor(), system().clock, path.id))


@receipts.get("/receipts/<id>/entries", responses={200: EntryList, **responses(404)})
def entries(path: ReceiptPath, query: Paging) -> Response:
    """清单中的文件，按登记的先后"""
    page = queries.entries_of(actor(), path.id, page=query.page, size=query.size)
    return answer(EntryList(items=[EntryOut.of(entry) for entry in page.items], total=page.total, page=page.page, size=page.size))


@receipts.get("/receipts/<id>/print", responses={"200": {"description": "供打印的清单", **BYTES}, **responses(404)})
def printed(path: ReceiptPath, query: FormQuery) -> Response:
    """供打印、保存的 PDF 或电子表格"""
    return file_of(system(), actor(), queries.find_receipt(actor(), path.id), query.format)


def _receipt(receipt: Receipt, status: int = 200) -> Response:
    headers = {"ETag": etag_of(receipt)} | ({"Location": f"{ROOT}/receipts/{receipt.id}"} if status == 201 else {})
    return answer(ReceiptOut.of(receipt), status, headers)

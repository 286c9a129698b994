"""Receipts of hand-overs as the API takes and shows them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import Field

from admin.api.context import Asked, Listing, Masked, Paging, Strict
from archive.models import Receipt, ReceiptEntry

Channel = Literal["browser", "api", "cli", "folder", "mailbox", "manifest", "scanner"]
State = Literal["open", "closed"]


class ReceiptPath(Asked):
    id: str = Field(max_length=100, description="标识，或编号如 YJ-2026-000123")


class ReceiptQuery(Paging):
    project: str = Field("", max_length=100, description="项目编号")
    state: State | None = None
    channel: Channel | None = None


class FormQuery(Asked):
    format: Literal["pdf", "xlsx"] = "pdf"


class ReceiptPeople(Asked):
    """Who handed over, who received; what is left out stays as it is."""

    handed_by: str | None = Field(None, max_length=100, description="移交人")
    handed_unit: str | None = Field(None, max_length=200, description="移交单位")
    received_by: str | None = Field(None, max_length=100, description="接收人")
    received_unit: str | None = Field(None, max_length=200, description="接收单位")
    note: str | None = Field(None, max_length=1000, description="备注")

    def said(self) -> dict[str, str]:
        return self.model_dump(include=set(ReceiptPeople.model_fields), exclude_none=True)


class NewReceipt(ReceiptPeople):
    project: str = Field(max_length=100, description="项目编号")
    batch: str = Field(min_length=1, max_length=200, description="批次：归档时给出同一批次的文件记入这份清单")


class ReceiptOut(Strict):
    """A hand-over. `number` and the digests of the whole list come with closing; after that nothing changes."""

    id: str
    number: str
    state: State
    project: str
    channel: Channel
    batch: str
    handed_by: str
    handed_unit: str
    received_by: str
    received_unit: str
    note: str
    filed: int
    duplicates: int
    refused: int
    bytes: int
    opened_at: datetime
    opened_by: str
    closed_at: datetime | None
    sha256: str
    sm3: str

    @classmethod
    def of(cls, receipt: Receipt) -> "ReceiptOut":
        values = {name: getattr(receipt, name) for name in cls.model_fields}
        return cls(**values | {"opened_by": receipt.opened_by_name, "sha256": _bare(receipt.sha256), "sm3": _bare(receipt.sm3)})


class EntryOut(Strict):
    """One file of a hand-over. `path` is empty where not even the name may be kept; `pages` null where unknown."""

    line: int
    path: Masked
    title: Masked
    document: str | None
    pages: int | None
    size: int
    sha256: str
    sm3: str
    result: Literal["filed", "duplicate", "refused"]
    reason: Masked

    @classmethod
    def of(cls, entry: ReceiptEntry) -> "EntryOut":
        values = {name: getattr(entry, name) for name in cls.model_fields}
        return cls(**values | {"document": entry.document or None, "sha256": _bare(entry.sha256), "sm3": _bare(entry.sm3)})


class ReceiptList(Listing):
    items: Sequence[ReceiptOut]


class EntryList(Listing):
    items: Sequence[EntryOut]


def _bare(digest: str) -> str:
    return digest.rpartition(":")[2]

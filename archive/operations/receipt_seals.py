"""What a receipt's digests cover, so that either side can compute them again; and the pages counted by then."""

import hashlib
import json
from datetime import UTC
from typing import Any

from pymongo import UpdateOne

from archive.models import TextRecord
from archive.models.receipts import Receipt, ReceiptEntry
from archive.transaction import collection

HEAD = ("number", "project", "channel", "batch", "handed_by", "handed_unit", "received_by", "received_unit", "note", "filed",
        "duplicates", "refused", "bytes")
LINE = ("line", "path", "title", "document", "version", "pages", "size", "sha256", "sm3", "result", "reason")
AT_ONCE = 1000


def digests_of_list(key: str) -> tuple[str, str]:
    """Of the lines: one JSON object with the fields of `LINE` each, in order, each ended by a newline."""
    digests = hashlib.sha256(), hashlib.new("sm3")
    for row in collection(ReceiptEntry).find({"receipt": key}).sort("line", 1):
        text = _json({name: row.get(name) for name in LINE}).encode() + b"\n"
        for digest in digests:
            digest.update(text)
    return f"sha256:{digests[0].hexdigest()}", f"sm3:{digests[1].hexdigest()}"


def seal_of(receipt: Receipt, lines: tuple[str, str]) -> tuple[str, str]:
    """`sha256:…`, `sm3:…` of the head: one JSON object with the fields of `HEAD`, the instant, and the lines' digest."""
    closed = receipt.closed_at.astimezone(UTC).isoformat(timespec="milliseconds") if receipt.closed_at else ""
    head = {**{name: getattr(receipt, name) for name in HEAD}, "closed_at": closed}
    by_sha256, by_sm3 = (_json({**head, "lines": digest}).encode() for digest in lines)
    return f"sha256:{hashlib.sha256(by_sha256).hexdigest()}", f"sm3:{hashlib.new('sm3', by_sm3).hexdigest()}"


def broken_seals() -> tuple[int, list[str]]:
    """Every closed receipt against its seal: how many there are, and the numbers of those that were altered."""
    receipts = list(Receipt.objects(state="closed").order_by("number"))
    return len(receipts), [receipt.number for receipt in receipts
                           if seal_of(receipt, digests_of_list(receipt.id)) != (receipt.sha256, receipt.sm3)]


def count_pages(key: str) -> None:
    """Take over the page counts of texts that were read since the files were listed. Derived, so without an audit entry."""
    entries = collection(ReceiptEntry)
    rows = list(entries.find({"receipt": key, "version": {"$gt": ""}, "pages": None}, {"version": 1}))
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start:start + AT_ONCE]
        found = collection(TextRecord).find({"_id": {"$in": [row["version"] for row in some]}, "page_count": {"$gt": 0}},
                                            {"page_count": 1})
        pages = {row["_id"]: row["page_count"] for row in found}
        changes = [UpdateOne({"_id": row["_id"]}, {"$set": {"pages": pages[row["version"]]}})
                   for row in some if row["version"] in pages]
        if changes:
            entries.bulk_write(changes)


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

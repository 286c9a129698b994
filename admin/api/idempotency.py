"""Writes that may be sent again: the answer to an `Idempotency-Key` is kept for a day and given again, never done again.

A key belongs to one person and one route. It is claimed before the work by its unique `_id`, so of two requests at the
same time one works and the other is told to wait. A refusal frees the key: nothing was written. The claim is renewed
while the work goes on; one whose process died is taken over soon; every write of the API may be repeated without harm.
"""

import hashlib
import json
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from datetime import timedelta
from functools import wraps
from typing import Any, ParamSpec, cast

from flask import Response, request
from pydantic import BaseModel, Field
from pymongo.errors import DuplicateKeyError, PyMongoError
from werkzeug.datastructures import FileStorage

from admin.api.context import actor, system
from admin.api.errors import KeyInUse, KeyReused
from admin.web.spooling import ReceivedFile
from archive.clock import Clock
from archive.models import Idempotency
from archive.renewing import renewed
from archive.transaction import collection

LONGEST_KEY = 255
ABANDONED = timedelta(seconds=60)
RENEW_SECONDS = 15.0
KEPT = ("ETag", "Location")
WORKING = 0
P = ParamSpec("P")


class WriteHeaders(BaseModel):
    """The headers of a write. Other headers are none of our business."""

    idempotency_key: str = Field("", alias="Idempotency-Key", max_length=LONGEST_KEY, description=(
        "同一个人以同一个键重发同一请求，得到第一次的答复，不会重复执行；保存一天。内容不同则拒绝（422）。"))


class ChangeHeaders(WriteHeaders):
    if_match: str = Field("", alias="If-Match", max_length=200, description="必须给出：读取时得到的 ETag")


def idempotent(view: Callable[P, Response]) -> Callable[P, Response]:
    """For a view that takes `header: WriteHeaders`."""
    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Response:
        key = cast(WriteHeaders, kwargs["header"]).idempotency_key
        if not key:
            return view(*args, **kwargs)
        return _once(key, _fingerprint(), lambda: view(*args, **kwargs))
    return guarded


def _once(key: str, fingerprint: str, work: Callable[[], Response]) -> Response:
    row_id = _digest(actor().id, request.method, request.path, key)
    if (earlier := _claim(row_id, fingerprint)) is not None:
        return _again(key, fingerprint, earlier)
    try:
        with _kept(row_id, system().clock):
            response = work()
    except BaseException:
        with suppress(PyMongoError):  # the database may be what is away: then the claim runs out
            collection(Idempotency).delete_one({"_id": row_id, "status": WORKING})
        raise
    kept = {name: response.headers[name] for name in KEPT if name in response.headers}
    body = {"request": fingerprint, "headers": kept, "text": response.get_data(as_text=True)}
    collection(Idempotency).update_one(
        {"_id": row_id}, {"$set": {"status": response.status_code, "body": json.dumps(body, ensure_ascii=False)}})
    return response


def _claim(row_id: str, fingerprint: str) -> dict[str, Any] | None:
    """None where the key is ours now; else what is known under it."""
    now, rows = system().clock.now(), collection(Idempotency)
    body = json.dumps({"request": fingerprint})
    try:
        rows.insert_one(Idempotency(id=row_id, at=now, status=WORKING, body=body).as_mongo())
        return None
    except DuplicateKeyError:
        abandoned = {"_id": row_id, "status": WORKING, "body": body, "at": {"$lte": now - ABANDONED}}
        if rows.update_one(abandoned, {"$set": {"at": now}}).modified_count:
            return None
    return cast(dict[str, Any], rows.find_one({"_id": row_id}) or {"status": WORKING, "body": body})


def _kept(row_id: str, clock: Clock) -> AbstractContextManager[None]:
    """The claim stays ours while the block runs: a large file may take longer than a claim lasts."""
    return renewed("Idempotency-Key", RENEW_SECONDS, lambda: _renew(row_id, clock))


def _renew(row_id: str, clock: Clock) -> None:
    collection(Idempotency).update_one({"_id": row_id, "status": WORKING}, {"$set": {"at": clock.now()}})


def _again(key: str, fingerprint: str, row: dict[str, Any]) -> Response:
    known = json.loads(row["body"])
    if known["request"] != fingerprint:
        raise KeyReused(key=key)
    if row["status"] == WORKING:
        raise KeyInUse(key=key)
    return Response(known["text"], row["status"], {**known["headers"], "Idempotency-Replayed": "true"},
                    content_type="application/json")


def _fingerprint() -> str:
    """What was asked, whatever the order of its fields; of a file its name and bytes."""
    condition = request.headers.get("If-Match", "")
    if request.mimetype != "multipart/form-data":
        return _digest(condition, json.dumps(request.get_json(silent=True), sort_keys=True))
    files = [[name, sent.filename, _digest_of(sent)] for name, sent in request.files.items(multi=True)]
    return _digest(condition, json.dumps([sorted(request.form.items(multi=True)), sorted(files)]))


def _digest_of(sent: FileStorage) -> str:
    """Taken while the file came in. A part that is not one for the archive is refused by its view, whatever it holds."""
    return sent.stream.staged().digests.sha256 if isinstance(sent.stream, ReceivedFile) else ""


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()

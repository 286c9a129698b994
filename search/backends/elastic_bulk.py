"""Sending many writes: in requests of bounded size, at the pace the server sets, each item answered for by itself."""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from elasticsearch import Elasticsearch

from archive.errors import EngineDown
from search.backends.elastic_client import BULK_SECONDS, ENGINE, Busy, Missing, TooLarge, asking, short
from search.backends.elastic_fields import GONE, source
from search.port import IndexedDocument
from search.stored import keyword

# Of one request; the server's own limit is 100 MB. A single document may be larger than this.
MOST_BYTES = 8_000_000
MOST_ITEMS = 2_000
ASKED_AT_ONCE = 1_000
# Seconds to wait before what a busy server refused is sent again; after the last it counts as down.
WAITS = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0)
_BUSY = (429, 503)
Gate = Literal["external", "external_gte"]


@dataclass(frozen=True, slots=True)
class Write:
    """A document, or the place of a removed one, and the external version it stands or falls by."""

    id: str
    version: int
    document: IndexedDocument | None


@dataclass(slots=True)
class Outcome:
    """Ids taken; ids refused for good with the server's reason. Everything else was older than what is held."""

    taken: list[str]
    refused: dict[str, str]

    def check(self) -> None:
        """Raises EngineDown naming what was refused."""
        if self.refused:
            first, reason = next(iter(self.refused.items()))
            raise EngineDown(engine=ENGINE, reason=f"{len(self.refused)} 件文件没有写入索引，例如 {first}：{reason}")


class Bulk:
    def __init__(self, client: Elasticsearch, pause: Callable[[float], None] = time.sleep) -> None:
        self._client = client.options(request_timeout=BULK_SECONDS)
        self._pause = pause

    def versions(self, alias: str, ids: Iterable[str]) -> dict[str, int]:
        """The external versions held, uncommitted ones included; ids not held are left out. Raises Missing."""
        wanted = list(ids)
        held: dict[str, int] = {}
        for start in range(0, len(wanted), ASKED_AT_ONCE):
            some = wanted[start:start + ASKED_AT_ONCE]
            docs = self._patiently("读取版本", lambda some=some: self._versions(alias, some))  # type: ignore[misc]
            for id_, doc in zip(some, docs, strict=True):
                if "error" in doc:
                    _unreadable(doc["error"], alias)
                if doc.get("found"):
                    held[id_] = int(doc["_version"])
        return held

    def send(self, alias: str, writes: Iterable[Write], gate: Gate) -> Outcome:
        """Through the alias, which must exist: nothing is ever created by a write. Raises Missing, EngineDown."""
        outcome = Outcome([], {})
        for batch in _batches(alias, writes, gate):
            self._send(alias, batch, outcome)
        return outcome

    def _send(self, alias: str, batch: "Batch", outcome: Outcome) -> None:
        """Sends again only what the server was too busy for."""
        waits = iter(WAITS)
        while batch:
            try:
                batch, reason = self._once(alias, batch, outcome)
            except Busy:
                reason = "服务器过载（429）"
            except TooLarge:
                if len(batch) == 1:
                    outcome.refused[batch[0][0]] = "超过服务器一次能接收的大小（413）"
                    return
                middle = len(batch) // 2
                self._send(alias, batch[:middle], outcome)
                batch = batch[middle:]
                continue
            if batch:
                self._wait(waits, f"写入索引：{reason}，{len(batch)} 件没有写入，例如 {batch[0][0]}")

    def _once(self, alias: str, batch: "Batch", outcome: Outcome) -> "tuple[Batch, str]":
        """One request. What is to be sent again, and why."""
        with asking("写入索引"):
            answer = self._client.bulk(
                operations=[line for _, lines in batch for line in lines],  # type: ignore[misc]
                require_alias=True, filter_path="items.*.status,items.*.error.type,items.*.error.reason")
        items: Sequence[Mapping[str, Any]] = [next(iter(item.values())) for item in answer.body.get("items", ())]
        again: Batch = []
        reason = ""
        for entry, item in zip(batch, items, strict=True):
            status, error = int(item["status"]), item.get("error", {})
            if status < 300:
                outcome.taken.append(entry[0])
            elif status == 404:
                raise Missing(alias)
            elif status in _BUSY:
                again.append(entry)
                reason = f"服务器过载（{short(error.get('type'))}）"
            elif status != 409:
                outcome.refused[entry[0]] = f"{short(error.get('type'))}：{short(error.get('reason'))}"
        return again, reason

    def _versions(self, alias: str, ids: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        with asking("读取版本"):
            docs: Sequence[Mapping[str, Any]] = self._client.mget(
                index=alias, ids=[keyword(id_) for id_ in ids], source=False).body["docs"]
        return docs

    def _patiently(self, what: str, ask: Callable[[], Sequence[Mapping[str, Any]]]) -> Sequence[Mapping[str, Any]]:
        waits = iter(WAITS)
        while True:
            try:
                return ask()
            except Busy:
                self._wait(waits, f"{what}：服务器过载（429）")

    def _wait(self, waits: Iterator[float], reason: str) -> None:
        """Raises EngineDown where the server was given time enough."""
        seconds = next(waits, None)
        if seconds is None:
            raise EngineDown(engine=ENGINE, reason=reason) from None
        self._pause(seconds)


Batch = list[tuple[str, list[bytes]]]


def _batches(alias: str, writes: Iterable[Write], gate: Gate) -> Iterator[Batch]:
    batch: Batch = []
    size = 0
    for write in writes:
        lines = _lines(alias, write, gate)
        length = sum(map(len, lines))
        if batch and (size + length > MOST_BYTES or len(batch) >= MOST_ITEMS):
            yield batch
            batch, size = [], 0
        batch.append((write.id, lines))
        size += length
    if batch:
        yield batch


def _lines(alias: str, write: Write, gate: Gate) -> list[bytes]:
    action = {"index": {"_index": alias, "_id": keyword(write.id), "version": write.version, "version_type": gate}}
    content = GONE if write.document is None else source(write.document)
    return [json.dumps(part, ensure_ascii=False, separators=(",", ":")).encode() for part in (action, content)]


def _unreadable(error: Mapping[str, Any], alias: str) -> None:
    if error.get("type") == "index_not_found_exception":
        raise Missing(alias)
    raise EngineDown(engine=ENGINE, reason=f"读取版本：{short(error.get('type'))}")

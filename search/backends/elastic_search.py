"""Running searches: one page, pages however deep, and the list of everything. Knows requests; knows nothing of writing.

A server answers at most 10,000 hits by offset. What lies beyond is walked to on a point in time, which shows one state
of the index from the first page to the last, and is always given back.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from elasticsearch import Elasticsearch

from archive.errors import EngineDown
from search.backends.elastic_address import ElasticAddress
from search.backends.elastic_client import ENGINE, Busy, Missing, asking
from search.backends.elastic_query import EVERYTHING, build, facets, order, ranks
from search.port import FACETS, Hit, SearchRequest, SearchResult
from search.stored import read_card

# index.max_result_window: offset and limit together.
WINDOW = 10_000
_KEPT = "1m"
_KIND = "检索"
Answer = Mapping[str, Any]


class Searcher:
    def __init__(self, client: Elasticsearch, address: ElasticAddress) -> None:
        self._client = client
        self._address = address

    def search(self, request: SearchRequest) -> SearchResult:
        """Raises Missing where the index is not there (any more), EngineDown."""
        offset, limit = max(request.offset, 0), max(request.limit, 0)
        if limit and offset + limit <= WINDOW:
            answer = self._ask(self._body(request), size=limit, from_=offset, **self._counting(request))
            return SearchResult(_hits(answer), _total(answer), _counts(answer))
        answer = self._ask(self._body(request), size=0, **self._counting(request))
        total = _total(answer)
        last = min(offset + limit, total)
        hits: tuple[Hit, ...] = ()
        if last > offset:
            hits = self._deep(request, offset, last)
        return SearchResult(hits, total, _counts(answer))

    def count(self) -> int:
        with asking("计数"):
            return int(self._client.count(index=self._address.prefix, query=EVERYTHING).body["count"])

    def ids(self) -> list[str]:
        body = {"query": EVERYTHING, "sort": ["_shard_doc"]}
        with self._point_in_time() as point:
            return [hit["_id"] for page in self._pages(point, body) for hit in page]

    def _deep(self, request: SearchRequest, offset: int, last: int) -> tuple[Hit, ...]:
        body = self._body(request)
        if last <= WINDOW:
            return _hits(self._ask(body, size=last - offset, from_=offset, source=["card"]))
        found: list[Hit] = []
        with self._point_in_time() as point:
            position = 0
            for page in self._pages(point, body, source=["card"], skipping=offset):
                found += [_hit(hit) for hit in page[max(offset - position, 0):last - position]]
                position += len(page)
                if position >= last:
                    break
        return tuple(found)

    def _pages(
        self, point: dict[str, str], body: dict[str, Any], source: Any = False, skipping: int = 0
    ) -> Iterator[Sequence[Answer]]:
        """Pages of WINDOW hits to the end; those that lie before `skipping` without their contents."""
        after: Any = None
        position = 0
        while True:
            wanted = source if position + WINDOW > skipping else False
            answer = self._ask(body, size=WINDOW, pit=point, search_after=after, source=wanted, track_total_hits=False)
            point["id"] = answer.get("pit_id", point["id"])
            page = answer["hits"]["hits"]
            if page:
                yield page
            if len(page) < WINDOW:
                return
            after = page[-1]["sort"]
            position += len(page)

    @contextmanager
    def _point_in_time(self) -> Iterator[dict[str, str]]:
        with asking(_KIND):
            opened = self._client.open_point_in_time(
                index=self._address.prefix, keep_alive=_KEPT, preference=self._address.prefix)
        point = {"id": str(opened.body["id"]), "keep_alive": _KEPT}
        try:
            yield point
        finally:
            with suppress(EngineDown, Missing, Busy), asking(_KIND):
                self._client.close_point_in_time(id=point["id"])

    def _ask(self, body: dict[str, Any], **rest: Any) -> Answer:
        """One request; all shards or nothing. On an index by the alias where no point in time is given."""
        where: dict[str, Any] = {"allow_partial_search_results": False}
        if "pit" not in rest:
            # Copies of a shard may score a little differently: pages of one question ask the same copies.
            where |= {"index": self._address.prefix, "preference": hashlib.sha256(_bytes(body)).hexdigest()[:16]}
        try:
            with asking(_KIND):
                answer: Answer = self._client.search(**body, **where, **rest).body
        except Busy:
            raise EngineDown(engine=ENGINE, reason=f"{_KIND}：服务器过载（429）") from None
        if answer.get("timed_out"):
            raise EngineDown(engine=ENGINE, reason=f"{_KIND}：没有在规定时间内完成")
        return answer

    def _body(self, request: SearchRequest) -> dict[str, Any]:
        body: dict[str, Any] = {"query": build(request, self._address.analyzer), "sort": order(request)}
        if self._address.shards > 1 and ranks(request):
            body["search_type"] = "dfs_query_then_fetch"  # words are weighed over the whole index, not shard by shard
        return body

    def _counting(self, request: SearchRequest) -> dict[str, Any]:
        counted = {"aggregations": facets(self._address.shards)} if request.facets else {}
        return {"track_total_hits": True, "source": ["card"], **counted}


def _bytes(body: object) -> bytes:
    return json.dumps(body, sort_keys=True).encode()


def _hits(answer: Answer) -> tuple[Hit, ...]:
    return tuple(_hit(hit) for hit in answer["hits"]["hits"])


def _hit(hit: Answer) -> Hit:
    return Hit(read_card(hit["_source"]["card"]), float(hit.get("_score") or 0.0))


def _total(answer: Answer) -> int:
    return int(answer["hits"]["total"]["value"])


def _counts(answer: Answer) -> dict[str, dict[str, int]]:
    found = answer.get("aggregations", {})
    return {
        name: {bucket["key"]: bucket["doc_count"] for bucket in found[name]["buckets"]} if name in found else {}
        for name in FACETS
    }

"""From a SearchRequest to the body of an Elasticsearch search. Builds data only; no query string, nothing to escape."""

from collections.abc import Iterable, Sequence
from typing import Any

from search.backends.elastic_address import Analyzer
from search.port import FACET_LIMIT, FACETS, SearchRequest
from search.stored import keyword

TITLE_BOOST = 3.0
# index.max_terms_count: what one `terms` may hold.
MOST_TERMS = 65_536
# A shard counts this many values of a facet before the counts of several are added up.
COUNTED_PER_SHARD = 60_000
Clause = dict[str, Any]

_GONE: Clause = {"term": {"gone": True}}
_BY_ID: Clause = {"id": {"order": "asc"}}
_NEWEST: Clause = {"day": {"order": "desc", "missing": "_last"}}
_ORDERS: dict[str, list[Clause]] = {
    # Many documents share a score: the newest of them first, and the same ones in the same place on every page.
    "relevance": [{"_score": {"order": "desc"}}, _NEWEST, _BY_ID],
    "date_desc": [_NEWEST, _BY_ID],
    "date_asc": [{"day": {"order": "asc", "missing": "_last"}}, _BY_ID],
    "title": [{"order": {"order": "asc", "missing": "_last"}}, _BY_ID],
}
EVERYTHING: Clause = {"bool": {"must_not": [_GONE]}}


def build(request: SearchRequest, analyzer: Analyzer) -> Clause:
    """Access and filters are clauses of the query itself, so whatever is counted is counted within them.

    BM25 weighs a word by how many documents of the whole index hold it, so its scores tell of documents the reader may
    not see. Who sees only some dossiers gets scores that count where a document matches, and nothing else.
    """
    query: Clause = {
        "must": [_anywhere(term) for term in request.query.required],
        "must_not": [_GONE, *(_anywhere(term) for term in request.query.excluded)],
        "filter": list(_filters(request)),
    }
    if ranks(request):
        query["should"] = [clause for term in request.query.required for clause in _mentions(term, analyzer)]
    return {"bool": query}


def ranks(request: SearchRequest) -> bool:
    """Whether scores depend on the other documents of the index."""
    return request.dossiers is None and order(request) is _ORDERS["relevance"]


def order(request: SearchRequest) -> list[Clause]:
    if request.sort == "relevance" and not request.query.required:
        return _ORDERS["date_desc"]
    return _ORDERS[request.sort]


def facets(shards: int) -> Clause:
    size = {"size": FACET_LIMIT} | ({"shard_size": COUNTED_PER_SHARD} if shards > 1 else {})
    return {name: {"terms": {"field": name, **size}} for name in FACETS}


def _anywhere(squashed: str) -> Clause:
    """Matches exactly where the term is a substring; more where title or filename hold it as well."""
    body, head = (
        {"constant_score": {"filter": _contains(field, squashed), "boost": boost}}
        for field, boost in (("body", 1.0), ("head", TITLE_BOOST))
    )
    return {"bool": {"should": [body, head], "minimum_should_match": 1}}


def _contains(field: str, squashed: str) -> Clause:
    if len(squashed) <= 2:
        return {"term": {field if len(squashed) == 2 else f"{field}.one": squashed}}
    return {"match_phrase": {field: squashed}}


def _mentions(squashed: str, analyzer: Analyzer) -> Iterable[Clause]:
    """How often, and how rare: BM25 over Elasticsearch's own pairs of Chinese characters, or over IK's words.

    Whatever gets a score already holds the term as it stands, so the places of its parts need not be read again.
    """
    for field, boost in (("body", 1.0), ("head", TITLE_BOOST)):
        words = f"{field}.ik" if analyzer == "ik" else f"{field}.words"
        yield {"match": {words: {"query": squashed, "boost": boost}}}


def _filters(request: SearchRequest) -> Iterable[Clause]:
    for dossiers in (request.dossiers, request.within):
        if dossiers is not None:
            yield _one_of("dossier", sorted(dossiers))
    for field in ("project", "type", "stage"):
        if values := getattr(request, field):
            yield _one_of(field, values)
    if request.date_from or request.date_to:
        low = {"gte": request.date_from.toordinal()} if request.date_from else {}
        high = {"lte": request.date_to.toordinal()} if request.date_to else {}
        yield {"range": {"day": low | high}}


def _one_of(field: str, values: Sequence[str]) -> Clause:
    chunks = [
        {"terms": {field: [keyword(value) for value in values[start:start + MOST_TERMS]]}}
        for start in range(0, max(len(values), 1), MOST_TERMS)  # an empty `terms` finds nothing
    ]
    return chunks[0] if len(chunks) == 1 else {"bool": {"should": chunks, "minimum_should_match": 1}}

"""From a SearchRequest to a Tantivy query. Builds query objects only: no query string, so nothing needs escaping."""

from collections.abc import Sequence

from tantivy import FieldType, Occur, Query

from search.backends.tantivy_schema import COUNTED, schema
from search.grams import phrase_pairs
from search.port import FACET_LIMIT, SearchRequest
from search.stored import keyword

TITLE_BOOST = 3.0
FACET_QUERY = {
    name: {"terms": {"field": name, "size": FACET_LIMIT, "segment_size": FACET_LIMIT * 10}} for name in COUNTED
}
Clause = tuple[Occur, Query]


def build(request: SearchRequest) -> Query:
    """Access and filters are clauses of the query itself, so whatever is counted is counted within them.

    BM25 weighs a word by how many documents of the whole index hold it, so its scores tell of documents the reader may
    not see. Who sees only some dossiers gets scores that count where a document matches, and nothing else.
    """
    anywhere = _anywhere if request.dossiers is None else _anywhere_alike
    clauses = [(Occur.Must, anywhere(term)) for term in request.query.required]
    clauses += [(Occur.MustNot, _anywhere(term)) for term in request.query.excluded]
    clauses += _filters(request)
    if not any(occur is Occur.Must for occur, _ in clauses):
        clauses.append((Occur.Must, Query.all_query()))
    return Query.boolean_query(clauses)


def by_id(document: str) -> Query:
    return Query.term_query(schema(), "id", keyword(document), "basic")


def _anywhere(squashed: str) -> Query:
    head = Query.boost_query(_contains("head", squashed), TITLE_BOOST)
    return Query.boolean_query([(Occur.Should, _contains("body", squashed)), (Occur.Should, head)])


def _anywhere_alike(squashed: str) -> Query:
    """The same documents, every one with the same score; more where title or filename match as well."""
    body, head = (Query.const_score_query(_contains(field, squashed), score)
                  for field, score in (("body", 1.0), ("head", TITLE_BOOST)))
    return Query.boolean_query([(Occur.Should, body), (Occur.Should, head)])


def _contains(field: str, squashed: str) -> Query:
    if len(squashed) == 1:
        return Query.term_query(schema(), f"{field}1", squashed, "basic")
    if len(squashed) == 2:
        return Query.term_query(schema(), f"{field}2", squashed, "freq")
    return Query.phrase_query(schema(), f"{field}2", list(phrase_pairs(squashed)))


def _filters(request: SearchRequest) -> list[Clause]:
    clauses: list[Clause] = []
    for dossiers in (request.dossiers, request.within):
        if dossiers is not None:
            clauses.append(_one_of("dossier", sorted(dossiers)))
    for field in ("project", "type", "stage"):
        if values := getattr(request, field):
            clauses.append(_one_of(field, values))
    if request.date_from or request.date_to:
        clauses.append(_between(request))
    return clauses


def _one_of(field: str, values: Sequence[str]) -> Clause:
    query = Query.term_set_query(schema(), field, [keyword(value) for value in values])
    return Occur.Must, Query.const_score_query(query, 0.0)


def _between(request: SearchRequest) -> Clause:
    low = request.date_from.toordinal() if request.date_from else 0
    high = request.date_to.toordinal() if request.date_to else 2**31
    query = Query.range_query(schema(), "day", FieldType.Integer, low, high)
    return Occur.Must, Query.const_score_query(query, 0.0)

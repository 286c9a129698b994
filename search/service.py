"""Search as the user sees it: hits with their pages, a marked snippet and a marked title.

The index says which documents match; where in them is found in their text. Knows no engine and no database: texts come
from a function handed in.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from archive.flow import Flow, flow_text
from archive.personal import mask
from search.marks import best_cluster, find, marked, page_at, pages_with, snippet
from search.port import Card, Hit, SearchIndex, SearchRequest

# Joining pages costs more than everything else here, and a refined search or the next page meets the same documents.
FLOWS_KEPT = 256
LONGEST_KEPT = 20_000  # characters: at most some 20 MB are held

# Document ids to the pages of their current text; documents without text may be left out.
Texts = Callable[[Sequence[str]], Mapping[str, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Item:
    """One document found. Pages count from 1; `page` is None where only title or filename match, or nothing was asked.

    `snippet`, `title_html` and `filename_html` are HTML: escaped, hits in `<mark>`.
    """

    card: Card
    score: float
    page: int | None
    pages: tuple[int, ...]
    snippet: str
    title_html: str
    filename_html: str

    @property
    def document(self) -> str:
        return self.card.id


@dataclass(frozen=True, slots=True)
class SearchPage:
    items: tuple[Item, ...]
    total: int
    facets: Mapping[str, Mapping[str, int]]


class SearchService:
    def __init__(self, index: SearchIndex, texts: Texts) -> None:
        self.index = index
        self.texts = texts

    def find(self, request: SearchRequest, *, reveal: bool = False) -> SearchPage:
        """One page of results. Raises what the index raises (IndexNeedsRebuild).

        What is shown of a text has its personal numbers masked, always. Hits inside such a number are told (as a page,
        as marked `*`) only with `reveal`: otherwise digit after digit could be found out by searching.
        """
        result = self.index.search(request)
        terms = request.query.required
        texts = self.texts([hit.document for hit in result.hits]) if terms and result.hits else {}
        items = tuple(_item(hit, terms, texts.get(hit.document, ()), reveal) for hit in result.hits)
        return SearchPage(items, result.total, result.facets)


def _item(hit: Hit, terms: Sequence[str], pages: Sequence[str], reveal: bool) -> Item:
    flow, masked = _kept_flow(tuple(pages)) if sum(map(len, pages)) <= LONGEST_KEPT else _flow(pages)
    sought = flow.text if reveal else masked
    cluster = best_cluster(find(sought, terms))
    return Item(
        card=hit.card,
        score=hit.score,
        page=page_at(flow.starts, cluster[0].start) if cluster else None,
        pages=pages_with(sought, flow.starts, terms),
        snippet=snippet(masked, cluster),
        title_html=_marked_line(mask(hit.card.title), terms),
        filename_html=_marked_line(mask(hit.card.filename), terms),
    )


@lru_cache(maxsize=FLOWS_KEPT)
def _kept_flow(pages: tuple[str, ...]) -> tuple[Flow, str]:
    """Keyed by the text itself, so it can never be out of date."""
    return _flow(pages)


def _flow(pages: Sequence[str]) -> tuple[Flow, str]:
    """The continuous text, and the same with personal numbers masked: every offset is that of both."""
    flow = flow_text(pages)
    return flow, mask(flow.text)


def _marked_line(line: str, terms: Sequence[str]) -> str:
    return marked(line, ((span.start, span.end) for span in find(line, terms)))

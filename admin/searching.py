"""A search as somebody, in the shape of contract §4: shared by command line and API."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from admin.system import System
from archive.access import Actor
from archive.events import lag
from archive.queries import visible_keys
from search.port import SearchRequest, Sort
from search.query import parse
from search.service import Item, SearchPage


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. Filters are alternatives within one field; dates are inclusive; `page` counts from 1."""

    text: str = ""
    project: Sequence[str] = ()
    type: Sequence[str] = ()
    stage: Sequence[str] = ()
    unit: Sequence[str] = ()
    date_from: date | None = None
    date_to: date | None = None
    sort: Sort = "relevance"
    page: int = 1
    size: int = 20


def ask(system: System, actor: Actor, question: Question) -> SearchPage:
    """Raises QueryTooLong, IndexNeedsRebuild, NotPermitted."""
    return system.search.find(SearchRequest(
        query=parse(question.text), dossiers=visible_keys(actor), project=tuple(question.project),
        type=tuple(question.type), stage=tuple(question.stage), unit=tuple(question.unit),
        date_from=question.date_from, date_to=question.date_to, sort=question.sort,
        offset=(question.page - 1) * question.size, limit=question.size))


def item_shape(item: Item) -> dict[str, Any]:
    card = asdict(item.card)
    names = ("filename", "project", "title", "type", "stage", "unit", "doc_date")
    return {"document": item.document, **{name: card[name] for name in names}, "page": item.page,
            "pages": list(item.pages), "snippet": item.snippet, "score": round(item.score, 4)}


def answer_shape(system: System, question: Question, found: SearchPage) -> dict[str, Any]:
    facets: Mapping[str, Mapping[str, int]] = found.facets
    return {"items": [item_shape(item) for item in found.items], "total": found.total, "page": question.page,
            "size": question.size, "facets": {name: dict(counts) for name, counts in facets.items()},
            "index_lag_s": round(lag(system.clock.now()).seconds, 3)}

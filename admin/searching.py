"""A search as somebody, in the shape of contract §4: shared by command line and API."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from admin.system import System
from archive.access import Actor
from archive.effects import INDEX
from archive.events import seconds_behind
from archive.permissions import Permission
from archive.personal import BANK_CARD, IDENTITY, NAMES, find_numbers, mask
from archive.queries import keys_of_units, units_by_code, units_by_key, visible_keys
from search.errors import PersonalNumberAsked
from search.port import SearchRequest, Sort
from search.query import Query, parse
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
    """Raises QueryTooLong, IndexNeedsRebuild, NotPermitted.

    The index knows dossiers and projects, the database to which unit each belongs today: the filter by unit becomes one
    by dossier, and the facet `unit` is the facet `project` added up.
    """
    reveal, query = actor.may(Permission.PERSONAL_UNMASK), parse(question.text)
    if not reveal:
        _refuse_numbers(query)
    found = system.search.find(SearchRequest(
        query=query, dossiers=visible_keys(actor), project=tuple(question.project),
        type=tuple(question.type), stage=tuple(question.stage),
        within=keys_of_units(actor, question.unit) if question.unit else None,
        date_from=question.date_from, date_to=question.date_to, sort=question.sort,
        offset=(question.page - 1) * question.size, limit=question.size), reveal=reveal)
    return replace(found, facets={**found.facets, "unit": _by_unit(found.facets["project"])})


def _refuse_numbers(query: Query) -> None:
    """Whether somebody is named in a file must not be found out by number by those who may not see the numbers."""
    for term in (*query.required, *query.excluded):
        for number in find_numbers(term):
            if number.kind in (IDENTITY, BANK_CARD):
                raise PersonalNumberAsked(kind=NAMES[number.kind])


def answer_shape(system: System, question: Question, found: SearchPage) -> dict[str, Any]:
    units = units_by_key(item.card.dossier for item in found.items)
    facets: Mapping[str, Mapping[str, int]] = found.facets
    return {"items": [_item_shape(item, units) for item in found.items], "total": found.total, "page": question.page,
            "size": question.size, "facets": {name: dict(counts) for name, counts in facets.items()},
            "index_lag_s": round(seconds_behind(system.clock.now(), INDEX), 3)}


def _item_shape(item: Item, units: Mapping[str, str]) -> dict[str, Any]:
    card = asdict(item.card)
    names = ("filename", "project", "title", "type", "stage", "doc_date")
    return {"document": item.document, **{name: card[name] for name in names},
            "title": mask(card["title"]), "filename": mask(card["filename"]), "unit": units.get(item.card.dossier, ""),
            "page": item.page, "pages": list(item.pages), "snippet": item.snippet, "score": round(item.score, 4)}


def _by_unit(projects: Mapping[str, int]) -> dict[str, int]:
    """Documents by unit, the most frequent first, from documents by project."""
    units, counts = units_by_code(projects), Counter[str]()
    for code, count in projects.items():
        if code in units:
            counts[units[code]] += count
    return dict(counts.most_common())

"""Whatever engine stands behind the archive, the same question gets the same answer; and the definition agrees with it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from search.port import FACETS, IndexedDocument, SearchIndex, SearchRequest
from search.query import parse
from tests.contracts.search_indexes import IMPLEMENTATIONS, asked, drop
from tests.relevance.questions import DOCUMENTS, QUESTIONS, many, pieces

BULK = many()
# The written ones all carry one day; here each has its own, as orders are compared.
ALL = (*(replace(d, doc_date=date(2018, 1, n)) for n, d in enumerate(DOCUMENTS, 1)), *BULK)
ASKED = [row[0] for row in QUESTIONS] + pieces(BULK) + ["验收 -合同", "-项目", "项目 单位", '"系统" -"验收" 建设', ""]
FEW = ASKED[::6]
LIMITS: tuple[dict[str, Any], ...] = (
    {}, {"dossiers": frozenset({"dossier-1", "dossier-2"})}, {"within": frozenset({"dossier-3"})},
    {"dossiers": frozenset({"dossier-1", "dossier-2"}), "within": frozenset({"dossier-2", "dossier-3"})},
    {"project": ("XM-1", "XM-2"), "stage": ("CON",)}, {"type": ("contract",)})
UNIT_BOUND = frozenset({"dossier-0", "dossier-1"})
REFERENCE = "tantivy"


class Engines:
    """One index of all texts for each engine, made when first asked for."""

    def __init__(self, folder: pytest.TempPathFactory) -> None:
        self.folder = folder
        self.made: dict[str, tuple[str, SearchIndex]] = {}

    def __call__(self, name: str) -> SearchIndex:
        if name not in self.made:
            place = str(self.folder.mktemp("agreement"))
            index = IMPLEMENTATIONS[name](place, True)
            self.made[name] = place, index
            index.prepare()
            for start in range(0, len(ALL), 20):  # several commits: an engine keeps them apart
                index.put(ALL[start:start + 20])
                index.commit()
        return self.made[name][1]

    def close(self) -> None:
        for name, (place, index) in self.made.items():
            index.close()
            drop(name, place)


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    made = Engines(tmp_path_factory)
    yield made
    made.close()


@pytest.fixture(params=sorted(IMPLEMENTATIONS))
def index(request: pytest.FixtureRequest, engines: Engines) -> SearchIndex:
    return engines(request.param)


@pytest.fixture(params=sorted(set(IMPLEMENTATIONS) - {REFERENCE}))
def pair(request: pytest.FixtureRequest, engines: Engines) -> tuple[SearchIndex, SearchIndex]:
    """The embedded engine and another one."""
    return engines(REFERENCE), engines(request.param)


def matching(request: SearchRequest) -> set[str]:
    """The definition, without any engine."""
    return {
        d.id for d in ALL
        if request.query.matches(d.text, d.title, d.filename)
        and (request.dossiers is None or d.dossier in request.dossiers)
        and (request.within is None or d.dossier in request.within)
        and all(not values or getattr(d, name) in values
                for name, values in (("project", request.project), ("type", request.type), ("stage", request.stage)))
    }  # fmt: skip


def facet(name: str, source: IndexedDocument) -> str:
    return f"{source.doc_date.year}" if name == "year" and source.doc_date else str(getattr(source, name, ""))


@pytest.mark.parametrize("limits", LIMITS, ids=lambda limits: "+".join(limits) or "everything")
def test_every_engine_finds_and_counts_what_the_definition_says(index: SearchIndex, limits: dict[str, Any]) -> None:
    for question in FEW if limits else ASKED:
        request = asked(question, limit=len(ALL), **limits)
        result, expected = index.search(request), matching(request)
        assert {hit.document for hit in result.hits} == expected, question
        assert result.total == len(expected), question
        for name in FACETS:
            assert result.facets[name] == Counter(facet(name, d) for d in ALL if d.id in expected), (question, name)


@pytest.mark.parametrize("page", [0, 1])
def test_two_engines_rank_alike_for_who_sees_some_dossiers_only(pair: tuple[SearchIndex, SearchIndex], page: int) -> None:
    """Scores that count where a document matches, and among equals the newest first: one order, page by page."""
    for question in ASKED:
        bound = {"dossiers": UNIT_BOUND, "limit": 10, "offset": 10 * page, "facets": False}
        one, other = ([hit.document for hit in index.search(asked(question, **bound)).hits] for index in pair)
        assert one == other, question


@pytest.mark.parametrize("sort", ["date_desc", "date_asc", "title"])
def test_two_engines_sort_alike(pair: tuple[SearchIndex, SearchIndex], sort: str) -> None:
    for question in FEW:
        limits = {"dossiers": UNIT_BOUND, "sort": sort, "limit": len(ALL), "facets": False}
        one, other = ([hit.document for hit in index.search(asked(question, **limits)).hits] for index in pair)
        assert one == other, question


def test_the_questions_are_worth_asking() -> None:
    """They find something, not everything, and there are as many as a day's work has."""
    sizes = [len(matching(asked(question))) for question in ASKED]
    assert len(ASKED) > 50
    assert sum(0 < size < len(ALL) for size in sizes) > 40
    assert parse(ASKED[-1]).is_empty

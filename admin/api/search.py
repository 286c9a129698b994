"""Full text search over HTTP: `admin.searching` asks, this reads the question and writes the answer."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal

from flask import Response
from pydantic import Field

from admin.api.context import Listing, Paging, Strict, actor, answer, area, system
from admin.searching import Question, answer_shape, ask
from archive import taxonomy
from archive.errors import Invalid
from archive.taxonomy import UnknownDocumentType

search = area("search", "检索")
MOST = 100  # values of one filter


class SearchQuery(Paging):
    """Several values of one filter are alternatives: the parameter is repeated."""

    q: str = Field("", description="词与词为“且”；“\"…\"”为原样词组；“-词”为排除。空则列出全部")
    project: list[str] = Field([], max_length=MOST, description="项目编号，可重复")
    type: list[str] = Field([], max_length=MOST, description="文件类型，可重复")
    stage: list[str] = Field([], max_length=MOST, description="阶段，可重复")
    unit: list[str] = Field([], max_length=MOST, description="项目单位，可重复")
    date_from: date | None = Field(None, alias="from", description="成文日期不早于")
    date_to: date | None = Field(None, alias="to", description="成文日期不晚于")
    sort: Literal["relevance", "date_desc", "date_asc", "title"] = Field("relevance", description="次序")
    size: int = Field(20, ge=1, le=200, description="每页多少项，至多 200")


class SearchItem(Strict):
    """One document. `page` is the best page, `pages` all with hits; `snippet` is HTML: escaped, hits in `<mark>`."""

    document: str
    filename: str
    project: str
    title: str
    type: str
    stage: str
    unit: str
    doc_date: date | None
    page: int | None
    pages: Sequence[int]
    snippet: str
    score: float


class SearchAnswer(Listing):
    """`total` and `facets` count every match you may see; `index_lag_s`: seconds by which the index is behind."""

    items: Sequence[SearchItem]
    facets: Mapping[str, Mapping[str, int]]
    index_lag_s: float


@search.get("/search", responses={200: SearchAnswer})
def find(query: SearchQuery) -> Response:
    """全文检索，只在您能看到的案卷中"""
    _check(query)
    question = Question(query.q, query.project, query.type, query.stage, query.unit, query.date_from, query.date_to,
                        query.sort, query.page, query.size)
    return answer(SearchAnswer.model_validate(answer_shape(system(), question, ask(system(), actor(), question))))


def _check(query: SearchQuery) -> None:
    """Filters that cannot match anything are mistakes. Raises Invalid naming the parameter."""
    known = taxonomy.load()
    for key in query.type:
        try:
            known.get(key)
        except UnknownDocumentType as error:
            raise Invalid(field="type", problem=str(error)) from None
    for code in query.stage:
        if code not in known.stages:
            raise Invalid(field="stage", problem=f"没有阶段“{code}”，应为 {'、'.join(known.stages)} 之一。")
    if query.date_from and query.date_to and query.date_from > query.date_to:
        raise Invalid(field="to", problem="早于 from，没有符合的日期。请对调或更正。")

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from search.backends.tantivy_index import TantivyIndex
from search.service import SearchService
from tests.contracts.search_indexes import asked, document

PAGES: dict[str, tuple[str, ...]] = {
    "report": (
        "智慧水务监测系统\n一、项目概况",
        "二、验收结论\n专家组一致同意通过竣工验\n收。",
        "三、附件<清单>\n竣工验收资料、竣工验收照片",
    ),
    "title only": ("正文没有这个词",),
    "scan": (),
}


@pytest.fixture
def index(tmp_path: Path) -> Iterator[TantivyIndex]:
    index = TantivyIndex(tmp_path, writable=True)
    index.prepare()
    index.put([
        document("report", "".join(PAGES["report"]), title="验收报告", filename="报告.pdf"),
        document("title only", "".join(PAGES["title only"]), title='竣工验收<b>"单"'),
        document("scan", "", title="扫描件", filename="竣工验收 表.jpg", type="scan"),
    ])  # fmt: skip
    index.commit()
    yield index
    index.close()


class Shelf:
    """Texts by document, remembering what was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, documents: Sequence[str]) -> Mapping[str, Sequence[str]]:
        self.asked += documents
        return {id_: PAGES[id_] for id_ in documents if PAGES[id_]}


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def service(index: TantivyIndex, shelf: Shelf) -> SearchService:
    return SearchService(index, shelf)


def test_an_item_names_the_pages_with_hits_and_shows_the_best_stretch(service: SearchService) -> None:
    item = next(item for item in service.find(asked("竣工验收")).items if item.document == "report")
    assert item.pages == (2, 3)
    assert item.page in item.pages
    assert item.snippet.count("<mark>") == 3
    assert "&lt;清单&gt;" in item.snippet
    assert item.score > 0


def test_a_hit_cut_by_a_line_end_is_found_on_its_page(service: SearchService) -> None:
    (item,) = service.find(asked("通过竣工验收")).items
    assert (item.page, item.pages) == (2, (2,))


def test_a_document_found_by_its_title_has_a_marked_title_and_no_page(service: SearchService) -> None:
    items = {item.document: item for item in service.find(asked("竣工验收")).items}
    by_title = items["title only"]
    assert by_title.title_html == "<mark>竣工验收</mark>&lt;b&gt;&quot;单&quot;"
    assert (by_title.page, by_title.pages, by_title.snippet) == (None, (), "")
    assert items["scan"].filename_html == "<mark>竣工验收</mark> 表.jpg"
    assert items["scan"].title_html == "扫描件"


def test_totals_and_facets_are_those_of_the_index(service: SearchService) -> None:
    page = service.find(asked("竣工验收", limit=1))
    assert (len(page.items), page.total) == (1, 3)
    assert page.facets["type"] == {"acceptance_report": 2, "scan": 1}


def test_only_the_texts_of_the_shown_documents_are_asked_for(service: SearchService, shelf: Shelf) -> None:
    shown = [item.document for item in service.find(asked("竣工验收", limit=2)).items]
    assert shelf.asked == shown


def test_a_list_without_a_search_needs_no_texts(service: SearchService, shelf: Shelf) -> None:
    page = service.find(asked("-没有"))
    assert {item.document for item in page.items} == {"report", "scan"}
    assert [item.snippet for item in page.items] == ["", ""]
    assert shelf.asked == []

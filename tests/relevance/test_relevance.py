"""Questions archivists ask, asked of every engine: see questions.py."""

from collections.abc import Iterator

import pytest

from search.port import SearchIndex
from tests.contracts.search_indexes import IMPLEMENTATIONS, asked, drop, found
from tests.relevance.questions import DOCUMENTS, QUESTIONS


@pytest.fixture(scope="module", params=sorted(IMPLEMENTATIONS))
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    place = str(tmp_path_factory.mktemp("relevance"))
    index = IMPLEMENTATIONS[request.param](place, True)
    index.prepare()
    index.put(DOCUMENTS)
    index.commit()
    yield index
    index.close()
    drop(request.param, place)


@pytest.mark.parametrize(("question", "expected", "first"), QUESTIONS, ids=[row[0] for row in QUESTIONS])
def test_a_question_finds_exactly_what_it_should(
    index: SearchIndex, question: str, expected: set[str], first: str | None
) -> None:
    hits = found(index, question)
    assert set(hits) == expected
    if first:
        assert hits[0] == first
    assert index.search(asked(question)).total == len(expected)


def test_every_piece_of_every_document_finds_it(index: SearchIndex) -> None:
    for source in DOCUMENTS:
        text = "".join(source.text.split())
        for start in range(0, len(text), 37):
            for length in (1, 2, 3, 4, 7, 12):
                piece = text[start : start + length].replace('"', "")
                if piece.strip("“”「」-"):
                    assert source.id in found(index, f'"{piece}"'), piece

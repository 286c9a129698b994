"""Searches that go beyond what Elasticsearch answers at once, and what is said on the wire."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from archive.errors import EngineDown
from search.backends import elastic_fields, elastic_search
from search.backends.elastic_index import ElasticIndex
from tests.contracts.elastic.conftest import Open
from tests.contracts.search_indexes import asked, document, fill, found
from tests.peers import elastic_noida
from tests.peers.elastic_proxy import Asked, Proxy, Said


def searches(between: Proxy) -> list[dict[str, Any]]:
    return [json.loads(request.body) for request in between.asked if request.is_("_search")]


def opened_and_closed(between: Proxy) -> tuple[int, int]:
    points = [request.method for request in between.asked if request.is_("_pit")]
    return points.count("POST"), points.count("DELETE")


def test_pages_beyond_ten_thousand_go_on_where_the_last_ended(index: ElasticIndex, opened: Open, between: Proxy) -> None:
    first = date(2000, 1, 1)
    fill(index, *(document(f"d{n:05}", "验收", doc_date=first + timedelta(days=n % 5000)) for n in range(10_250)))
    reader = opened(between)
    near = found(reader, "验收", sort="date_asc", offset=9_990, limit=10)
    assert opened_and_closed(between) == (0, 0)
    far = found(reader, "验收", sort="date_asc", offset=9_995, limit=300)
    assert opened_and_closed(between) == (1, 1)
    assert (far[:5], len(far)) == (near[5:], 255)
    result = reader.search(asked("验收", dossiers=frozenset({"dossier-1"}), offset=10_200, limit=10))
    assert (result.total, len(result.hits), result.facets["type"]) == (10_250, 10, {"acceptance_report": 10_250})
    assert sorted(reader.ids()) == [f"d{n:05}" for n in range(10_250)]
    assert opened_and_closed(between) == (3, 3)


@pytest.mark.parametrize("sort", ["relevance", "date_desc", "date_asc", "title"])
@pytest.mark.parametrize("dossiers", [None, frozenset({"dossier-1"})])
def test_every_order_pages_alike_however_small_the_window(
    index: ElasticIndex, monkeypatch: pytest.MonkeyPatch, sort: str, dossiers: frozenset[str] | None
) -> None:
    if sort == "relevance" and dossiers is None and not elastic_noida.is_external():
        pytest.skip("not checked: noida-db compares scores inexactly in search_after")
    days = [None, date(2024, 1, 1), date(2023, 1, 1)]
    fill(index, *(document(f"{n}", "验收" * (n % 4 + 1), title=f"报告{n % 5}", doc_date=days[n % 3]) for n in range(23)))
    whole = found(index, "验收", sort=sort, dossiers=dossiers)
    monkeypatch.setattr(elastic_search, "WINDOW", 4)
    pages = [found(index, "验收", sort=sort, dossiers=dossiers, offset=offset, limit=5) for offset in range(0, 30, 5)]
    assert [id_ for page in pages for id_ in page] == whole
    assert len(set(whole)) == 23


def test_a_point_in_time_is_given_back_also_after_a_failure(index: ElasticIndex, opened: Open, between: Proxy) -> None:
    fill(index, document("a"))
    reader = opened(between)

    def fault(request: Asked, forward: Callable[[Asked], Said]) -> Said:
        return Said.json(500, {"error": {"type": "boom"}}) if request.is_("_search") else forward(request)

    between.fault = fault
    with pytest.raises(EngineDown, match="boom"):
        reader.ids()
    assert opened_and_closed(between) == (1, 1)


def test_the_access_of_a_reader_with_very_many_dossiers_is_whole(index: ElasticIndex) -> None:
    fill(index, *(document(f"{n}", "验收", dossier=f"d{n:06}") for n in (0, 65_535, 65_536, 140_000, 140_001)))
    access = frozenset(f"d{n:06}" for n in range(140_001))
    assert set(found(index, "验收", dossiers=access)) == {"0", "65535", "65536", "140000"}
    assert set(found(index, "验收", dossiers=access, within=access - {"d000000"})) == {"65535", "65536", "140000"}


def test_access_stands_in_every_search_that_is_sent(
    index: ElasticIndex, opened: Open, between: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elastic_search, "WINDOW", 3)
    fill(index, *(document(f"{n}", "验收", dossier=f"d{n % 2}") for n in range(20)))
    reader = opened(between)
    for sort in ("relevance", "date_asc"):
        for query in ("验收", "-监理", ""):
            for page in ({"limit": 0}, {"limit": 2}, {"offset": 5, "limit": 3}):
                reader.search(asked(query, dossiers=frozenset({"d1"}), sort=sort, **page))
    sent = searches(between)
    assert len(sent) > 20
    for body in sent:
        assert {"terms": {"dossier": ["d1"]}} in body["query"]["bool"]["filter"]


def test_scores_of_a_bounded_reader_tell_nothing_of_other_dossiers(index: ElasticIndex) -> None:
    fill(index, document("mine", "等保测评"), document("titled", "等保测评", title="等保测评"))
    question = asked("等保测评", dossiers=frozenset({"dossier-1"}))
    before = [(hit.document, hit.score) for hit in index.search(question).hits]
    fill(index, *(document(f"x{n}", "等保测评" * n, dossier="other") for n in range(1, 30)))
    assert [(hit.document, hit.score) for hit in index.search(question).hits] == before
    assert before[0][0] == "titled"


def test_a_text_longer_than_the_server_takes_at_once_is_found_to_its_end(
    index: ElasticIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elastic_fields, "LONGEST_PIECE", 4_000)
    filler = "系统运行情况良好" * 500
    fill(index, document("long", filler[:3_990] + "竣工验收委员会一致同意通过本项目" + filler[:3_000] + "签章完备"))
    assert found(index, "竣工验收委员会一致同意通过本项目") == found(index, "签章完备") == ["long"]
    assert found(index, "备系统") == []


def test_everything_is_said_in_version_8(index: ElasticIndex, opened: Open, between: Proxy) -> None:
    speaker = opened(between)
    speaker.prepare()
    fill(speaker, document("a", "验收"))
    found(speaker, "验收")
    list(speaker.ids())
    speaker.begin_rebuild()
    speaker.refill([document("a", "验收")])
    speaker.checkpoint("a")
    speaker.finish_rebuild()
    speaker.info()
    for request in between.asked:
        assert request.headers["accept"] == "application/vnd.elasticsearch+json; compatible-with=8", request.path
        kind = "x-ndjson" if request.is_("_bulk") else "json"
        if request.body:
            assert request.headers["content-type"] == f"application/vnd.elasticsearch+{kind}; compatible-with=8"


def test_what_lies_in_the_index_beside_the_search_fields_is_the_card_alone(
    index: ElasticIndex, opened: Open, between: Proxy
) -> None:
    fill(index, document("a", "机密的正文"))
    reader = opened(between)
    found(reader, "机密")
    assert [body["_source"] for body in searches(between)] == [["card"]]

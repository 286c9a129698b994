"""What is sent to Elasticsearch: versions, fields, queries. No server."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.backends import elastic_fields
from search.backends.elastic_address import ElasticAddress
from search.backends.elastic_fields import FIELDS, mappings, settings, source
from search.backends.elastic_query import MOST_TERMS, build
from search.backends.elastic_versions import for_put, for_refill, for_removal, revision
from search.grams import searchable
from search.port import FACETS, SearchRequest
from search.query import MAX_LENGTH, parse
from search.stored import read_card
from tests.contracts.search_indexes import document

REVISIONS = st.integers(0, 10**9)
HISTORY = st.lists(REVISIONS | st.none(), max_size=12)


def held_after(history: list[int | None]) -> int | None:
    """The external version after puts (a revision) and removals (None), each by whoever saw the last."""
    held: int | None = None
    for put in history:
        held = for_removal(held) if put is None else max(held or 0, for_put(held, put))
    return held


@given(HISTORY, REVISIONS)
def test_a_put_stands_exactly_where_nothing_newer_is_held_since_the_last_removal(
    history: list[int | None], put: int
) -> None:
    held = held_after(history)
    last_removal = len(history) - history[::-1].index(None) if None in history else 0
    newest = max((revision for revision in history[last_removal:] if revision is not None), default=None)
    assert revision(held) == newest
    assert (for_put(held, put) >= (held or 0)) == (newest is None or put >= newest)


@given(HISTORY, HISTORY, REVISIONS)
def test_a_removal_wins_over_every_write_decided_before_it(
    before: list[int | None], after: list[int | None], put: int
) -> None:
    decided = for_put(held_after(before), put)
    assert decided < (held_after([*before, put, None, *after]) or 0)


@given(HISTORY, REVISIONS)
def test_a_refill_never_wins_over_a_removal_nor_over_its_own_revision(history: list[int | None], refilled: int) -> None:
    held = held_after([*history, None])
    assert for_refill(refilled) < (held or 0)
    assert not for_refill(refilled) > (held_after([refilled]) or 0)
    assert for_refill(refilled + 1) > (held_after([refilled]) or 0)


def test_every_version_is_one_the_server_can_hold() -> None:
    held: int | None = None
    for _ in range(1000):
        held = for_removal(held)
    assert for_put(held, 10**12 - 1) < 2**63


# Fields


def test_the_mapping_and_the_document_come_from_the_same_table() -> None:
    known = mappings("cjk")["properties"].keys()
    sent = source(document("a", "正文", title="题名", doc_date=date(2024, 5, 6)))
    assert sent.keys() == known - {"gone"}
    assert known == {field.name for field in FIELDS}
    assert set(FACETS) <= known
    assert read_card(str(sent["card"])) == document("a", "正文", title="题名", doc_date=date(2024, 5, 6)).card()


def test_the_ik_field_is_there_only_where_it_is_asked_for() -> None:
    assert "ik" not in str(mappings("cjk")["properties"])
    assert mappings("ik")["properties"]["body"]["fields"].keys() == {"one", "words", "ik"}
    assert mappings("ik")["_meta"] != mappings("cjk")["_meta"]


def test_copies_follow_the_cluster_unless_a_number_is_given() -> None:
    assert settings(ElasticAddress.parse("http://es"))["auto_expand_replicas"] == "0-1"
    given_number = settings(ElasticAddress.parse("http://es/?replicas=2&shards=3"))
    assert (given_number["number_of_replicas"], given_number["number_of_shards"]) == (2, 3)
    assert "auto_expand_replicas" not in given_number


@given(st.integers(0, 12_000), st.data())
def test_whatever_can_be_asked_for_lies_whole_in_one_piece(length: int, data: st.DataObject) -> None:
    text = searchable("".join(chr(0x4E00 + n % 20_000) for n in range(length)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(elastic_fields, "LONGEST_PIECE", 3 * MAX_LENGTH)
        pieces = elastic_fields.source(document("a", text)).get("body", [])
    assert isinstance(pieces, list)
    assert all(len(piece) <= 3 * MAX_LENGTH for piece in pieces)
    start = data.draw(st.integers(0, max(length - 1, 0)))
    asked = text[start:start + data.draw(st.integers(1, MAX_LENGTH))]
    assert not asked or any(asked in piece for piece in pieces)
    assert all(piece in text for piece in pieces)


# Queries


@given(st.text(max_size=20), st.sampled_from(["relevance", "date_desc", "title"]), st.frozensets(st.text(max_size=5)))
def test_access_is_a_filter_of_every_query(text: str, sort: str, dossiers: frozenset[str]) -> None:
    query = build(SearchRequest(query=parse(text), dossiers=dossiers, sort=sort), "cjk")["bool"]  # type: ignore[arg-type]
    assert len(query["filter"]) == 1
    assert "dossier" in str(query["filter"])
    assert "should" not in query
    assert {"term": {"gone": True}} in query["must_not"]


def test_more_dossiers_than_one_clause_takes_are_split_without_loss() -> None:
    many = frozenset(f"d{n}" for n in range(2 * MOST_TERMS + 1))
    (clause,) = build(SearchRequest(dossiers=many), "cjk")["bool"]["filter"]
    chunks = [part["terms"]["dossier"] for part in clause["bool"]["should"]]
    assert [len(chunk) for chunk in chunks] == [MOST_TERMS, MOST_TERMS, 1]
    assert frozenset(key for chunk in chunks for key in chunk) == many
    assert clause["bool"]["minimum_should_match"] == 1

"""The implementations of SearchIndex that the contract is run against. An engine joins by one line in IMPLEMENTATIONS.

`place` is a fresh string for each test: a folder for engines in this process, a prefix of names for servers. The same
place opened again, in this or another process, is the same index.
"""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

from search.backends.tantivy_index import TantivyIndex
from search.port import IndexedDocument, SearchIndex, SearchRequest
from search.query import Query, parse
from tests.peers import elastic_noida

Opener = Callable[[str, bool], SearchIndex]
# What the fixture `reopen` gives: `reopen(writable=True)`.
Reopen = Callable[..., SearchIndex]


def _tantivy(place: str, writable: bool) -> SearchIndex:
    return TantivyIndex(Path(place) / "index", writable=writable)


IMPLEMENTATIONS: dict[str, Opener] = {"tantivy": _tantivy, "elastic-noida": elastic_noida.open_noida}
if elastic_noida.EXTERNAL in os.environ:
    IMPLEMENTATIONS["elastic-external"] = elastic_noida.open_external
# Whose index one process at a time may write; the others take any number.
ONE_WRITER = ("tantivy",)


def begin(engine: str) -> None:
    """The server runs before a test starts processes of its own: one that starts it would take it along when it is killed."""
    if engine == "elastic-noida":
        elastic_noida.noida()


def drop(engine: str, place: str) -> None:
    """What a test leaves behind on a server. Folders go with the test's own."""
    if engine not in ONE_WRITER:
        elastic_noida.drop(elastic_noida.noida() if engine == "elastic-noida" else os.environ[elastic_noida.EXTERNAL], place)


def document(
    id: str,
    text: str = "",
    *,
    dossier: str = "dossier-1",
    project: str = "XM-2024-001",
    title: str = "",
    filename: str = "",
    type: str = "acceptance_report",
    stage: str = "ACC",
    doc_date: date | None = date(2024, 5, 6),
    version: int = 1,
) -> IndexedDocument:
    return IndexedDocument(
        id=id, dossier=dossier, project=project, title=title, filename=filename, type=type, stage=stage,
        doc_date=doc_date, version=version, text=text,
    )  # fmt: skip


def asked(query: str | Query = "", **rest: object) -> SearchRequest:
    parsed = parse(query) if isinstance(query, str) else query
    return SearchRequest(**{"query": parsed, "dossiers": None, "limit": 100, **rest})  # type: ignore[arg-type]


def found(index: SearchIndex, query: str | Query = "", **rest: object) -> list[str]:
    return [hit.document for hit in index.search(asked(query, **rest)).hits]


def fill(index: SearchIndex, *documents: IndexedDocument) -> None:
    index.put(documents)
    index.commit()

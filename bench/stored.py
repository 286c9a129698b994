"""Many documents put straight into the database, with text as it is read from files: for what begins behind the intake.

Sentences come from the sample's papers, in an order drawn from the seed, cut into lines as a PDF's are.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import cache

from admin import settings
from admin.bootstrap import build
from admin.sample import build as build_sample
from admin.sample.files import paper_of
from admin.system import System
from archive.models import Document, Project, TextPart, new_id
from bench.corpus import PLAIN, SEED, TODAY
from bench.scratch import CODE, Scratch

CHARS, LINE, PAGES, BATCH = 1500, 38, 2, 1000
TYPES = (("meeting_minutes", "CON"), ("acceptance_report", "ACC"), ("build_contract", "CON"), ("other", "MGT"))
RECEIVED = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


@contextmanager
def opened(scratch: Scratch) -> Iterator[System]:
    """The scratch archive in this process, as a reader beside its own commands."""
    system = build(settings.load({"DANGAN_DATA_DIR": str(scratch.data), **scratch.settings}))
    try:
        yield system
    finally:
        system.close()


def index_of(engines: Mapping[str, str]) -> str:
    return "elasticsearch" if "DANGAN_ELASTICSEARCH_URL" in engines else "embedded"


def insert(count: int, *, code: str = CODE, seed: int = SEED) -> None:
    """So many documents of one project, with their text and without bytes. Into the archive that is open."""
    project = Project.objects.get(code=code)
    chance = random.Random(seed)
    for start in range(0, count, BATCH):
        documents, parts = [], []
        for number in range(start, min(start + BATCH, count)):
            document = _document(project, number, chance)
            documents.append(document)
            parts.append(TextPart(id=f"{document.current}/0", version=document.current, first_page=0,
                                  pages=_pages(chance)))
        Document.objects.insert(documents, load_bulk=False)
        TextPart.objects.insert(parts, load_bulk=False)


def _document(project: Project, number: int, chance: random.Random) -> Document:
    key, stage = chance.choice(TYPES)
    return Document(
        id=new_id(), dossier=project.id, project=project.code, unit=project.unit, type=key, type_source="given",
        stage=stage, title=f"{chance.choice(sentences())[:24]}（{number + 1}）", filename=f"{number + 1:06}.pdf",
        doc_date=date(2020, 1, 1) + timedelta(days=chance.randrange(2000)), current=new_id(), text_state="read",
        created_at=RECEIVED, created_by="system:bench")


def _pages(chance: random.Random) -> list[str]:
    text = ""
    while len(text) < CHARS:
        text += chance.choice(sentences())
    lines = [text[start:start + LINE] for start in range(0, CHARS, LINE)]
    share = -(-len(lines) // PAGES)
    return ["\n".join(lines[start:start + share]) for start in range(0, len(lines), share)]


@cache
def sentences() -> Sequence[str]:
    """What the sample's papers say, in longer sentences, each once."""
    files = (file for file in build_sample(SEED, TODAY).files if file.note in PLAIN)
    blocks = {block for file in files for block in paper_of(file).blocks if isinstance(block, str)}
    return sorted(block for block in blocks if len(block) > 20)

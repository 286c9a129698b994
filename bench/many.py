"""Projects by the hundred thousand put straight into the database: the sample's, with their papers and registers, on other days.

Each project has four contracts and thirty documents and at most one row of each register; a hundred projects make a unit.
What is made depends on the number and the seed alone. The rows of each project of the sample are made by the models once;
every other project made of it is a copy of them with its own names and days.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from admin.sample import build
from admin.sample.model import Sample
from archive import taxonomy
from archive.models import Contract, Document, Project, RegisterEntry
from archive.models.base import Model
from archive.registers import register_of
from archive.registers.columns import Register
from archive.registers.values import key_of
from archive.transaction import collection
from bench.corpus import SEED, TODAY
from ingest.ledger import ContractRow, ProjectRow

CONTRACTS, DOCUMENTS, UNIT_SIZE, BATCH = 4, 30, 100, 400
FURTHEST_DAYS = 500
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
NOT_KEPT = frozenset({"row", "given"})
UNMOVED = frozenset({"created_at", "updated_at"})
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a register: `values` with days as days."""

    register: Register
    row: Row
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Template:
    """A project of the sample and what belongs to it, as it is stored. days: those of its papers."""

    name: str
    project: Row
    contracts: Sequence[Row]
    papers: Sequence[Row]
    entries: Sequence[Entry]
    days: Sequence[datetime]


def insert(projects: int, *, seed: int = SEED) -> None:
    """Into the archive that is open."""
    templates, others, chance = _templates(build(seed, TODAY)), _others(), random.Random(seed)
    for start in range(0, projects, BATCH):
        heap: dict[type[Model], list[Row]] = {Project: [], Contract: [], Document: [], RegisterEntry: []}
        for number in range(start, min(start + BATCH, projects)):
            _make(templates[number % len(templates)], number, others, chance, heap)
        for model, rows in heap.items():
            collection(model).insert_many(rows, ordered=False)


def _templates(sample: Sample) -> list[Template]:
    found = []
    for project in sample.projects:
        entries: dict[str, Mapping[str, Any]] = {}
        for entry in sample.entries:
            if entry.row.owner == project.code or entry.row.values.get("project") == project.code:
                entries.setdefault(entry.row.register, entry.row.values)
        papers = [_paper(file.type, file.title, file.issuer, file.conclusion, file.doc_date) for file in sample.files
                  if file.project == project.code and file.doc_date][:DOCUMENTS]
        days = [row["doc_date"] for row in papers] or [datetime(TODAY.year - 1, TODAY.month, TODAY.day, tzinfo=UTC)]
        found.append(Template(project.name, _project(project), list(_contracts([
            c for c in sample.contracts if c.project == project.code])), papers,
            [_entry(key, values) for key, values in entries.items()], days))
    return found


def _project(project: ProjectRow) -> Row:
    return _stored(Project(**_kept(project), created_at=NOW, updated_at=NOW))


def _contracts(own: Sequence[ContractRow]) -> Iterator[Row]:
    for place in range(CONTRACTS):
        row = own[place % len(own)] if own else ContractRow(number="", project="", type="build")
        yield _stored(Contract(**_kept(row)))


def _paper(key: str, title: str, issuer: str = "", conclusion: str = "", day: date | None = None) -> Row:
    return _stored(Document(
        dossier="", project="", unit="", type=key, type_source="given", stage=taxonomy.load().get(key).stage, title=title,
        filename="", issuer=issuer, conclusion=conclusion, doc_date=day, current="", text_state="read", created_at=NOW,
        created_by="system:bench"))


def _others() -> Sequence[Row]:
    """A paper of every type, without a day."""
    return [_paper(kind.key, kind.name) for kind in taxonomy.load().types]


def _entry(key: str, values: Mapping[str, Any]) -> Entry:
    register = register_of(key)
    row = RegisterEntry(register=key, scope=register.scope, owner="", key="", values={}, created_at=NOW, updated_at=NOW)
    return Entry(register, _stored(row), values)


def _stored(document: Model) -> Row:
    row = dict(document.to_mongo())
    return {name: datetime.combine(value, time(), UTC) if type(value) is date else value for name, value in row.items()}


def _kept(row: ProjectRow | ContractRow) -> Row:
    return {name: value for name, value in asdict(row).items() if name not in NOT_KEPT}


def _make(template: Template, number: int, others: Sequence[Row], chance: random.Random,
          heap: Mapping[type[Model], list[Row]]) -> None:
    shift = timedelta(days=chance.randrange(-FURTHEST_DAYS, FURTHEST_DAYS // 5))
    code, dossier, unit = f"DX-{number:06}", f"{number:024x}", f"第 {number // UNIT_SIZE + 1} 测试单位"
    before = f"DX-{number - 1:06}" if template.project.get("predecessor") and number % UNIT_SIZE else ""
    heap[Project].append({**_moved(template.project, shift), "_id": dossier, "code": code, "unit": unit, "predecessor": before,
                          "name": f"{template.name}（{number}）"})
    for place, row in enumerate(template.contracts):
        renews = f"HT-{number:06}-{place - 1}" if row.get("renews") and place else ""
        heap[Contract].append({**_moved(row, shift), "_id": f"{number:020x}{place:04x}", "project": code, "renews": renews,
                               "number": f"HT-{number:06}-{place}"})
    papers = [*template.papers, *chance.choices(others, k=max(DOCUMENTS - len(template.papers), 0))]
    for place, row in enumerate(papers):
        key = f"{number:020x}{place:04x}"
        heap[Document].append({
            **row, "_id": key, "dossier": dossier, "project": code, "unit": unit, "filename": f"{place:02}.pdf", "current": key,
            "doc_date": (row.get("doc_date") or chance.choice(template.days)) + shift, "by_hand": ["doc_date"] if place % 2 else []})
    for place, entry in enumerate(template.entries):
        of_unit = entry.register.scope == "unit"
        own = _values(entry, code, number, shift)
        heap[RegisterEntry].append({
            **entry.row, "_id": f"{number:020x}{place:04x}", "owner": unit if of_unit else code, "values": own,
            "dossier": "" if of_unit else dossier, "key": f"{key_of(entry.register, own)}\x1f{number}"})


def _values(entry: Entry, code: str, number: int, shift: timedelta) -> Row:
    """Registers keep days as text."""
    own = {name: (value + shift).isoformat() if isinstance(value, date) else value for name, value in entry.values.items()}
    if "project" in own:
        own["project"] = code
    if "number" in own or entry.register.scope == "unit":
        own |= {name: f"{own[name]}-{number}" for name in entry.register.unique if isinstance(own.get(name), str)}
    return own


def _moved(row: Row, shift: timedelta) -> Row:
    return {name: value + shift if type(value) is datetime and name not in UNMOVED else value for name, value in row.items()}

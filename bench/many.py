"""Projects by the hundred thousand put straight into the database: the sample's, with their papers and registers, on other days.

Each project has four contracts and thirty documents and at most one row of each register; a hundred projects make a unit.
What is made depends on the number and the seed alone.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from admin.sample import build
from admin.sample.model import Sample, SampleFile
from archive import taxonomy
from archive.models import Contract, Document, Project, RegisterEntry
from archive.models.base import Model
from archive.registers import register_of
from archive.registers.values import key_of
from archive.transaction import collection
from bench.corpus import SEED, TODAY
from ingest.ledger import ContractRow, ProjectRow

CONTRACTS, DOCUMENTS, UNIT_SIZE, BATCH = 4, 30, 100, 200
FURTHEST_DAYS = 500
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
NOT_KEPT = frozenset({"row", "given"})


@dataclass(frozen=True, slots=True)
class Template:
    """A project of the sample with what belongs to it; entries are (register, values)."""

    project: ProjectRow
    contracts: Sequence[ContractRow]
    files: Sequence[SampleFile]
    entries: Sequence[tuple[str, Mapping[str, Any]]]


def insert(projects: int, *, seed: int = SEED) -> None:
    """Into the archive that is open."""
    templates, chance = _templates(build(seed, TODAY)), random.Random(seed)
    for start in range(0, projects, BATCH):
        heap: dict[type[Model], list[dict[str, Any]]] = {Project: [], Contract: [], Document: [], RegisterEntry: []}
        for number in range(start, min(start + BATCH, projects)):
            for model, rows in _made(templates[number % len(templates)], number, chance).items():
                heap[model] += rows
        for model, rows in heap.items():
            collection(model).insert_many(rows, ordered=False)


def _templates(sample: Sample) -> list[Template]:
    found = []
    for project in sample.projects:
        entries: dict[str, Mapping[str, Any]] = {}
        for entry in sample.entries:
            if entry.row.owner == project.code or entry.row.values.get("project") == project.code:
                entries.setdefault(entry.row.register, entry.row.values)
        files = [file for file in sample.files if file.project == project.code and file.doc_date]
        found.append(Template(project, [c for c in sample.contracts if c.project == project.code], files, list(entries.items())))
    return found


def _made(template: Template, number: int, chance: random.Random) -> dict[type[Model], list[dict[str, Any]]]:
    code, shift = f"DX-{number:06}", timedelta(days=chance.randrange(-FURTHEST_DAYS, FURTHEST_DAYS // 5))
    dossier, unit = f"{number:024x}", f"第 {number // UNIT_SIZE + 1} 测试单位"
    row = {name: _moved(value, shift) for name, value in asdict(template.project).items() if name not in NOT_KEPT}
    project = Project(**{**row, "id": dossier, "code": code, "name": f"{template.project.name}（{number}）", "unit": unit,
                         "predecessor": f"DX-{number - 1:06}" if row["predecessor"] and number % UNIT_SIZE else "",
                         "created_at": NOW, "updated_at": NOW})
    return {Project: [dict(project.to_mongo())], Contract: list(_contracts(template, code, number, shift)),
            Document: list(_documents(template, project, number, shift, chance)),
            RegisterEntry: list(_entries(template, project, number, shift))}


def _contracts(template: Template, code: str, number: int, shift: timedelta) -> Iterator[dict[str, Any]]:
    own = template.contracts or [ContractRow(number="", project="", type="build")]
    for place in range(CONTRACTS):
        row = {name: _moved(value, shift) for name, value in asdict(own[place % len(own)]).items() if name not in NOT_KEPT}
        contract = Contract(**{**row, "id": f"{number:020x}{place:04x}", "project": code, "number": f"HT-{number:06}-{place}",
                               "renews": f"HT-{number:06}-{place - 1}" if row["renews"] and place else ""})
        yield dict(contract.to_mongo())


def _documents(template: Template, project: Project, number: int, shift: timedelta,
               chance: random.Random) -> Iterator[dict[str, Any]]:
    known = taxonomy.load()
    others = chance.choices(known.types, k=max(DOCUMENTS - len(template.files), 0))
    days = [file.doc_date for file in template.files if file.doc_date] or [TODAY - timedelta(days=300)]
    papers = [(file.type, file.title, file.issuer, file.conclusion, file.doc_date) for file in template.files]
    papers += [(kind.key, kind.name, "", "", chance.choice(days)) for kind in others]
    for place, (key, title, issuer, conclusion, day) in enumerate(papers[:DOCUMENTS]):
        document = Document(
            id=f"{number:020x}{place:04x}", dossier=project.id, project=project.code, unit=project.unit, type=key,
            type_source="given", stage=known.get(key).stage, title=title, filename=f"{place:02}.pdf", issuer=issuer,
            conclusion=conclusion, doc_date=_moved(day, shift), current=f"{number:020x}{place:04x}", text_state="read",
            by_hand=["doc_date"] if place % 2 else [], created_at=NOW, created_by="system:bench")
        yield dict(document.to_mongo())


def _entries(template: Template, project: Project, number: int, shift: timedelta) -> Iterator[dict[str, Any]]:
    for place, (key, values) in enumerate(template.entries):
        register = register_of(key)
        own = {name: _moved_text(value, shift) for name, value in values.items()}
        if "project" in own:
            own["project"] = project.code
        if "number" in own or register.scope == "unit":
            own = {name: f"{value}-{number}" if name in register.unique and isinstance(value, str) else value
                   for name, value in own.items()}
        entry = RegisterEntry(
            id=f"{number:020x}{place:04x}", register=key, scope=register.scope,
            owner=project.unit if register.scope == "unit" else project.code,
            dossier="" if register.scope == "unit" else project.id, key=f"{key_of(register, own)}\x1f{number}", values=own,
            created_at=NOW, updated_at=NOW)
        yield dict(entry.to_mongo())


def _moved(value: Any, shift: timedelta) -> Any:
    return value + shift if isinstance(value, date) else value


def _moved_text(value: Any, shift: timedelta) -> Any:
    """Registers keep days as text."""
    return (value + shift).isoformat() if isinstance(value, date) else value

"""From stored records to the plain facts that rules judge. The only place where judging touches the models."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from archive.models import Contract, Document, Project, RegisterEntry
from archive.registers import REGISTERS
from archive.registers.columns import PROJECT, UNIT
from archive.registers.values import key_of
from archive.transaction import collection
from retention.compliance.facts import DocumentFacts, Facts, ProjectFacts, RuleSettings, contract_facts, project_facts
from retention.compliance.rows import Row, stored_row
from retention.workdays import WorkCalendar

# A dossier is judged again after everything that is filed in it: what no rule reads is not loaded.
MACHINE_READ = ("doc_date", "issuer", "conclusion")
DOCUMENT_FIELDS = ("dossier", "type", "doc_date", "issuer", "conclusion", "terms", "title", "created_at", "by_hand",
                   "catalogue_only")


def facts_of(projects: Sequence[Project], today: date, calendar: WorkCalendar, settings: RuleSettings,
             timezone: str) -> list[Facts]:
    """Facts of these projects as of `today`, read with five queries however many there are."""
    codes = [project.code for project in projects]
    contracts = _grouped(Contract.objects(project__in=codes), "project")
    documents: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in collection(Document).find({"dossier": {"$in": [project.id for project in projects]}}, DOCUMENT_FIELDS):
        documents[row["dossier"]].append(row)
    wanted = {project.predecessor for project in projects if project.predecessor}
    predecessors = {project.code: project for project in Project.objects(code__in=sorted(wanted))}
    zone = ZoneInfo(timezone)
    own, of_units = _rows(PROJECT, codes), _rows(UNIT, {project.unit for project in projects})
    return [
        Facts(
            project=stored_project_facts(project),
            contracts=tuple(contract_facts(c) for c in contracts.get(project.code, ())),
            documents=tuple(document_facts(d, zone) for d in documents.get(project.id, ())),
            predecessor=_predecessor(project, predecessors),
            registers=own.get(project.code, ()) + of_units.get(project.unit, ()),
            today=today, calendar=calendar, settings=settings)
        for project in projects]


def _rows(scope: str, owners: Iterable[str]) -> dict[str, tuple[Row, ...]]:
    """Rows of each owner, oldest first, straight from the database: a sweep reads millions."""
    found = collection(RegisterEntry).find({"scope": scope, "owner": {"$in": sorted(owners)}, "withdrawn": False})
    groups: dict[str, list[Row]] = defaultdict(list)
    for entry in found:
        if entry["register"] in REGISTERS:  # one of a later version of the programme says nothing to this one
            groups[entry["owner"]].append(stored_row(entry))
    return {owner: tuple(sorted(rows, key=_age)) for owner, rows in groups.items()}


def _age(row: Row) -> tuple[str, str, str]:
    return str(row.values.get(row.register.since) or "9999"), key_of(row.register, row.values), row.id


def _predecessor(project: Project, found: Mapping[str, Project]) -> ProjectFacts | None:
    """Of the same unit only: who may see this dossier reads its findings, and naming a project must not show it."""
    before = found.get(project.predecessor)
    return stored_project_facts(before) if before is not None and before.unit == project.unit else None


def stored_project_facts(project: Project) -> ProjectFacts:
    return project_facts(project, waived=[waiver.type for waiver in project.waivers])


def document_facts(row: Mapping[str, Any], zone: ZoneInfo) -> DocumentFacts:
    """Of a stored document, straight from the database: all of a dossier are read whenever one was filed in it."""
    day = row.get("doc_date")
    return DocumentFacts(
        id=row["_id"], type=row["type"], doc_date=day.date() if day else None, issuer=row.get("issuer", ""),
        conclusion=row.get("conclusion", ""), terms=frozenset(row.get("terms", ())), title=row["title"],
        filed_on=row["created_at"].astimezone(zone).date(), unconfirmed=_unconfirmed(row))


def _unconfirmed(row: Mapping[str, Any]) -> frozenset[str]:
    """What a machine read of it. A catalogue entry is all typed by a person."""
    if row.get("catalogue_only"):
        return frozenset()
    return frozenset(name for name in MACHINE_READ if row.get(name) and name not in row.get("by_hand", ()))


def _grouped(rows: Iterable[Any], name: str) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        groups[getattr(row, name)].append(row)
    return groups

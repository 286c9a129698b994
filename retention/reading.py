"""From stored records to the plain facts that rules judge. The only place where judging touches the models."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from archive.models import Contract, Document, Project, RegisterEntry
from archive.models.fields import CONFIRMED, CORRECTED, REJECTED, DocumentFields
from archive.registers import REGISTERS
from archive.registers.columns import PROJECT, UNIT
from archive.registers.values import key_of
from archive.transaction import collection
from retention.compliance.conclusions import favourable
from retention.compliance.facts import (
    Blocking,
    DocumentFacts,
    Facts,
    FieldFact,
    ProjectFacts,
    RuleSettings,
    contract_facts,
    project_facts,
)
from retention.compliance.rows import Row, stored_row
from retention.compliance.units import blocking
from retention.workdays import WorkCalendar

# A dossier is judged again after everything that is filed in it: what no rule reads is not loaded.
MACHINE_READ = ("doc_date", "issuer", "conclusion")
DOCUMENT_FIELDS = ("dossier", "type", "doc_date", "issuer", "conclusion", "terms", "title", "created_at", "by_hand",
                   "catalogue_only", "current")
VALUES_READ = frozenset({"price_weight", "valid_until", "contract_amount"})
VALUES_FROM = frozenset({
    "tender_document", "supplement_agreement", "mlps_evaluation_report", "crypto_evaluation_report", "data_security_assessment"})
ACCEPTANCE_TYPES = (
    "acceptance_application", "acceptance_opinion", "acceptance_review_opinion", "acceptance_extension",
    "unit_acceptance_report", "acceptance_result_submission", "completion_confirmation", "phase_acceptance")


def facts_of(projects: Sequence[Project], today: date, calendar: WorkCalendar, settings: RuleSettings,
             timezone: str) -> list[Facts]:
    """Facts of these projects as of `today`, read with a handful of queries however many there are."""
    codes = [project.code for project in projects]
    contracts = _grouped(Contract.objects(project__in=codes), "project")
    documents: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in collection(Document).find({"dossier": {"$in": [project.id for project in projects]}}, DOCUMENT_FIELDS):
        documents[row["dossier"]].append(row)
    wanted = {project.predecessor for project in projects if project.predecessor}
    predecessors = {project.code: project for project in Project.objects(code__in=sorted(wanted))}
    zone = ZoneInfo(timezone)
    units = {project.unit for project in projects}
    own, of_units = _rows(PROJECT, codes), _rows(UNIT, units)
    values, blocked = values_of(documents), blocking_of(units, today, calendar, settings, zone)
    return [
        Facts(
            project=stored_project_facts(project),
            contracts=tuple(contract_facts(c) for c in contracts.get(project.code, ())),
            documents=tuple(document_facts(d, zone, values.get(d["_id"], ())) for d in documents.get(project.id, ())),
            predecessor=_predecessor(project, predecessors),
            registers=own.get(project.code, ()) + of_units.get(project.unit, ()),
            unit_blocking=blocked.get(project.unit, ()),
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


def blocking_of(units: Iterable[str], today: date, calendar: WorkCalendar, settings: RuleSettings,
                zone: ZoneInfo) -> dict[str, tuple[Blocking, ...]]:
    """Of each unit the projects that keep it from new ones. Only those not plainly accepted are looked at, and only the
    papers that acceptance is proved by are read of them."""
    open_ = [project for project in Project.objects(unit__in=sorted(units), kind__ne="om")
             if project.acceptance_date is None or project.acceptance_date > today
             or favourable(project.acceptance_result) is False]
    papers: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    wanted = {"dossier": {"$in": [project.id for project in open_]}, "type": {"$in": list(ACCEPTANCE_TYPES)}}
    for row in collection(Document).find(wanted, DOCUMENT_FIELDS):
        papers[row["dossier"]].append(row)
    groups: dict[str, list[Facts]] = defaultdict(list)
    for project in open_:
        groups[project.unit].append(Facts(
            project=stored_project_facts(project), today=today, calendar=calendar, settings=settings,
            documents=tuple(document_facts(paper, zone) for paper in papers.get(project.id, ()))))
    return {unit: blocking(found) for unit, found in groups.items()}


def values_of(documents: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, tuple[FieldFact, ...]]:
    """By document, the values rules read, of the types they read them from."""
    current = {row["current"]: row["_id"] for group in documents.values() for row in group
               if row.get("current") and row["type"] in VALUES_FROM}
    rows = collection(DocumentFields).find({"_id": {"$in": sorted(current)}}) if current else ()
    return {current[row["_id"]]: tuple(_values(row)) for row in rows}


def _values(row: Mapping[str, Any]) -> Iterator[FieldFact]:
    for field in row.get("found", ()):
        if field["key"] in VALUES_READ and field.get("value") and field.get("state") != REJECTED:
            yield FieldFact(field["key"], field["value"], field.get("page", 0), field.get("state") in (CONFIRMED, CORRECTED))


def document_facts(row: Mapping[str, Any], zone: ZoneInfo, values: tuple[FieldFact, ...] = ()) -> DocumentFacts:
    """Of a stored document, straight from the database: all of a dossier are read whenever one was filed in it."""
    day = row.get("doc_date")
    return DocumentFacts(
        id=row["_id"], type=row["type"], doc_date=day.date() if day else None, issuer=row.get("issuer", ""),
        conclusion=row.get("conclusion", ""), terms=frozenset(row.get("terms", ())), title=row["title"],
        filed_on=row["created_at"].astimezone(zone).date(), unconfirmed=_unconfirmed(row),
        values=values)


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

"""From stored records to the plain facts that rules judge. The only place where judging touches the models."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from functools import cache
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
    ContractFacts,
    DocumentFacts,
    Facts,
    FieldFact,
    ProjectFacts,
    RuleSettings,
)
from retention.compliance.rows import Row, Rows, stored_row
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
    "unit_acceptance_report", "acceptance_result_submission", "completion_confirmation", "phase_acceptance", "termination_approval")
ENDED = "values.terminated_on"
NOTHING, NO_ROWS = frozenset[str](), Rows()
REGISTER_FIELDS = ("register", "owner", "values", "evidence")
_PROJECT_FIELDS = tuple(name for one in fields(ProjectFacts) if (name := one.name) in Project._fields and name != "id")
_CONTRACT_FIELDS = tuple(one.name for one in fields(ContractFacts))


@dataclass(frozen=True, slots=True)
class Reading:
    """A project's facts with what only whoever keeps findings needs: its dossier, and the types of all its papers."""

    dossier: str
    facts: Facts
    types: frozenset[str]


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads facts as of a day. `blocked` is kept for as long as the reader is: of each unit what keeps it from new projects
    (第32条), which would otherwise be reckoned anew for every batch of its projects."""

    today: date
    calendar: WorkCalendar
    settings: RuleSettings
    zone: ZoneInfo
    blocked: dict[str, tuple[Blocking, ...]] = field(default_factory=dict)

    def read(self, rows: Sequence[Mapping[str, Any]]) -> list[Reading]:
        """The facts of these stored projects, read with a handful of queries however many there are."""
        codes, units = [row["code"] for row in rows], {row["unit"] for row in rows}
        contracts = _by(collection(Contract).find({"project": {"$in": codes}}), "project")
        documents = _by(collection(Document).find({"dossier": {"$in": [row["_id"] for row in rows]}}, DOCUMENT_FIELDS), "dossier")
        wanted = sorted({row["predecessor"] for row in rows if row.get("predecessor")})
        before = {row["code"]: row for row in collection(Project).find({"code": {"$in": wanted}})} if wanted else {}
        own, values = _rows(PROJECT, codes), values_of(documents)
        of_units = {unit: Rows(found) for unit, found in _rows(UNIT, units).items()}
        self._look_at(units)
        return [Reading(row["_id"], Facts(
            project=stored_project(row), today=self.today, calendar=self.calendar, settings=self.settings,
            contracts=tuple(map(stored_contract, contracts.get(row["code"], ()))),
            documents=tuple(document_facts(d, self.zone, values.get(d["_id"], ())) for d in documents.get(row["_id"], ())),
            predecessor=_predecessor(row, before),
            registers=own.get(row["code"], ()), unit_registers=of_units.get(row["unit"], NO_ROWS),
            unit_blocking=self.blocked.get(row["unit"], ())),
            frozenset(paper["type"] for paper in documents.get(row["_id"], ()))) for row in rows]

    def _look_at(self, units: Iterable[str]) -> None:
        if unknown := [unit for unit in units if unit not in self.blocked]:
            found = blocking_of(unknown, self.today, self.calendar, self.settings, self.zone)
            self.blocked.update({unit: found.get(unit, ()) for unit in unknown})


def facts_of(projects: Sequence[Project], today: date, calendar: WorkCalendar, settings: RuleSettings,
             timezone: str) -> list[Facts]:
    """Facts of these projects, as they are at hand, as of `today`."""
    reader = Reader(today, calendar, settings, ZoneInfo(timezone))
    return [read.facts for read in reader.read([dict(project.to_mongo()) for project in projects])]


def _rows(scope: str, owners: Iterable[str]) -> dict[str, tuple[Row, ...]]:
    """Rows of each owner, oldest first, straight from the database: a sweep reads millions."""
    found = collection(RegisterEntry).find({"scope": scope, "owner": {"$in": sorted(owners)}, "withdrawn": False}, REGISTER_FIELDS)
    groups: dict[str, list[Row]] = defaultdict(list)
    for entry in found:
        if entry["register"] in REGISTERS:  # one of a later version of the programme says nothing to this one
            groups[entry["owner"]].append(stored_row(entry))
    return {owner: tuple(sorted(rows, key=_age)) for owner, rows in groups.items()}


def _age(row: Row) -> tuple[str, str, str]:
    return str(row.values.get(row.register.since) or "9999"), key_of(row.register, row.values), row.id


def _predecessor(row: Mapping[str, Any], found: Mapping[str, Mapping[str, Any]]) -> ProjectFacts | None:
    """Of the same unit only: who may see this dossier reads its findings, and naming a project must not show it."""
    before = found.get(row.get("predecessor", ""))
    return stored_project(before) if before is not None and before["unit"] == row["unit"] else None


def stored_project(row: Mapping[str, Any]) -> ProjectFacts:
    """Of a project as MongoDB keeps it."""
    return ProjectFacts(**_plain(row, _PROJECT_FIELDS), waived=frozenset(waiver["type"] for waiver in row.get("waivers", ())))


def stored_contract(row: Mapping[str, Any]) -> ContractFacts:
    return ContractFacts(**_plain(row, _CONTRACT_FIELDS))


def _plain(row: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Days instead of moments; what is not said is not named."""
    return {name: value.date() if isinstance(value, datetime) else value
            for name in names if (value := row.get(name)) is not None}


def blocking_of(units: Iterable[str], today: date, calendar: WorkCalendar, settings: RuleSettings,
                zone: ZoneInfo) -> dict[str, tuple[Blocking, ...]]:
    """Of each unit the projects that keep it from new ones. Only those not plainly accepted are looked at, and only the
    papers that acceptance is proved by are read of them."""
    rows = collection(Project).find({"unit": {"$in": sorted(units)}, "kind": {"$ne": "om"}})
    open_ = {row["_id"]: facts for row in rows if _open(facts := stored_project(row), today)}
    papers = _by(collection(Document).find(
        {"dossier": {"$in": list(open_)}, "type": {"$in": list(ACCEPTANCE_TYPES)}}, DOCUMENT_FIELDS), "dossier")
    said = _rows(PROJECT, ended) if (ended := _to_end(project.code for project in open_.values())) else {}
    groups: dict[str, list[Facts]] = defaultdict(list)
    for dossier, project in open_.items():
        groups[project.unit].append(Facts(
            project=project, today=today, calendar=calendar, settings=settings,
            documents=tuple(document_facts(paper, zone) for paper in papers.get(dossier, ())),
            registers=said.get(project.code, ())))
    return {unit: blocking(found) for unit, found in groups.items()}


def _to_end(codes: Iterable[str]) -> frozenset[str]:
    """Those of whose end something is registered: of the others no register bears on acceptance. Few are, and an index holds them
    alone; a unit has many rows."""
    of_these = {"owner": {"$in": sorted(codes)}, ENDED: {"$exists": True}, "withdrawn": False}
    return frozenset(row["owner"] for row in collection(RegisterEntry).find(of_these, {"owner": 1}).hint("ended"))


def _open(project: ProjectFacts, today: date) -> bool:
    return (project.acceptance_date is None or project.acceptance_date > today
            or favourable(project.acceptance_result) is False)


def values_of(documents: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, tuple[FieldFact, ...]]:
    """By document, the values rules read, of the types they read them from."""
    current = {row["current"]: row["_id"] for group in documents.values() for row in group
               if row.get("current") and row["type"] in VALUES_FROM}
    rows = collection(DocumentFields).find({"_id": {"$in": sorted(current)}}) if current else ()
    return {current[row["_id"]]: tuple(_values(row)) for row in rows}


def _values(row: Mapping[str, Any]) -> Iterator[FieldFact]:
    for one in row.get("found", ()):
        if one["key"] in VALUES_READ and one.get("value") and one.get("state") != REJECTED:
            yield FieldFact(one["key"], one["value"], one.get("page", 0), one.get("state") in (CONFIRMED, CORRECTED))


def document_facts(row: Mapping[str, Any], zone: ZoneInfo, values: tuple[FieldFact, ...] = ()) -> DocumentFacts:
    """Of a stored document, straight from the database: all of a dossier are read whenever one was filed in it."""
    day = row.get("doc_date")
    return DocumentFacts(
        id=row["_id"], type=row["type"], doc_date=day.date() if day else None, issuer=row.get("issuer", ""),
        conclusion=row.get("conclusion", ""), terms=frozenset(terms) if (terms := row.get("terms")) else NOTHING, title=row["title"],
        filed_on=None if day else row["created_at"].astimezone(zone).date(), unconfirmed=_unconfirmed(row),
        values=values)


def _unconfirmed(row: Mapping[str, Any]) -> frozenset[str]:
    """What a machine read of it. A catalogue entry is all typed by a person."""
    if row.get("catalogue_only"):
        return frozenset()
    by_hand = row.get("by_hand", ())
    return _set_of(tuple([name for name in MACHINE_READ if row.get(name) and name not in by_hand]))


@cache
def _set_of(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(names)


def _by(rows: Iterable[Mapping[str, Any]], name: str) -> dict[str, list[Mapping[str, Any]]]:
    groups: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[row[name]].append(row)
    return groups

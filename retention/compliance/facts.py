"""The plain facts a rule may read: one project, its contracts, documents and registers, the project before it, the day.

Owns the shapes; must not know rules, models or queries. Whoever evaluates fills them in; every field that the ledger
may leave empty is None or "" here, and no rule may fail because of that.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cached_property

from archive.chinese import squash
from archive.registers import register_of
from archive.registers.columns import PROJECT
from retention.compliance.findings import Verdict
from retention.compliance.rows import Row, Rows
from retention.compliance.rule_settings import RuleSettings
from retention.compliance.setting_values import version_of
from retention.workdays import WorkCalendar

__all__ = [
    "ContractFacts", "DocumentFacts", "Facts", "ProjectFacts", "Row", "RuleSettings", "contract_facts", "earliest",
    "existed_by", "latest", "project_facts", "read_in",
]

SELF_BUILD = "self_build"
SERVICE_PURCHASE = "service_purchase"
OM = "om"
UPGRADE = "upgrade"


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """A project as the ledger (台账) holds it; names and units of the fields are those of the project model.

    acceptance_deadline: the day an approval or contract names for acceptance. waived: keys of the document types
    that need not be there, by a recorded decision (豁免).
    """

    code: str
    name: str = ""
    unit: str = ""
    mode: str = SELF_BUILD
    kind: str = "new"
    predecessor: str = ""
    classified: bool = False
    cross_department: bool = False
    mlps_level: str = ""
    funding_source: str = ""
    total_investment_fen: int | None = None
    registered_on: date | None = None
    approved_on: date | None = None
    approval_no: str = ""
    contract_signed_on: date | None = None
    construction_start: date | None = None
    planned_completion: date | None = None
    actual_completion: date | None = None
    trial_start: date | None = None
    trial_end_actual: date | None = None
    trial_abnormal_days: int = 0
    planned_acceptance: date | None = None
    acceptance_deadline: date | None = None
    extension_until: date | None = None
    acceptance_date: date | None = None
    acceptance_result: str = ""
    operation_start: date | None = None
    warranty_end: date | None = None
    contact: str = ""
    contact_email: str = ""
    supervisor: str = ""
    supervisor_email: str = ""
    waived: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ContractFacts:
    """A contract; `end_on` is the last day of service, `renews` the number of the contract before it."""

    number: str
    type: str = OM
    signed_on: date | None = None
    start_on: date | None = None
    end_on: date | None = None
    amount_fen: int | None = None
    supplier: str = ""
    method: str = ""
    renews: str = ""


@dataclass(frozen=True, slots=True)
class FieldFact:
    """A value that stands in a document, in the form of `archive/field_kinds.py`; `confirmed` by a person."""

    key: str
    value: str
    page: int = 0
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Blocking:
    """A project of the unit that keeps it from new ones since the day after `since` (第32条)."""

    code: str
    since: date
    words: str


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """A filed document: `type` a key of the taxonomy, `terms` the marker words found in its text.

    doc_date: the date the document bears (成文日期). filed_on: the day the archive received it, which bounds one
    without a date from above. unconfirmed: the names of those fields here that a machine read and nobody confirmed.
    """

    id: str
    type: str
    doc_date: date | None = None
    issuer: str = ""
    conclusion: str = ""
    terms: frozenset[str] = frozenset()
    title: str = ""
    filed_on: date | None = None
    unconfirmed: frozenset[str] = frozenset()
    values: tuple[FieldFact, ...] = ()

    def value(self, key: str) -> FieldFact | None:
        """The value of this name that stands in it."""
        return next((field for field in self.values if field.key == key), None)

    @property
    def exists_by(self) -> date | None:
        """The first day on which the document certainly existed, None where nothing is known."""
        return self.doc_date or self.filed_on


@dataclass(frozen=True, eq=False)
class Facts:
    """Everything one evaluation of one project may read. Equal only to itself, so that results can be kept by it.

    registers: rows of the project's own registers, unit_registers: of its unit's, withdrawn ones left out; read them by `rows`.
    unit_blocking: projects of the unit, this one included, that keep it from new ones.
    """

    project: ProjectFacts
    today: date
    contracts: tuple[ContractFacts, ...] = ()
    documents: tuple[DocumentFacts, ...] = ()
    predecessor: ProjectFacts | None = None
    registers: tuple[Row, ...] = ()
    unit_registers: Rows = field(default_factory=Rows)
    unit_blocking: tuple[Blocking, ...] = ()
    calendar: WorkCalendar = field(default_factory=WorkCalendar)
    settings: RuleSettings = field(default_factory=RuleSettings)

    @cached_property
    def settings_version(self) -> str:
        return version_of(self.settings)

    @property
    def self_built(self) -> bool:
        return self.project.mode == SELF_BUILD

    @cached_property
    def by_type(self) -> dict[str, tuple[DocumentFacts, ...]]:
        """What is there by `today`, by type and in order; made once, because every rule asks."""
        groups: dict[str, list[DocumentFacts]] = {}
        for document in sorted(self.documents, key=_by_date):
            if document.doc_date is None or document.doc_date <= self.today:
                groups.setdefault(document.type, []).append(document)
        return {key: tuple(found) for key, found in groups.items()}

    @cached_property
    def doubtful(self) -> dict[str, frozenset[str]]:
        """What nobody confirmed, by document; only documents of which there is any."""
        return {document.id: document.unconfirmed for document in self.documents if document.unconfirmed}

    def documents_of(self, *types: str) -> tuple[DocumentFacts, ...]:
        """Documents of these types, oldest first, undated last. What bears a date after `today` is not there yet."""
        if len(types) == 1:
            return self.by_type.get(types[0], ())
        if types not in self._by_types:
            found = [document for key in dict.fromkeys(types) for document in self.by_type.get(key, ())]
            self._by_types[types] = tuple(sorted(found, key=_by_date))
        return self._by_types[types]

    @cached_property
    def _by_types(self) -> dict[tuple[str, ...], tuple[DocumentFacts, ...]]:
        return {}

    @cached_property
    def of_papers(self) -> dict[int, tuple[object, Verdict]]:
        """What was judged of papers that rules ask for (`papers.judged`)."""
        return {}

    def contracts_of(self, *types: str) -> tuple[ContractFacts, ...]:
        """Contracts of these types by start and number, those without a start last, without those signed later."""
        found = [contract for contract in self.contracts
                 if contract.type in types and (contract.signed_on is None or contract.signed_on <= self.today)]
        return tuple(sorted(found, key=lambda contract: (contract.start_on or date.max, contract.number)))

    def rows(self, key: str) -> tuple[Row, ...]:
        """Rows of this register (`archive/registers`) that are true by `today`, oldest first.

        Registers of units give the rows of the project's unit, of all its projects: `own_rows` for this one's.
        Raises NotFound for a register there is not.
        """
        known = register_of(key).key
        return self._own.of(known, self.today) or self.unit_registers.of(known, self.today)

    def own_rows(self, key: str) -> tuple[Row, ...]:
        """As `rows`, of a unit's register only those that name this project."""
        return self.rows(key) if register_of(key).scope == PROJECT else self.rows_naming(key, self.project.code)

    def rows_naming(self, key: str, *codes: str) -> tuple[Row, ...]:
        """As `rows`, only those that name one of these projects."""
        if len(codes) > 1:
            return tuple([row for row in self.rows(key) if (row.values.get("project") or "") in codes])
        known, code = register_of(key).key, codes[0]
        return self._own.naming(known, self.today, code) or self.unit_registers.naming(known, self.today, code)

    @cached_property
    def _own(self) -> Rows:
        return Rows(self.registers)

    def row(self, key: str) -> Row | None:
        """The only or the newest row of this register, None where there is none."""
        return next(reversed(self.rows(key)), None)

    def reached(self, day: date | None) -> date | None:
        """The day where it is not in the future of the day judged; a planned date proves nothing yet."""
        return day if day is not None and day <= self.today else None


def _by_date(document: DocumentFacts) -> tuple[date, str]:
    return document.doc_date or date.max, document.id


def earliest(documents: Iterable[DocumentFacts]) -> date | None:
    """The earliest date a document of these bears, None where none is dated."""
    return min((document.doc_date for document in documents if document.doc_date), default=None)


def latest(documents: Iterable[DocumentFacts]) -> date | None:
    return max((document.doc_date for document in documents if document.doc_date), default=None)


def existed_by(documents: Iterable[DocumentFacts], day: date) -> bool | None:
    """Whether a document of these existed on `day`; None where only undated ones could tell."""
    listed = tuple(documents)
    if any(document.exists_by is not None and document.exists_by <= day for document in listed):
        return True
    return None if any(document.doc_date is None for document in listed) else False


def read_in(documents: Iterable[DocumentFacts]) -> str:
    """What was read of these: titles and marker words, each apart, so that the ends of two never make a third."""
    return "、".join(part for document in documents for part in (squash(document.title), *document.terms))


def project_facts(record: object, waived: Iterable[str] = ()) -> ProjectFacts:
    """Facts of anything that carries the ledger's fields as attributes: a stored project, a row just read."""
    values = {name: getattr(record, name) for name in _PROJECT_FIELDS if hasattr(record, name)}
    return ProjectFacts(**{**values, "waived": frozenset(waived)})


def contract_facts(record: object) -> ContractFacts:
    """As `project_facts`, for a contract."""
    return ContractFacts(**{name: getattr(record, name) for name in _CONTRACT_FIELDS if hasattr(record, name)})


_PROJECT_FIELDS = tuple(item.name for item in fields(ProjectFacts) if item.name != "waived")
_CONTRACT_FIELDS = tuple(item.name for item in fields(ContractFacts))

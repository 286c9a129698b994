"""Projects with their dates and facts, the dossier's label and waivers, and contracts."""

from datetime import date, datetime
from typing import Any, ClassVar

from mongoengine import (
    BooleanField,
    DateField,
    DateTimeField,
    EmbeddedDocumentListField,
    IntField,
    ListField,
    LongField,
    StringField,
)

from archive.access import ALL_UNITS
from archive.models.base import Part, Revisioned, new_id

MODES = ("self_build", "service_purchase")
KINDS = ("new", "extend", "upgrade", "om")
CONTRACT_TYPES = ("build", "supervision", "service", "om", "test", "audit", "other")


class Waiver(Part):
    """A required material that need not be there, for a stated reason (豁免)."""

    type: str = StringField(required=True)
    reason: str = StringField(required=True)
    by: str = StringField(required=True)
    at: datetime = DateTimeField(required=True)


class Project(Revisioned):
    """A project and its dossier. `audience`, `unit`, `assigned` are the label that the access statement reads.

    `id` is the dossier's key: documents and the search index carry it. Dates are days in the archive's time zone,
    money is integer fen.
    """

    called: ClassVar[str] = "项目"
    meta: ClassVar[dict[str, Any]] = {
        "collection": "projects", "auto_create_index": False,
        "indexes": [{"fields": ["code"], "unique": True}, "unit", "audience", "assigned"],
    }

    id: str = StringField(primary_key=True, default=new_id)
    code: str = StringField(required=True, max_length=100)
    name: str = StringField(required=True, max_length=300)
    unit: str = StringField(required=True, max_length=200)
    audience: list[str] = ListField(StringField(), default=lambda: [ALL_UNITS])
    assigned: list[str] = ListField(StringField())
    waivers: list[Waiver] = EmbeddedDocumentListField(Waiver)

    mode: str = StringField(required=True, choices=MODES)
    kind: str = StringField(default="new", choices=KINDS)
    predecessor: str = StringField(default="")
    classified: bool = BooleanField(default=False)
    cross_department: bool = BooleanField(default=False)
    mlps_level: str = StringField(default="")
    funding_source: str = StringField(default="")
    total_investment_fen: int | None = LongField(min_value=0)
    registered_on: date | None = DateField()
    approved_on: date | None = DateField()
    approval_no: str = StringField(default="")
    contract_signed_on: date | None = DateField()
    construction_start: date | None = DateField()
    planned_completion: date | None = DateField()
    actual_completion: date | None = DateField()
    trial_start: date | None = DateField()
    trial_end_actual: date | None = DateField()
    trial_abnormal_days: int = IntField(default=0, min_value=0)
    planned_acceptance: date | None = DateField()
    extension_until: date | None = DateField()
    acceptance_date: date | None = DateField()
    acceptance_result: str = StringField(default="")
    operation_start: date | None = DateField()
    warranty_end: date | None = DateField()
    contact: str = StringField(default="")
    contact_email: str = StringField(default="")
    supervisor: str = StringField(default="")
    supervisor_email: str = StringField(default="")

    created_at: datetime = DateTimeField(required=True)
    updated_at: datetime = DateTimeField(required=True)

    def label(self) -> dict[str, list[str]]:
        """The dossier's label in the shape `archive.access.may_see` reads."""
        return {"audience": list(self.audience), "unit": [self.unit], "assigned": list(self.assigned)}


LEDGER_FIELDS: tuple[str, ...] = (
    "name", "unit", "mode", "kind", "predecessor", "classified", "cross_department", "mlps_level", "funding_source",
    "total_investment_fen", "registered_on", "approved_on", "approval_no", "contract_signed_on", "construction_start",
    "planned_completion", "actual_completion", "trial_start", "trial_end_actual", "planned_acceptance",
    "extension_until", "acceptance_date", "acceptance_result", "operation_start", "warranty_end", "contact",
    "contact_email", "supervisor", "supervisor_email")
"""What the ledger (台账) may set on a project; `code` is its key."""


class Contract(Revisioned):
    called: ClassVar[str] = "合同"
    meta: ClassVar[dict[str, Any]] = {
        "collection": "contracts", "auto_create_index": False,
        "indexes": [{"fields": ["number"], "unique": True}, "project", "end_on"],
    }

    id: str = StringField(primary_key=True, default=new_id)
    number: str = StringField(required=True, max_length=100)
    project: str = StringField(required=True)
    type: str = StringField(required=True, choices=CONTRACT_TYPES)
    signed_on: date | None = DateField()
    start_on: date | None = DateField()
    end_on: date | None = DateField()
    amount_fen: int | None = LongField(min_value=0)
    supplier: str = StringField(default="")
    method: str = StringField(default="")
    renews: str = StringField(default="")


CONTRACT_FIELDS: tuple[str, ...] = (
    "project", "type", "signed_on", "start_on", "end_on", "amount_fen", "supplier", "method", "renews")

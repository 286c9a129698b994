"""Every stored document, and the connection they live on."""

from archive.models.base import Model, Revisioned, new_id
from archive.models.documents import Candidate, Document, TextPart, TextRecord, TextState, Version
from archive.models.ledgers import AuditEntry, Idempotency, JobRun, Lease, OutboxEvent
from archive.models.people import Person, Token, Unit
from archive.models.projects import CONTRACT_FIELDS, LEDGER_FIELDS, Contract, Project, Waiver

ALL: tuple[type[Model], ...] = (
    Unit, Person, Project, Contract, Document, Version, TextRecord, TextPart, AuditEntry, OutboxEvent, JobRun, Lease,
    Idempotency)

__all__ = [
    "ALL", "CONTRACT_FIELDS", "LEDGER_FIELDS", "AuditEntry", "Candidate", "Contract", "Document", "Idempotency",
    "JobRun", "Lease", "Model", "OutboxEvent", "Person", "Project", "Revisioned", "TextPart", "TextRecord",
    "TextState", "Token", "Unit", "Version", "Waiver", "new_id"]

"""Every stored document, and the connection they live on."""

from archive.models.base import Model, Revisioned, new_id
from archive.models.derivations import Derivation
from archive.models.documents import Candidate, Document, TextPart, TextRecord, TextState, Version
from archive.models.fields import Dismissal, DocumentFields
from archive.models.imports import ImportReject, ImportRun
from archive.models.layouts import LayoutLine, PageLayout
from archive.models.learning import TypeEvidence
from archive.models.ledgers import AuditEntry, Idempotency, IndexRebuild, JobRun, Lease, OutboxEvent
from archive.models.mailbox import MailboxLetter
from archive.models.members import Member, Outcome, Unpacking, UnpackState
from archive.models.people import Person, Token, Unit
from archive.models.projects import CONTRACT_FIELDS, LEDGER_FIELDS, Contract, Project, Waiver
from archive.models.receipts import Channel, Counter, Receipt, ReceiptEntry
from archive.models.registers import RegisterChange, RegisterEntry
from archive.models.remarks import RemarkItem, Remarks
from archive.models.similarity import Likeness, TextSignature
from archive.models.sources import IntakeSource
from archive.models.storage import MoveState, StorageMove, StorageProof
from archive.models.uploads import Upload
from archive.models.withdrawals import Clearance, ClearanceRequest, SecrecyRefusal, Withdrawal

ALL: tuple[type[Model], ...] = (
    Withdrawal, Clearance, ClearanceRequest, SecrecyRefusal, Upload, TextSignature, Likeness, Derivation,  # from their own modules
    Unit, Person, Project, Contract, Document, DocumentFields, Dismissal, Version,
    TextRecord, TextPart, Remarks, AuditEntry, OutboxEvent, JobRun, Lease,
    Idempotency, IndexRebuild, StorageMove, StorageProof, PageLayout, Receipt,
    ReceiptEntry, Counter, Member, Unpacking, ImportRun, ImportReject, TypeEvidence,
    IntakeSource, MailboxLetter, RegisterEntry, RegisterChange)

__all__ = [
    "ALL", "CONTRACT_FIELDS", "LEDGER_FIELDS", "AuditEntry", "Candidate", "Channel", "Contract", "Counter",
    "Derivation", "Document", "Idempotency", "ImportReject", "ImportRun",
    "IndexRebuild", "IntakeSource", "JobRun", "LayoutLine", "Lease", "MailboxLetter", "Member", "Model", "MoveState",
    "OutboxEvent", "Outcome", "PageLayout", "Person", "Project", "Receipt", "ReceiptEntry", "RegisterChange", "RegisterEntry",
    "RemarkItem", "Remarks",
    "Revisioned", "StorageMove", "StorageProof", "TextPart", "TextRecord", "TextState", "Token",
    "TypeEvidence", "Unit",
    "UnpackState", "Unpacking", "Version", "Waiver", "new_id"]

"""The contradictions of a dossier as somebody meets them, computed from what is stored now; dismissed with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from archive.access import Actor, require
from archive.clock import Clock
from archive.errors import Invalid, NotFound
from archive.fields import fields_of_documents
from archive.models import Contract, Document, Project
from archive.models.fields import REJECTED, Dismissal, DocumentFields
from archive.permissions import Permission
from archive.queries import find_project
from archive.transaction import Transaction, write
from retention.compliance.facts import contract_facts
from retention.consistency.compare import Contradiction, contradictions
from retention.consistency.papers import SURE, PaperFacts, Said


@dataclass(frozen=True, slots=True)
class ContradictionView:
    """A contradiction and, where somebody dismissed it, who, when and why."""

    id: str
    kind: str
    severity: str
    text: str
    left: Said
    right: Said
    unconfirmed: bool
    dismissed: str = ""
    dismissed_by: str = ""
    dismissed_at: datetime | None = None


def contradictions_of(actor: Actor, code: str) -> list[ContradictionView]:
    """Open ones first. Raises NotFound."""
    project = find_project(actor, code)
    dismissed = {row.id: row for row in Dismissal.objects(project=project.code)}
    views = [_view(item, dismissed.get(_key(project.code, item.id))) for item in _found(project)]
    return sorted(views, key=lambda view: bool(view.dismissed))


def dismiss(actor: Actor, clock: Clock, code: str, key: str, reason: str) -> None:
    """Say that two places that differ do not contradict each other. Raises NotFound, Invalid without a reason."""
    require(actor, Permission.DOCUMENT_CONFIRM)
    project = find_project(actor, code)
    if not reason.strip():
        raise Invalid(field="理由", problem="请写明为什么这处矛盾不成立。")

    def work(tx: Transaction) -> None:
        item = next((item for item in _found(project) if item.id == key), None)
        if item is None:
            raise NotFound(what="矛盾", key=key)
        tx.put(Dismissal(id=_key(code, key), project=code, reason=reason.strip()[:500], by=tx.actor.id,
                         by_name=tx.actor.name, at=tx.now))
        tx.audit("contradiction.dismissed", f"project:{code}", contradiction=key, kind=item.kind, text=item.text,
                 documents=[said.document for said in (item.left, item.right) if said.document], reason=reason.strip()[:500])

    write(actor, clock, work)


def _key(code: str, key: str) -> str:
    return f"{code}/{key}"


def _found(project: Project) -> Sequence[Contradiction]:
    documents = list(Document.objects(dossier=project.id).only("id", "type", "title", "doc_date", "current"))
    fields = fields_of_documents(documents)
    papers = [_paper(document, fields[document.id]) for document in documents if document.id in fields]
    return contradictions(papers, [contract_facts(c) for c in Contract.objects(project=project.code).order_by("number")])


def _paper(document: Document, fields: DocumentFields) -> PaperFacts:
    said = {field.key: Said(field.value, document.id, document.title, field.page, field.quote, field.confirmed)
            for field in fields.found
            if field.value and field.state != REJECTED and (field.confirmed or field.confidence >= SURE)}
    return PaperFacts(document.id, document.type, document.title, document.doc_date, said)


def _view(item: Contradiction, dismissal: Dismissal | None) -> ContradictionView:
    view = (item.id, item.kind, item.severity, item.text, item.left, item.right, item.unconfirmed)
    if dismissal is None:
        return ContradictionView(*view)
    return ContradictionView(*view, dismissal.reason, dismissal.by_name, dismissal.at)

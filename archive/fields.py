"""Reading the values of documents as somebody."""

from collections.abc import Iterable

from archive.access import Actor
from archive.models import Document
from archive.models.fields import DocumentFields
from archive.queries import find_document


def fields_of(actor: Actor, key: str) -> DocumentFields:
    """Of the current version; an empty set where nothing was read. Raises NotFound."""
    document = find_document(actor, key)
    found: DocumentFields | None = DocumentFields.objects(id=document.current).first() if document.current else None
    return found or empty_fields(document)


def empty_fields(document: Document) -> DocumentFields:
    version = document.current or document.id
    return DocumentFields(id=version, version=version, document=document.id, dossier=document.dossier,
                          project=document.project)


def fields_of_documents(documents: Iterable[Document]) -> dict[str, DocumentFields]:
    """By document, of current versions that have any. No access check: for documents a query already allowed."""
    versions = {document.current: document.id for document in documents if document.current}
    return {versions[row.id]: row for row in DocumentFields.objects(id__in=sorted(versions))}

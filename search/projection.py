"""From a stored document to what the index is given."""

from collections.abc import Iterable, Iterator, Sequence

from archive.flow import flow_text
from archive.models import Document, Project
from archive.queries import pages_by_version
from search.port import IndexedDocument

BATCH = 100


def project_documents(documents: Sequence[Document]) -> list[IndexedDocument]:
    """What the index holds of these documents; text where there is any."""
    pages = pages_by_version([document.current for document in documents if document.current])
    units = dict(Project.objects(id__in=sorted({d.dossier for d in documents})).scalar("id", "unit"))
    return [
        IndexedDocument(
            id=document.id, dossier=document.dossier, project=document.project, title=document.title,
            filename=document.filename, type=document.type, stage=document.stage,
            unit=units.get(document.dossier, document.unit), doc_date=document.doc_date, version=document.revision,
            text=flow_text(pages.get(document.current, ())).text)
        for document in documents]


def every_document() -> Iterator[list[IndexedDocument]]:
    """All documents in batches, in the order they were filed: for a rebuild."""
    last = ""
    while batch := list(Document.objects(id__gt=last).order_by("id").limit(BATCH)):
        last = batch[-1].id
        yield project_documents(batch)


def documents_by_id(keys: Iterable[str]) -> list[Document]:
    return list(Document.objects(id__in=sorted(set(keys))))

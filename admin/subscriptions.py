"""Which effects follow which events: the one page where siblings meet. Handlers are idempotent and order-free."""

from collections.abc import Mapping, Sequence

from admin.system import System
from archive.events import Subscription
from archive.models import Document, OutboxEvent, Project
from ingest.reading import PendingReader
from retention.alerts import refresh
from search.projection import documents_by_id, project_documents

FILED, READ, CHANGED = "document.filed", "document.text-read", "document.changed"
PROJECT, MOVED = "project.changed", "dossier.moved"


def subscriptions(system: System, reader: PendingReader) -> tuple[Subscription, ...]:
    def index_documents(events: Sequence[OutboxEvent]) -> Mapping[str, str]:
        system.index.put(project_documents(documents_by_id(event.subject for event in events)))
        system.index.commit()
        return {}

    def index_dossiers(events: Sequence[OutboxEvent]) -> Mapping[str, str]:
        for dossier in Project.objects(code__in=[event.subject for event in events]).scalar("id"):
            system.index.put(project_documents(list(Document.objects(dossier=dossier))))
        system.index.commit()
        return {}

    def judge(events: Sequence[OutboxEvent]) -> Mapping[str, str]:
        codes = {event.project for event in events if event.project}
        followers = Project.objects(predecessor__in=sorted(codes)).scalar("code")
        refresh(system.judge, codes | set(followers))
        return {}

    return (
        Subscription("read", frozenset({FILED}), reader),
        Subscription("index", frozenset({FILED, READ, CHANGED}), index_documents),
        Subscription("index-dossier", frozenset({MOVED}), index_dossiers),
        Subscription("judge", frozenset({FILED, READ, CHANGED, PROJECT}), judge),
    )

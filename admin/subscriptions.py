"""Which effects follow which events: the one page where siblings meet. Handlers are idempotent and order-free."""

from collections.abc import Iterable, Mapping, Sequence

from admin.system import System
from archive.events import Subscription
from archive.models import OutboxEvent, Project
from ingest.reading import PendingReader
from retention.alerts import refresh
from search.projection import documents_by_id

FILED, READ, CHANGED = "document.filed", "document.text-read", "document.changed"
PROJECT = "project.changed"
JUDGED = frozenset({FILED, READ, CHANGED, PROJECT})


def still_coming(codes: Iterable[str]) -> set[str]:
    """Projects of which untouched events still wait: judging them now would only be done again with the next batch.

    Only unclaimed events that never failed count: two workers must not wait for each other, nor one for a broken event.
    """
    waiting = OutboxEvent.objects(finished=False, project__in=sorted(codes), kind__in=sorted(JUDGED), claimed_by="",
                                  attempts=0)
    return set(waiting.distinct("project"))


def subscriptions(system: System, reader: PendingReader) -> tuple[Subscription, ...]:
    def index_documents(events: Sequence[OutboxEvent]) -> Mapping[str, str]:
        system.index.put(documents_by_id(event.subject for event in events))
        system.index.commit()
        return {}

    def judge(events: Sequence[OutboxEvent]) -> Mapping[str, str]:
        codes = {event.project for event in events if event.project}
        codes -= still_coming(codes)
        followers = Project.objects(predecessor__in=sorted(codes)).scalar("code")
        refresh(system.judge, codes | set(followers))
        return {}

    return (
        Subscription("read", frozenset({FILED}), reader),
        Subscription("index", frozenset({FILED, READ, CHANGED}), index_documents),
        Subscription("judge", JUDGED, judge),
    )

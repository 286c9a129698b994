"""Filling the search index from the database: at first, after damage, or on demand, while search goes on."""

from collections.abc import Callable

from admin.system import System
from archive.models import Document
from search.projection import every_document


def ready_index(system: System) -> None:
    """Make sure there is an index that answers, and fill it where it is new, damaged or of an old schema."""
    if system.index.prepare() or system.index.info().state != "ready":
        rebuild(system)


def rebuild(system: System, progress: Callable[[int, int], None] | None = None) -> int:
    """Build a second index beside the first and switch; how many documents it holds."""
    total, done = Document.objects.count(), 0
    system.index.begin_rebuild()
    try:
        for batch in every_document():
            done += len(batch)
            system.index.refill(batch)
            if progress:
                progress(done, total)
    except BaseException:
        system.index.abandon_rebuild()
        raise
    system.index.finish_rebuild()
    return done

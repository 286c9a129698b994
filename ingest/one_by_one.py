"""Events handled one document at a time: what fails costs its own event, and a closed sandbox is not a failure."""

from collections.abc import Callable, Sequence

from archive.claims import Event
from archive.errors import ArchiveError, EngineDown
from archive.events import NotNow
from ingest.sandbox import SandboxClosed


def one_by_one(events: Sequence[Event], work: Callable[[str], object]) -> dict[str, str | EngineDown]:
    """Do the work on each event's document; what failed, by event. Raises NotNow where the system is going down."""
    failed: dict[str, str | EngineDown] = {}
    for event in events:
        try:
            work(event.subject)
        except SandboxClosed as error:
            raise NotNow from error
        except EngineDown as error:
            failed[event.id] = error
        except ArchiveError as error:
            failed[event.id] = str(error)
    return failed

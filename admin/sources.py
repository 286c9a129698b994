"""The part of a worker that looks for new files by itself: watched folders and the mailbox, a thread each.

A place that cannot be reached costs only itself: it is tried again, less often, and the operations page says since when.
Of several workers one looks at a place, under a lease; `Looked` is kept in the database for pages and metrics.
"""

import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

from admin.mailbox.address import ImapAddress
from admin.mailbox.source import Mailbox, mailbox_key
from admin.system import System
from archive import leases
from archive.errors import ArchiveError
from archive.models import new_id
from archive.operations.sources import Looked, note_failure, note_look
from ingest.folders import WatchedFolder
from ingest.scanner_folder import ScannerFolder

log = logging.getLogger("dangan.sources")
TERM = timedelta(seconds=45)
LONGEST_PAUSE = 300.0
STOP_SECONDS = 3.0
FOLDER_SECONDS = 5.0


class Source(Protocol):
    """A place with files. `look` takes what is ready, and ends early once `stopped` answers yes."""

    @property
    def key(self) -> str: ...

    def look(self, stopped: Callable[[], bool]) -> Looked: ...


class SourceThread:
    """Looks at one place every so many seconds, from `start` to `stop`."""

    def __init__(self, system: System, source: Source, every: float) -> None:
        self.system, self.source, self.every = system, source, every
        self.holder = new_id()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._loop, name=source.key, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def ask_to_stop(self) -> None:
        self._stop.set()

    def stop(self) -> None:
        """What is under way is finished if that is quick; otherwise the next look takes it up where it was."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)

    def _loop(self) -> None:
        pause = self.every
        while not self._stop.is_set():
            pause = self.every if self._look() else min(max(pause, self.every) * 2, LONGEST_PAUSE)
            self._stop.wait(pause)

    def _look(self) -> bool:
        """Whether the place could be looked at, by us or by another worker."""
        try:
            with leases.held(f"source:{self.source.key}"[:500], self.holder, self.system.clock, TERM) as ours:
                if ours:
                    note_look(self.system.clock, self.source.key, self.source.look(self._stop.is_set))
        except (ArchiveError, OSError) as error:
            self._failed(f"{error.strerror or error}" if isinstance(error, OSError) else str(error))
            return False
        except Exception as error:  # the database is away, or a bug showed: the other places must not share its fate
            log.exception("looking at %s was interrupted", self.source.key)
            self._failed(type(error).__name__)
            return False
        return True

    def _failed(self, reason: str) -> None:
        log.warning("cannot look at %s: %s", self.source.key, reason)
        try:
            note_failure(self.system.clock, self.source.key, reason)
        except Exception:
            log.exception("cannot note that %s is out of reach", self.source.key)


def source_keys(system: System) -> list[str]:
    """What the settings name, for pages and metrics."""
    settings = system.settings
    boxes = [mailbox_key(ImapAddress.parse(settings.imap_url))] if settings.imap_url else []
    return [*(f"folder:{root}" for root in (*settings.watch_dir, *settings.scanner_dir)), *boxes]


def source_threads(system: System) -> list[SourceThread]:
    settings = system.settings
    threads = [SourceThread(system, WatchedFolder(system.intake, system.clock, root, settings.watch_seconds), FOLDER_SECONDS)
               for root in settings.watch_dir]
    threads += [SourceThread(system, ScannerFolder(system.intake, system.clock, root, settings.watch_seconds), FOLDER_SECONDS)
                for root in settings.scanner_dir]
    if settings.imap_url:
        box = Mailbox(system.intake, system.mailer, system.clock, ImapAddress.parse(settings.imap_url), settings.imap_trust)
        threads.append(SourceThread(system, box, settings.imap_seconds))
    return threads

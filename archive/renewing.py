"""Keeping something that runs out: a thread renews it as long as a block runs. Leases, claims and promised answers use it."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pymongo.errors import PyMongoError

log = logging.getLogger("dangan.renewing")


@contextmanager
def renewed(what: str, every: float, renew: Callable[[], object]) -> Iterator[None]:
    """Call `renew` every so many seconds until the block ends; while the database is away the next turn tries again."""
    ended = threading.Event()
    keeper = threading.Thread(target=_keep, args=(ended, what, every, renew), name=what, daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ended.set()
        keeper.join()


def _keep(ended: threading.Event, what: str, every: float, renew: Callable[[], object]) -> None:
    while not ended.wait(every):
        try:
            renew()
        except PyMongoError:
            log.warning("cannot renew: %s", what)

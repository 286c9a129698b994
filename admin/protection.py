"""Whether the store still protects the files as the settings ask: looked at when a process starts, every night, by doctor."""

import logging

from admin.system import System
from archive.errors import EngineDown

log = logging.getLogger("dangan.protection")


def report(system: System) -> None:
    """Log the alarms of a process that starts. A store that does not answer now stops nobody: it is asked again."""
    try:
        info = system.blobs.info()
    except EngineDown as error:
        log.warning("the settings of the store could not be read: %s", error)
        return
    for alarm in info.alarms:
        log.error("the store %s protects less than the settings ask: %s", info.place, alarm)

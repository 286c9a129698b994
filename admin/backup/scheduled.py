"""The two jobs: the daily backup, the weekly drill. Without a folder set they say so and claim nothing."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from admin.backup.drill import drill
from admin.backup.errors import BackupsGone
from admin.backup.make import make
from admin.backup.place import Place
from admin.backup.status import as_result, last_backup
from admin.system import System
from archive.access import system_actor

UNSET = "没有设置 DANGAN_BACKUP_DIR，没有做{what}"


def daily(system: System) -> tuple[Mapping[str, Any], bool]:
    """What the job's record holds, and whether somebody should look."""
    if system.settings.backup_dir is None:
        return {"skipped": UNSET.format(what="备份")}, False
    place = Place(system.settings.backup_dir)
    _require_disk(place)
    made = make(system, system_actor("backup.daily"), place, keep=system.settings.backup_keep)
    return as_result(asdict(made)), bool(made.problems)


def _require_disk(place: Place) -> None:
    last = last_backup()
    if last is not None and last.path == str(place.root) and not place.complete():
        raise BackupsGone(snapshot=last.snapshot, folder=place.root)


def weekly_drill(system: System) -> tuple[Mapping[str, Any], bool]:
    if system.settings.backup_dir is None:
        return {"skipped": UNSET.format(what="恢复演练")}, False
    place = Place(system.settings.backup_dir)
    if not place.complete():
        return {"skipped": "备份文件夹里还没有完整的备份，没有做恢复演练"}, True
    held = drill(system, place)
    return as_result(asdict(held)), bool(held.problems)

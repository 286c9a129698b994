"""Which snapshots stay, and removing the rest with the objects that no snapshot names any more."""

import heapq
from collections.abc import Iterator, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from admin.backup.manifest import MAILS, OBJECTS, Manifest, entries, load
from admin.backup.place import Place
from admin.backup.policy import Keep


def thin(place: Place, keep: Keep, zone: ZoneInfo) -> list[str]:
    """Remove the snapshots that need not stay, then unnamed objects; the names of the removed. Call it inside `alone`.

    Raises BadBackup where a snapshot cannot be read: then nothing is removed.
    """
    manifests = {folder: load(folder) for folder in place.complete()}
    stay = keep.chosen([manifest.instant for manifest in manifests.values()], zone)
    removed = [folder for folder, manifest in manifests.items() if manifest.instant not in stay]
    for folder in removed:
        place.remove(folder)
    remove_unnamed(place, [folder for folder in manifests if folder not in removed])
    return [folder.name for folder in removed]


def remove_unnamed(place: Place, folders: Sequence[Path]) -> int:
    """Remove objects that none of these snapshots names; how many. Both sides are walked in order, nothing is held."""
    names, removed = named_by(folders), 0
    wanted = next(names, None)
    for path in _objects(place):
        digest = f"sha256:{path.name}"
        while wanted is not None and wanted < digest:
            wanted = next(names, None)
        if wanted != digest:
            path.unlink()
            removed += 1
    return removed


def named_by(folders: Sequence[Path]) -> Iterator[str]:
    """Every digest these snapshots name, sorted; the same one may come more than once."""
    return heapq.merge(*((entry.sha256 for entry in entries(folder, name))
                         for folder in folders for name in (OBJECTS, MAILS) if (folder / name).exists()))


def _objects(place: Place) -> Iterator[Path]:
    for first in sorted(place.objects.iterdir()):
        for second in sorted(first.iterdir()):
            yield from sorted(second.iterdir())


def described(place: Place) -> list[Manifest]:
    """The manifests of all finished snapshots, the oldest first. Raises BadBackup."""
    return [load(folder) for folder in place.complete()]

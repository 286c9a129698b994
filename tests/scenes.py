"""What many tests begin with is made once, by the real operations, and from then on put back: row for row, file for file.

A scene is put back only onto an archive that stands where the first one stood when it was made: the same collections hold
something, the audit chain ends in the same digest, the clock and the settings say the same. Otherwise it is made again.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from pymongo import WriteConcern

from admin.system import System
from archive.audit import HEAD
from archive.models import Document
from archive.models.connection import database
from retention.workdays import WorkCalendar
from search.projection import documents_by_id

T = TypeVar("T")
Rows = dict[str, list[dict[str, Any]]]
# Made anew with every system: open files, or what the index is refilled into.
APART = {"index", "worker.lock", "log", "incoming", "locks"}


@dataclass(frozen=True)
class Scene:
    """Every collection that making it changed, as it was afterwards; every file that was added, in a folder of its own."""

    told: Any
    rows: Rows
    files: Path


_scenes: dict[object, Scene] = {}
_SAME_DAYS = WorkCalendar()


def once(system: System, keeping: Path, name: str, make: Callable[[], T]) -> T:
    """What `make` tells, and the archive as it leaves it. What it tells must not be changed by anybody."""
    before = filled_collections()
    key = name, _where_it_stands(system, before)
    if scene := _scenes.get(key):
        _put_back(system, scene, before)
    else:
        rows, files = _rows(before), set(_files(system))
        told = make()
        after = {name: some for name, some in _rows(filled_collections()).items() if some != rows.get(name)}
        scene = _scenes[key] = Scene(told, after, keeping / f"{name}-{len(_scenes)}")
        for path in set(_files(system)) - files:
            _copy(system.settings.data_dir, scene.files, path)
    return scene.told  # type: ignore[no-any-return]


def filled_collections() -> list[str]:
    """Those in which there is anything, by one question to the server instead of one for each of some fifty."""
    def first_of(name: str) -> list[dict[str, object]]:
        return [{"$limit": 1}, {"$project": {"_id": 0, "name": {"$literal": name}}}]

    names = sorted(name for name in database().list_collection_names() if not name.startswith("system."))
    if not names:
        return []
    others: list[dict[str, object]] = [{"$unionWith": {"coll": name, "pipeline": first_of(name)}} for name in names[1:]]
    return [str(row["name"]) for row in database()[names[0]].aggregate(first_of(names[0]) + others)]


def _where_it_stands(system: System, filled: list[str]) -> object:
    head, settings = database()["chain_heads"].find_one({"_id": HEAD}) or {}, system.settings
    said = repr(replace(settings, data_dir=Path(), workdays=_SAME_DAYS))  # the calendar does not show its content
    return (tuple(filled), head.get("digest"), system.clock.now(), said, settings.secret_key,
            tuple(settings.workdays.overrides.items()), settings.workdays.announced)


def _rows(names: list[str]) -> Rows:
    return {name: list(database()[name].find()) for name in names}


def _put_back(system: System, scene: Scene, before: list[str]) -> None:
    """Durable as a whole with the last row: what comes after a write in the log is kept only together with it."""
    *most, last = scene.rows
    for name in (*most, last):
        durable = {} if name == last else {"write_concern": WriteConcern(w=1, j=False)}
        target = database().get_collection(name, **durable)
        if name in before:
            target.delete_many({})
        target.insert_many(scene.rows[name])
    for path in scene.files.rglob("*"):
        if path.is_file():
            _copy(scene.files, system.settings.data_dir, path.relative_to(scene.files))
    if documents := scene.rows.get(Document._get_collection_name()):
        system.index.put(documents_by_id({str(row["_id"]) for row in documents}))
        system.index.commit()


def _files(system: System) -> list[Path]:
    """Relative to the data folder."""
    root = system.settings.data_dir
    return [path.relative_to(root) for path in root.rglob("*")
            if path.is_file() and not APART & set(path.relative_to(root).parts)]


def _copy(source: Path, target: Path, path: Path) -> None:
    """Never a link: a test may damage its file."""
    (target / path).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source / path, target / path)

"""What a snapshot says of itself. Written last; a snapshot without it does not count."""

import dataclasses
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from admin.backup.errors import BadBackup, NoBackup
from admin.backup.place import MANIFEST, Place, write_whole
from admin.backup.sealed import Seal, lines
from archive.blobs.port import Lock, LockMode

FORMAT, VERSION = "dangan-backup", 1
FREE = Lock()
OBJECTS, MAILS = "objects.jsonl.gz", "mails.jsonl.gz"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list: an object, its size in bytes, what protects it, or why it could not be copied.

    `name` is that of a mail file; objects have none.
    """

    sha256: str
    size: int
    lock: Lock = FREE
    absent: str = ""
    name: str = ""

    def as_line(self) -> dict[str, Any]:
        until = self.lock.until.isoformat() if self.lock.until else None
        lock = {"mode": self.lock.mode, "until": until, "hold": self.lock.hold}
        optional = {"lock": lock if self.lock != FREE else None, "absent": self.absent, "name": self.name}
        return {"sha256": self.sha256, "size": self.size, **{key: value for key, value in optional.items() if value}}

    @classmethod
    def of(cls, line: dict[str, Any]) -> "Entry":
        lock = line.get("lock")
        return cls(line["sha256"], line["size"], Lock(
            LockMode(lock["mode"]) if lock["mode"] else None,
            datetime.fromisoformat(lock["until"]) if lock["until"] else None, lock["hold"]) if lock else FREE,
            line.get("absent", ""), line.get("name", ""))


@dataclass(frozen=True, slots=True)
class Manifest:
    """`instant`: everything acknowledged before it is in the snapshot. `archive` tells archives apart.

    `audit` is the head of the chain, `[sequence, digest]`. `collections` and `lists` are the sealed files by name.
    """

    snapshot: str
    instant: datetime
    finished_at: datetime
    seconds: float
    dangan: str
    mongodb: str
    archive: str
    audit: tuple[int, str]
    store: dict[str, str]
    collections: dict[str, Seal]
    lists: dict[str, Seal]
    objects: int
    object_bytes: int
    locks: int
    problems: list[str] = field(default_factory=list)

    def save(self, folder: Path) -> None:
        body = {"format": FORMAT, "version": VERSION, **dataclasses.asdict(self), "instant": self.instant.isoformat(),
                "finished_at": self.finished_at.isoformat()}
        content = json.dumps({**body, "digest": _digest(body)}, ensure_ascii=False, indent=1)
        write_whole(folder / MANIFEST, content.encode())

    def sealed(self) -> Iterator[tuple[str, Seal]]:
        """Every file of the snapshot, by its name in the folder."""
        yield from ((dump_name(name), seal) for name, seal in self.collections.items())
        yield from self.lists.items()


def load(folder: Path) -> Manifest:
    """Raises BadBackup where it was changed, cannot be read or is of another version."""
    try:
        body = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if (body.pop("format"), body.pop("version")) != (FORMAT, VERSION):
            raise BadBackup(snapshot=folder.name, problem="清单的格式或版本不是本程序能读的，请用写它的版本恢复")
        if body.pop("digest") != _digest({"format": FORMAT, "version": VERSION, **body}):
            raise BadBackup(snapshot=folder.name, problem="清单的内容与它自己的摘要不符")
        seals: dict[str, Any] = {part: {name: Seal(**seal) for name, seal in body.pop(part).items()}
                                 for part in ("collections", "lists")}
        instants: dict[str, Any] = {part: datetime.fromisoformat(body.pop(part)) for part in ("instant", "finished_at")}
        return Manifest(**{**body, "audit": tuple(body["audit"])}, **seals, **instants)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadBackup(snapshot=folder.name, problem=f"清单读不出来（{type(error).__name__}）") from None


def find(place: Place, snapshot: str = "") -> Path:
    """The folder of this snapshot, or of the newest. Raises NoBackup."""
    folders = place.complete()
    if not snapshot:
        if not folders:
            raise NoBackup(folder=place.root, wanted="完整的备份")
        return folders[-1]
    for folder in folders:
        if folder.name == snapshot:
            return folder
    raise NoBackup(folder=place.root, wanted=f"完整的备份 {snapshot}")


def entries(folder: Path, name: str) -> Iterator[Entry]:
    """A list of the snapshot, sorted by digest."""
    return (Entry.of(line) for line in lines(folder / name))


def dump_name(collection: str) -> str:
    return f"{collection}.bson.gz"


def _digest(body: dict[str, Any]) -> str:
    text = json.dumps(body, sort_keys=True, ensure_ascii=False)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()

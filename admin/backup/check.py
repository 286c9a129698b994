"""Re-reading a backup folder against its manifests. Needs no server and no settings."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from admin.backup.dump import Progress
from admin.backup.errors import BadBackup, NoBackup
from admin.backup.keep import named_by
from admin.backup.manifest import MAILS, OBJECTS, Manifest, entries, load
from admin.backup.place import Place
from archive.digests import sha256_of

REMEDY = "请删去这个文件后再备份一次，会从存储重新复制"


@dataclass(slots=True)
class Checked:
    """Counts of what was re-read; `problems` name the snapshot or object. `known` were already so in the source."""

    snapshots: int = 0
    files: int = 0
    objects: int = 0
    problems: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)


def check(place: Place, progress: Progress = lambda what, done, total: None) -> Checked:
    """Read every finished snapshot and every object they name. Raises NoBackup, BackupBusy."""
    with place.shared():
        folders = place.complete()
        if not folders:
            raise NoBackup(folder=place.root, wanted="完整的备份")
        checked = Checked()
        sound = [folder for folder in folders if _snapshot(folder, checked)]
        _objects(place, sound, checked, progress)
    return checked


def _snapshot(folder: Path, checked: Checked) -> bool:
    checked.snapshots += 1
    try:
        manifest = load(folder)
    except BadBackup as error:
        checked.problems.append(f"{folder.name}：{error.facts['problem']}")
        return False
    broken = list(broken_files(folder, manifest))
    checked.files += len(manifest.collections) + len(manifest.lists)
    checked.problems += [f"{folder.name}：{problem}" for problem in broken]
    checked.known += [f"{folder.name}：{problem}" for problem in manifest.problems]
    return not any(problem.startswith((OBJECTS, MAILS)) for problem in broken)


def broken_files(folder: Path, manifest: Manifest) -> Iterator[str]:
    """What is wrong with the dumps and lists of one snapshot, in words; every byte is read."""
    return (problem for name, seal in manifest.sealed() if (problem := seal.broken(folder / name)))


def _objects(place: Place, folders: list[Path], checked: Checked, progress: Progress) -> None:
    absent = {entry.sha256 for folder in folders for entry in entries(folder, OBJECTS) if entry.absent}
    for digest, _ in groupby(named_by(folders)):
        checked.objects += 1
        path = place.object(digest)
        if not path.is_file():
            if digest not in absent:
                checked.problems.append(f"对象 {digest} 缺失；再备份一次会从存储重新复制")
        elif not _sound(path, digest):
            checked.problems.append(f"对象 {digest} 的内容与摘要不符；{REMEDY}")
        progress("objects", checked.objects, 0)


def _sound(path: Path, digest: str) -> bool:
    try:
        with path.open("rb") as stream:
            return sha256_of(stream) == digest
    except OSError:  # a disk that cannot read it back
        return False

"""An archive with documents, a place to back it up to, and an empty archive elsewhere to restore into."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from admin.backup.make import Backup, make
from admin.backup.place import Place
from admin.backup.restore import Restored, restore
from admin.system import System
from archive.blobs.folder import FolderBlobs
from archive.blobs.port import BlobStore
from ingest.intake import Intaker
from search.backends.tantivy_index import TantivyIndex
from tests.builders import SYSTEM, file_text
from tests.conftest import empty_archive

CODE = "XM-2024-001"


def filed(system: System, *names: str) -> list[str]:
    """File a document of each name; the digests."""
    return [file_text(system, CODE, f"{name}.txt", f"{name}：会议讨论了接口联调。").version.sha256 for name in names]


def backed_up(system: System, place: Place, **options: Any) -> Backup:
    return make(system, SYSTEM, place, **options)


def restored(system: System, place: Place, snapshot: str = "", **options: Any) -> Restored:
    return restore(system, SYSTEM, place, snapshot, **options)


def elsewhere(system: System, folder: Path, store: BlobStore | None = None) -> System:
    """The same process with an empty database, an empty store and an empty index of its own."""
    empty_archive()
    blobs = store or FolderBlobs(folder / "objects")
    index = TantivyIndex(folder / "index", writable=True)
    index.prepare()
    intake = Intaker(blobs, system.sandbox, system.clock, folder / "objects" / "incoming", system.intake.max_bytes)
    return replace(system, settings=replace(system.settings, data_dir=folder), blobs=blobs, index=index, intake=intake,
                   closers=(index.close,))


def path_of(system: System, digest: str) -> Path:
    name = digest.removeprefix("sha256:")
    return system.settings.data_dir / "objects" / name[:2] / name[2:4] / name


def flip(path: Path, at: int = 0) -> None:
    """Damage one byte."""
    path.chmod(0o600)
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def once(deed: Callable[[], object], at: str) -> Callable[[str, int, int], None]:
    """A progress that does something the first time this part is told of."""
    todo = [deed]

    def tell(what: str, done: int, total: int) -> None:
        if what == at and todo:
            todo.pop()()

    return tell


class Stopped(BaseException):
    """The process ends here, as far as the code under test can tell."""


def stop() -> None:
    raise Stopped

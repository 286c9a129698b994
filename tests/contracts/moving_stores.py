"""A store over two folders, in the middle of a move and just after its switch: it must do what every store does."""

from dataclasses import dataclass
from pathlib import Path

from archive.blobs.folder import FolderBlobs
from archive.blobs.moving import Route, SwitchingBlobs
from archive.clock import SystemClock

MOVING = ("moving-copying", "moving-switched")


@dataclass(frozen=True)
class Fixed:
    route: Route

    def reading(self) -> Route:
        return self.route

    def writing(self) -> Route:
        return self.route


def moving(store: str, folder: Path) -> SwitchingBlobs:
    route = Route(FolderBlobs(folder / "objects"), FolderBlobs(folder / "others"), copying=store == "moving-copying")
    return SwitchingBlobs(Fixed(route), SystemClock())

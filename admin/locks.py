"""Who works on a data folder: a locked file that names its holder and vanishes with it."""

import fcntl
import json
import os
from pathlib import Path
from typing import IO

from archive.errors import ArchiveError


class FolderBusy(ArchiveError):
    code = "folder.busy"
    text = "数据文件夹 {folder} 正由进程 {pid} 使用（{what}）。请先停止它，或用 DANGAN_DATA_DIR 指定另一个文件夹。"


class FolderLock:
    """An exclusive lock on a file. The kernel frees it when the process dies, however it dies."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[str] | None = None

    def acquire(self, what: str) -> bool:
        """Take it and write down who holds it; False where another process has it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = self.path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        file.seek(0)
        file.truncate()
        json.dump({"pid": os.getpid(), "what": what}, file, ensure_ascii=False)
        file.flush()
        self._file = file
        return True

    def require(self, what: str) -> None:
        """As `acquire`; raises FolderBusy naming the holder."""
        if not self.acquire(what):
            holder = self.holder()
            raise FolderBusy(folder=self.path.parent, pid=holder.get("pid", "?"), what=holder.get("what", "?"))

    def holder(self) -> dict[str, object]:
        try:
            return dict(json.loads(self.path.read_text()))
        except (OSError, ValueError):
            return {}

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

"""How many long transfers may run at once: each holds a thread for minutes, and the others need some too."""

from threading import BoundedSemaphore
from typing import ClassVar

from flask import Flask, current_app

from admin.system import System
from admin.web.errors import HttpRefusal

LONG = 4 << 20   # bytes; what is shorter is over at once, except for the slowest
MOST = 32        # of the threads of `admin.web.server`
EXTENSION = "dangan.transfers"


class Crowded(HttpRefusal):
    code, status = "web.crowded", 503
    text = "同时进行的大文件上传、下载已达 {most} 个，这一次没有开始。请稍等片刻再试。"
    retry_after: ClassVar[int] = 20


class Transfers:
    """`begin` a long one, and call `end` when it is over, however that came."""

    def __init__(self, most: int = MOST) -> None:
        self.most = most
        self._free = BoundedSemaphore(most)

    def begin(self) -> None:
        """Raises Crowded."""
        if not self._free.acquire(blocking=False):
            raise Crowded(most=self.most)

    def end(self) -> None:
        self._free.release()


def register(app: Flask, system: System) -> None:
    app.extensions[EXTENSION] = Transfers()


def transfers() -> Transfers:
    found: Transfers = current_app.extensions[EXTENSION]
    return found

"""A thread that does one kind of work on pieces in order, while whoever hands them over goes on.

Worth it only where the work lets other Python code run: digests of large pieces, waiting for the disk.
"""

import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar

Piece = TypeVar("Piece")
_END = object()


class Lane(Generic[Piece]):
    """At most `depth` pieces wait; handing over one more waits too, so memory stays bounded.

    An error of the work is raised by the next call of `put` or by `finish`; the pieces after it are dropped.
    """

    def __init__(self, work: Callable[[Piece], object], name: str, depth: int) -> None:
        self._work = work
        self._error: BaseException | None = None
        self._pieces: queue.Queue[object] = queue.Queue(depth)
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def put(self, piece: Piece) -> None:
        self._raise()
        self._pieces.put(piece)

    def offer(self, piece: Piece) -> None:
        """Hand over the piece unless others are still waiting: for work of which the last piece stands for all."""
        self._raise()
        with suppress(queue.Full):
            self._pieces.put_nowait(piece)

    def finish(self) -> None:
        """Wait until everything is done. Raises what the work raised."""
        self.end()
        self._raise()

    def end(self) -> None:
        """Wait until the thread has ended, whatever became of the work. May be called again."""
        if self._thread.is_alive():
            self._pieces.put(_END)
            self._thread.join()

    def _run(self) -> None:
        while (piece := self._pieces.get()) is not _END:
            if self._error is None:
                try:
                    self._work(piece)  # type: ignore[arg-type]  # only pieces and the end are ever put
                except BaseException as error:
                    self._error = error

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

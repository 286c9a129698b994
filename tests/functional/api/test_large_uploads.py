"""Large files: memory does not grow with them, and what is above the limit leaves nothing behind."""

import io
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from admin.system import System
from archive.models import Document, Project
from tests.conftest import snapshot
from tests.functional.api.conftest import CODE, Api, problem

MIB = 1 << 20
BOUNDARY = "edge"
HEAD = (f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="big.bin"\r\n\r\n').encode()
TAIL = f"\r\n--{BOUNDARY}--\r\n".encode()


class Made(io.RawIOBase):
    """A form with a file of so many bytes, none of which exists before it is read."""

    def __init__(self, size: int) -> None:
        self.at, self.end = 0, len(HEAD) + size
        self.size = self.end + len(TAIL)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self.at = offset + (0, self.at, self.size)[whence]
        return self.at

    def readinto(self, target: Any) -> int:
        head, tail = HEAD[self.at:], TAIL[max(self.at - self.end, 0):]
        piece = head or (tail if self.at >= self.end else b"\xfe" * min(64 << 10, self.end - self.at))
        count = min(len(piece), len(target))
        target[:count] = piece[:count]
        self.at += count
        return count


def send(api: Api, size: int) -> Any:
    body = Made(size)
    return api.post(f"/projects/{CODE}/documents", input_stream=body, content_length=body.size,
                    content_type=f"multipart/form-data; boundary={BOUNDARY}")


@pytest.fixture
def staged(system: System) -> Callable[[], list[Path]]:
    return lambda: list(system.intake.staging.iterdir())


def test_a_large_file_is_never_held_in_memory(archivist: Api, project: Project, staged: Callable[[], list[Path]]) -> None:
    tracemalloc.start()
    try:
        answer = send(archivist, 45 * MIB)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert answer.status_code == 201
    assert answer.json["size"] == 45 * MIB
    assert peak < 12 * MIB
    assert staged() == []


def test_a_file_above_the_limit_is_413_and_leaves_nothing(
        archivist: Api, project: Project, system: System, staged: Callable[[], list[Path]]) -> None:
    before = snapshot()
    just_above = send(archivist, system.settings.max_upload + 1)
    assert "50 MiB" in problem(just_above, 413, "api.too-large")["detail"]
    far_above = send(archivist, system.settings.max_upload + 10 * MIB)
    problem(far_above, 413, "api.too-large")
    assert staged() == []
    assert snapshot() == before
    assert Document.objects.count() == 0


def test_a_body_that_breaks_off_is_refused(archivist: Api, project: Project) -> None:
    answer = archivist.post(f"/projects/{CODE}/documents", data=HEAD + b"half of it",
                            content_type=f"multipart/form-data; boundary={BOUNDARY}")
    assert answer.status_code in (400, 422)
    assert Document.objects.count() == 0

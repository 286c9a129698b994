"""Every known trick through the whole way in: filed or refused with a reason, within the limits, and the archive works on."""

from collections.abc import Callable
from pathlib import Path

import pytest

from admin.system import System
from admin.worker import Worker
from archive.blobs.staging import file_chunks
from archive.errors import Refused
from archive.models import Document, OutboxEvent, TextPart
from archive.operations.documents import Filed
from tests.builders import SYSTEM, a_project, file_text
from tests.fuzz.campaign import CODE, left_wrong
from tests.fuzz.hostile import HOSTILE
from tests.fuzz.memory import within_bounds


def _file(system: System, path: Path) -> tuple[Filed | None, str]:
    """What was filed, or why it was not."""
    try:
        return system.intake.file(SYSTEM, CODE, path.name, file_chunks(path)), ""
    except Refused as refusal:
        return None, str(refusal.facts["reason"])


@pytest.mark.parametrize("make", HOSTILE, ids=[make.__name__ for make in HOSTILE])
def test_a_trick_harms_nobody(system: System, worker: Worker, tmp_path: Path, make: Callable[[Path], Path]) -> None:
    a_project(system, CODE)
    path = make(tmp_path)
    with within_bounds():
        filed, reason = _file(system, path)
        worker.drain()
    assert filed is not None or reason.strip()
    assert left_wrong(system) == []
    assert OutboxEvent.objects(finished=False).count() == 0
    if filed is not None:
        assert system.blobs.size(filed.version.sha256) == path.stat().st_size
    assert not any("root:" in page for part in TextPart.objects for page in part.pages), "nothing of this machine was read"
    assert not Path("/tmp/外.txt").exists()
    assert not any("\u202e" in document.filename for document in Document.objects)
    file_text(system, CODE, "之后.txt", "一切照常")
    worker.drain()
    assert Document.objects(filename="之后.txt").get().text_state == "read"

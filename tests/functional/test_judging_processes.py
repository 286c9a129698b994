"""The night's evaluation by several processes: the same as by one, and a process that dies costs nothing but its time."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from admin.judging import JudgingDied, _Child, several, spread
from admin.system import System
from archive import audit
from archive.models import AuditEntry
from archive.transaction import collection
from retention.alerts import Sweep, batches, refresh
from retention.keeping import SWEPT
from retention.models import FindingRecord, Standing
from tests.builders import a_project

CODES = [f"XM-2024-{number:03}" for number in range(1, 7)]


@pytest.fixture
def filled(system: System) -> System:
    for code in CODES:
        a_project(system, code)
    return system


def environment(system: System, **more: str) -> dict[str, str]:
    return {**os.environ, "DANGAN_DATA_DIR": str(system.settings.data_dir), "DANGAN_MONGODB_URL": system.settings.mongodb_url,
            "DANGAN_SECRET_KEY": system.settings.secret_key, **more}


def task(system: System) -> tuple[Any, ...]:
    return system.judge, system.judge.reader(system.clock.today()), True


def kept() -> tuple[list[dict[str, Any]], ...]:
    return tuple(list(collection(model).find().sort("_id", 1)) for model in (FindingRecord, Standing))


@pytest.fixture
def child(filled: System) -> Iterator[_Child]:
    with (filled.settings.data_dir / "gate").open("wb") as gate, _Child(environment(filled), task(filled), gate.fileno()) as made:  # type: ignore[arg-type]
        yield made


def test_several_keep_what_one_would(filled: System) -> None:
    refresh(filled.judge, record_sweep=True)
    alone = kept()
    for model in (FindingRecord, Standing):
        collection(model).delete_many({})
    handed = [[code] for batch in batches(None, frozenset()) for code in batch]
    sweep = Sweep()
    for part in spread(2, environment(filled), task(filled), handed):  # type: ignore[arg-type]
        sweep.add(part)
    assert sweep.projects == len(CODES)
    assert sweep.opened == collection(FindingRecord).count_documents({"alert": "open"}) > 0
    assert kept() == alone
    named = [row["detail"]["projects"] for row in collection(AuditEntry).find({"action": SWEPT}).sort("_id", 1)]
    assert sorted(code for codes in named for code in codes) == sorted(2 * CODES), "by one and by several: each once"
    assert audit.verify()[1] == [], "one chain"


def test_one_that_dies_is_followed_by_another_and_ends_with_its_input(child: _Child) -> None:
    assert child.judge(CODES[:2]).projects == 2
    first = child._process
    assert first is not None
    first.kill()
    assert child.judge(CODES[2:4]).projects == 2
    second = child._process
    assert first.returncode is not None, "the dead one is buried"
    assert second is not None
    assert second.stdin is not None
    assert second.pid != first.pid
    second.stdin.close()
    assert second.wait(30) == 0
    assert collection(Standing).count_documents({}) == 4


def test_processes_that_cannot_judge_are_said_to_have_died(filled: System) -> None:
    broken = environment(filled, DANGAN_TIMEZONE="Nowhere/Never")
    with pytest.raises(JudgingDied):
        list(spread(1, broken, task(filled), [CODES]))  # type: ignore[arg-type]
    assert kept() == ([], [])


def test_few_projects_start_no_process(filled: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("admin.judging.spread", lambda *_: pytest.fail("a process was started"))
    assert refresh(filled.judge, record_sweep=True, hands=several(filled.settings)).projects == len(CODES)

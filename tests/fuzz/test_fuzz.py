"""Wrong files of all kinds: no crash or hang, every one filed or refused with a reason, and the archive works on."""

import os

import pytest

from admin.system import System
from admin.worker import Worker
from archive.models import OutboxEvent
from tests.builders import SYSTEM, file_text
from tests.functional.test_testdata import FOLDER
from tests.fuzz.campaign import CODE, left_wrong, run
from tests.fuzz.memory import within_bounds
from tests.fuzz.seeds import Seed, seeds


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> list[Seed]:
    if not FOLDER.is_dir() and os.environ.get("CI"):
        pytest.fail(f"the folder of real files is not there: {FOLDER}")
    return seeds(tmp_path_factory.mktemp("seeds"))


def test_the_seeds_themselves_are_of_many_kinds(good: list[Seed]) -> None:
    assert len({seed.kind for seed in good}) >= 20


@pytest.mark.parametrize(("count", "number"), [
    pytest.param(150, 20261127, id="150"),
    pytest.param(10_000, 1, id="10000", marks=[pytest.mark.slow, pytest.mark.timeout(7200)]),
])
def test_wrong_files_cost_nothing_but_themselves(
        system: System, worker: Worker, good: list[Seed], count: int, number: int) -> None:
    with within_bounds() as memory:
        campaign = run(system, good, count, number)
        worker.drain()
    print(f"\n{campaign.story()}\npeak {memory.megabytes()}")
    assert campaign.wrong == []
    assert campaign.total == count
    assert campaign.filed.total() > count / 2, "most wrong files are still somebody's document"
    assert left_wrong(system) == []
    assert OutboxEvent.objects(finished=False).count() == 0
    after = file_text(system, CODE, "之后.txt", "一切照常")
    worker.drain()
    assert not after.duplicate
    assert system.intake.file(SYSTEM, CODE, "再次.txt", ["一切照常".encode()]).duplicate

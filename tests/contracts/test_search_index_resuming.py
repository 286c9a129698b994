"""What every SearchIndex promises of a rebuild that was interrupted: see `begin_rebuild` in search/port.py."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from search.errors import RebuildNotRunning
from search.port import IndexedDocument, SearchIndex
from tests.contracts.search_indexes import Reopen, asked, document, fill, found

ROOT = Path(__file__).parents[2]


def numbered(first: int, last: int, text: str = "验收", version: int = 1) -> list[IndexedDocument]:
    return [document(f"d{n:03}", text, version=version) for n in range(first, last)]


def interrupted(reopen: Reopen, index: SearchIndex) -> SearchIndex:
    """The index opened again after its process ended in order."""
    index.close()
    return reopen(writable=True)


def test_a_rebuild_goes_on_from_its_last_mark_after_a_close(index: SearchIndex, reopen: Reopen) -> None:
    fill(index, document("stale", "验收"))
    assert index.begin_rebuild() == ""
    index.refill(numbered(0, 10))
    index.checkpoint("d009")
    index.refill(numbered(10, 15))
    again = interrupted(reopen, index)
    assert (found(again, "验收"), again.info().state) == (["stale"], "rebuilding")
    assert again.begin_rebuild() == "d009"
    again.refill(numbered(10, 20))
    again.finish_rebuild()
    assert sorted(found(again, "验收")) == [f"d{n:03}" for n in range(20)]
    assert (again.count(), again.info().state) == (20, "ready")
    assert not again.prepare()


def test_a_rebuild_begun_again_in_the_same_process_goes_on_as_well(index: SearchIndex) -> None:
    index.begin_rebuild()
    index.refill(numbered(0, 3))
    index.checkpoint("d002")
    assert index.begin_rebuild() == "d002"
    index.finish_rebuild()
    assert index.count() == 3


@pytest.mark.parametrize("mark", ["a", "", "标记 \"x\"\n", "6a0f" * 20])
def test_a_mark_comes_back_as_it_was_given(index: SearchIndex, reopen: Reopen, mark: str) -> None:
    index.begin_rebuild()
    index.checkpoint("earlier")
    index.checkpoint(mark)
    assert index.begin_rebuild() == mark
    assert interrupted(reopen, index).begin_rebuild() == mark


KILLED = """
import os, signal, sys
from tests.contracts.search_indexes import IMPLEMENTATIONS, document
index = IMPLEMENTATIONS[sys.argv[1]](sys.argv[2], True)
index.prepare()
index.put([document("changed", "旧"), document("gone", "验收")])
index.commit()
index.begin_rebuild()
index.refill([document(f"d{n:03}", "验收") for n in range(50)])
index.checkpoint("d049")
index.put([document("changed", "新", version=2)])
index.remove(["gone"])
index.commit()
index.refill([document(f"d{n:03}", "验收" * 500) for n in range(50, 100)])
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def killed(engine: str, reopen: Reopen, tmp_path: Path) -> SearchIndex:
    """An index whose writer was killed in the middle of a rebuild, between two marks."""
    done = subprocess.run([sys.executable, "-c", KILLED, engine, str(tmp_path)], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    return reopen(writable=True)


def test_a_rebuild_goes_on_after_a_kill_and_holds_what_changed_before_it(killed: SearchIndex) -> None:
    assert (found(killed, "验收"), found(killed, "新")) == ([], ["changed"])
    assert killed.begin_rebuild() == "d049"
    killed.refill([document("changed", "旧"), document("gone", "验收"), *numbered(50, 90)])
    killed.finish_rebuild()
    assert sorted(found(killed, "验收")) == [f"d{n:03}" for n in range(90)]
    assert (found(killed, "新"), found(killed, "旧"), killed.version_of("changed")) == (["changed"], [], 2)


def test_what_changes_while_nobody_refills_is_in_the_new_index(killed: SearchIndex, reopen: Reopen) -> None:
    fill(killed, document("added", "验收"), document("d001", "新的验收", version=5))
    killed.remove(["d002", "d060"])
    killed.commit()
    assert set(found(killed, "验收")) == {"added", "d001"}
    again = interrupted(reopen, killed)
    assert again.begin_rebuild() == "d049"
    again.refill([document("d001", "旧的"), *numbered(50, 70)])
    again.finish_rebuild()
    expected = {f"d{n:03}" for n in range(70)} - {"d002", "d060"} | {"added"}
    assert set(found(again, "验收")) == expected
    assert set(again.ids()) == expected | {"changed"}
    assert found(again, "新的验收") == ["d001"]


def test_a_document_removed_and_put_again_meanwhile_is_there(index: SearchIndex, reopen: Reopen) -> None:
    fill(index, document("a", "验收", version=7))
    index.begin_rebuild()
    index.remove(["a"])
    index.commit()
    again = interrupted(reopen, index)
    fill(again, document("a", "重新归档", version=1))
    assert again.begin_rebuild() == ""
    assert again.refill([document("a", "验收", version=1)]) == 0
    again.finish_rebuild()
    assert (found(again), found(again, "重新归档")) == (["a"], ["a"])


def test_a_later_state_that_a_refill_brings_is_taken(index: SearchIndex) -> None:
    index.begin_rebuild()
    fill(index, document("a", "二", version=2))
    assert index.refill([document("a", "三", version=3), document("b", "一")]) == 2
    assert index.refill([document("a", "二", version=2), document("b", "一")]) == 0
    index.finish_rebuild()
    assert (found(index, "三"), index.version_of("a")) == (["a"], 3)


def test_beginning_afresh_forgets_what_was_refilled_marked_and_removed(killed: SearchIndex) -> None:
    assert killed.begin_rebuild(fresh=True) == ""
    assert killed.refill([document("gone", "验收")]) == 1
    killed.finish_rebuild()
    assert set(killed.ids()) == {"gone"}
    assert killed.begin_rebuild() == ""


def test_an_interrupted_rebuild_can_be_abandoned_by_another_process(killed: SearchIndex) -> None:
    killed.abandon_rebuild()
    assert killed.info().state == "ready"
    assert found(killed, "新") == ["changed"]
    for late in (killed.finish_rebuild, lambda: killed.checkpoint("x"), lambda: killed.refill([])):
        with pytest.raises(RebuildNotRunning):
            late()
    assert killed.begin_rebuild() == ""


def test_a_finished_rebuild_leaves_nothing_to_go_on_with(index: SearchIndex, reopen: Reopen) -> None:
    index.begin_rebuild()
    index.refill(numbered(0, 5))
    index.checkpoint("d004")
    index.finish_rebuild()
    assert index.begin_rebuild() == ""
    index.finish_rebuild()
    assert interrupted(reopen, index).count() == 0


def test_readers_see_the_state_and_the_old_index_while_a_rebuild_lies_about(killed: SearchIndex, reopen: Reopen) -> None:
    reader = reopen()
    assert (reader.info().state, reader.count()) == ("rebuilding", 1)
    killed.begin_rebuild()
    killed.refill(numbered(50, 60))
    killed.checkpoint("d059")
    assert reader.search(asked("验收")).total == 0
    killed.finish_rebuild()
    assert (reader.info().state, reader.search(asked("验收")).total) == ("ready", 60)

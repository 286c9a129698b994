"""What every SearchIndex promises of writing, crashing and rebuilding: see search/port.py."""

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from search.errors import IndexBusy, IndexNeedsRebuild, RebuildNotRunning
from search.port import SearchIndex
from tests.contracts.search_indexes import IMPLEMENTATIONS, ONE_WRITER, Reopen, asked, document, fill, found

ROOT = Path(__file__).parents[2]


def test_what_is_not_committed_is_not_found(index: SearchIndex, reopen: Reopen) -> None:
    fill(index, document("a", "验收"))
    index.put([document("b", "验收")])
    index.remove(["a"])
    assert found(index, "验收") == found(reopen(), "验收") == ["a"]
    index.commit()
    assert found(index, "验收") == found(reopen(), "验收") == ["b"]


def test_an_open_reader_sees_each_commit_at_once(index: SearchIndex, reopen: Reopen) -> None:
    reader = reopen()
    assert found(reader, "验收") == []
    for number in range(5):
        fill(index, document(str(number), "验收"))
        assert len(found(reader, "验收")) == reader.count() == number + 1


def test_putting_again_replaces(index: SearchIndex) -> None:
    fill(index, document("a", "初验"))
    fill(index, document("a", "终验"))
    index.put([document("a", "甲"), document("a", "乙")])
    index.commit()
    assert (found(index, "验"), found(index, "乙"), index.count()) == ([], ["a"], 1)


def test_a_late_lower_version_is_left_out_before_and_after_the_commit(index: SearchIndex) -> None:
    assert index.put([document("a", "第三版", version=3), document("a", "第二版", version=2)]) == 1
    assert index.version_of("a") == 3
    index.commit()
    assert index.put([document("a", "第一版", version=1)]) == 0
    index.commit()
    assert (found(index, "第三版"), found(index, "第一版"), index.version_of("a")) == (["a"], [], 3)


def test_versions_are_told_for_many_at_once(index: SearchIndex) -> None:
    fill(index, document("a", version=3), document("b", version=7), document("gone"))
    index.remove(["gone"])
    index.put([document("c", version=1)])
    assert index.versions_of(["b", "a", "gone", "c", "never there"]) == {"a": 3, "b": 7, "c": 1}
    assert index.versions_of([]) == {}


def test_removing_forgets_the_version(index: SearchIndex) -> None:
    fill(index, document("a", version=9))
    index.remove(["a", "never there"])
    assert index.version_of("a") is None
    assert index.put([document("a", "重新归档", version=1)]) == 1
    index.commit()
    assert (found(index, "重新归档"), index.version_of("a")) == (["a"], 1)


def test_ids_names_exactly_the_documents_held(index: SearchIndex) -> None:
    fill(index, *(document(f"d{n}") for n in range(50)))
    index.remove([f"d{n}" for n in range(0, 50, 2)])
    index.commit()
    assert sorted(index.ids()) == sorted(f"d{n}" for n in range(1, 50, 2))
    assert index.count() == 25


def test_closing_keeps_what_was_put(reopen: Reopen) -> None:
    writer = reopen(writable=True)
    writer.prepare()
    writer.put([document("a", "验收", version=4)])
    writer.close()
    again = reopen(writable=True)
    again.prepare()
    assert (found(again, "验收"), again.version_of("a")) == (["a"], 4)


@pytest.mark.parametrize("engine", ONE_WRITER)
def test_a_second_writer_is_told_that_the_index_is_busy(index: SearchIndex, reopen: Reopen) -> None:
    fill(index, document("a", "验收"))
    second = reopen(writable=True)
    with pytest.raises(IndexBusy):
        second.put([document("b")])
    with pytest.raises(IndexBusy):
        second.begin_rebuild()
    assert found(second, "验收") == ["a"]
    index.close()
    fill(second, document("b", "验收"))
    assert second.count() == 2


@pytest.mark.parametrize("engine", sorted(IMPLEMENTATIONS.keys() - set(ONE_WRITER)))
def test_any_number_write_and_the_newest_version_stays(index: SearchIndex, reopen: Reopen) -> None:
    second = reopen(writable=True)
    index.put([document("a", "第三版", version=3), document("b", "验收")])
    assert second.put([document("a", "第二版", version=2), document("c", "验收")]) == 2
    index.commit()
    second.commit()
    assert (found(index, "第三版"), found(second, "第二版"), second.version_of("a")) == (["a"], [], 3)
    assert set(found(second, "验收")) == {"b", "c"}


def test_a_missing_index_asks_for_a_rebuild_instead_of_finding_nothing(reopen: Reopen) -> None:
    with pytest.raises(IndexNeedsRebuild):
        reopen().search(asked("验收"))
    assert reopen().info().state == "needs_rebuild"


KILLED = """
import os, signal, sys
from tests.contracts.search_indexes import IMPLEMENTATIONS, document
index = IMPLEMENTATIONS[sys.argv[1]](sys.argv[2], True)
index.prepare()
index.put([document(f"kept-{n}", "已提交的验收报告" * 50) for n in range(200)])
index.commit()
if sys.argv[3] == "rebuilding":
    index.begin_rebuild()
    index.refill([document(f"lost-{n}", "没有提交的验收报告" * 500) for n in range(200)])
index.put([document(f"lost-{n}", "没有提交的验收报告" * 500) for n in range(2000)])
index.remove([f"kept-{n}" for n in range(200)])
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("moment", ["writing", "rebuilding"])
def test_a_killed_writer_costs_only_what_it_had_not_committed(
    engine: str, reopen: Reopen, tmp_path: Path, moment: str
) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, engine, str(tmp_path), moment], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    index = reopen(writable=True)
    index.prepare()
    assert sorted(index.ids()) == sorted(f"kept-{n}" for n in range(200))
    assert index.search(asked("提交的验收报告")).total == 200
    fill(index, document("new", "提交的验收报告"))
    assert index.search(asked("提交的验收报告")).total == 201


# Rebuilding


def test_a_rebuild_answers_from_the_old_index_until_it_is_finished(index: SearchIndex, reopen: Reopen) -> None:
    reader = reopen()
    fill(index, document("stale", "验收"), document("a", "验收"))
    index.begin_rebuild()
    assert index.info().state == "rebuilding"
    assert index.refill([document("a", "验收"), document("b", "验收")]) == 2
    assert set(found(reader, "验收")) == set(found(index, "验收")) == {"stale", "a"}
    index.finish_rebuild()
    assert set(found(reader, "验收")) == set(found(index, "验收")) == {"a", "b"}
    fill(index, document("c", "验收"))
    assert reader.count() == index.count() == 3
    assert index.info().state == "ready"


def test_what_changes_during_a_rebuild_is_in_both_indexes_and_not_undone(index: SearchIndex) -> None:
    fill(index, document("gone", "验收"), document("changed", "旧"))
    index.begin_rebuild()
    fill(index, document("changed", "新"), document("added", "验收"))
    index.remove(["gone"])
    index.commit()
    assert (found(index, "验收"), found(index, "新")) == (["added"], ["changed"])
    assert index.refill([document("gone", "验收"), document("changed", "旧"), document("kept", "验收")]) == 1
    index.finish_rebuild()
    assert (set(found(index, "验收")), found(index, "新"), found(index, "旧")) == ({"added", "kept"}, ["changed"], [])


def test_an_abandoned_rebuild_changes_nothing(index: SearchIndex) -> None:
    fill(index, document("a", "验收"))
    index.begin_rebuild()
    index.refill([document("b", "验收")])
    index.abandon_rebuild()
    assert found(index, "验收") == ["a"]
    for late in (index.finish_rebuild, lambda: index.refill([])):
        with pytest.raises(RebuildNotRunning):
            late()
    index.begin_rebuild()
    index.begin_rebuild()
    index.finish_rebuild()
    assert index.count() == 0


def test_searches_never_fail_while_indexes_are_replaced(index: SearchIndex, reopen: Reopen) -> None:
    documents = [document(f"d{n}", "验收报告") for n in range(20)]
    fill(index, *documents)
    reader, stop = reopen(), threading.Event()
    totals: list[int] = []
    failures: list[Exception] = []

    def searching() -> None:
        while not stop.is_set():
            try:
                totals.append(reader.search(asked("验收报告")).total)
            except Exception as error:
                failures.append(error)

    thread = threading.Thread(target=searching)
    thread.start()
    for _ in range(8):
        index.begin_rebuild()
        index.refill(documents)
        index.finish_rebuild()
        fill(index, document("d0", "验收报告"))
    stop.set()
    thread.join()
    assert failures == []
    assert set(totals) == {20}


def test_a_new_index_asks_to_be_filled_until_a_rebuild_was_finished(index: SearchIndex, reopen: Reopen) -> None:
    fill(index, document("a", "验收"))
    index.begin_rebuild()
    index.close()
    interrupted = reopen(writable=True)
    assert interrupted.prepare()
    interrupted.begin_rebuild()
    interrupted.finish_rebuild()
    assert not interrupted.prepare()
    assert not reopen().prepare()


def test_info_counts_documents_and_bytes(index: SearchIndex) -> None:
    fill(index, document("a", "验收"), document("b", "验收"))
    info = index.info()
    assert (info.state, info.documents, info.reason) == ("ready", 2, "")
    assert info.size > 0

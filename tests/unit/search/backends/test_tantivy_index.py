"""What is special to the embedded index: files that were damaged, other schemas, leftovers."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archive.errors import EngineDown
from search.backends.generations import Generations
from search.backends.tantivy_index import TantivyIndex
from search.backends.tantivy_store import Store
from search.errors import IndexNeedsRebuild, RebuildNotRunning
from search.stored import title_order
from tests.contracts.search_indexes import asked, document, found


@pytest.fixture
def index(tmp_path: Path) -> Iterator[TantivyIndex]:
    index = TantivyIndex(tmp_path, writable=True)
    index.prepare()
    index.put([document(f"d{n}", "项目验收报告" * 20) for n in range(50)])
    index.commit()
    yield index
    index.close()


def folder(root: Path) -> Path:
    return root / (root / "CURRENT").read_text()


def truncate_segments(root: Path) -> None:
    for path in folder(root).glob("*.pos"):
        path.write_bytes(path.read_bytes()[:-10])


def lose_segments(root: Path) -> None:
    for path in folder(root).glob("*.idx"):
        path.unlink()


def garble_meta(root: Path) -> None:
    (folder(root) / "meta.json").write_text("{")


def other_format(root: Path) -> None:
    path = folder(root) / "schema.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 0}))


def lose_schema(root: Path) -> None:
    (folder(root) / "schema.json").unlink()


def lose_pointer(root: Path) -> None:
    (root / "CURRENT").write_text("")


DAMAGE = [truncate_segments, lose_segments, garble_meta, other_format, lose_schema, lose_pointer]


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda function: function.__name__)
def test_a_damaged_index_asks_for_a_rebuild_and_a_rebuild_cures_it(
    index: TantivyIndex, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    index.close()
    damage(tmp_path)
    broken = TantivyIndex(tmp_path, writable=True)
    uses: list[Callable[[], object]] = [broken.count, broken.ids, lambda: broken.put([document("a")])]
    for use in (lambda: broken.search(asked("验收")), *uses):
        with pytest.raises(IndexNeedsRebuild, match="dangan reindex"):
            use()
    broken.prepare()
    info = broken.info()
    assert info.state == "needs_rebuild"
    assert info.reason
    broken.begin_rebuild()
    broken.put([document("meanwhile", "验收")])
    broken.refill([document("again", "验收")])
    broken.finish_rebuild()
    assert set(found(broken, "验收")) == {"meanwhile", "again"}
    broken.close()


def test_a_commit_that_cannot_be_written_is_reported_and_the_next_one_works(
    index: TantivyIndex, tmp_path: Path
) -> None:
    place = folder(tmp_path)
    aside = place.with_name("aside")
    index.put([document("lost", "新的内容")])
    place.rename(aside)
    with pytest.raises(EngineDown, match="检索索引"):
        index.commit()
    aside.rename(place)
    assert index.version_of("lost") is None
    index.put([document("other", "别的内容")])
    with pytest.raises(EngineDown, match="1 件"):
        index.commit()
    index.put([document("lost", "新的内容")])
    index.commit()
    assert found(index, "新的内容") == ["lost"]
    assert found(index, "别的内容") == ["other"]


def test_a_rebuild_that_cannot_be_written_leaves_the_old_index(index: TantivyIndex, tmp_path: Path) -> None:
    index.begin_rebuild()
    index.refill([document("a", "验收")])
    (new,) = set(tmp_path.glob("gen-*")) - {folder(tmp_path)}
    new.rename(tmp_path / "aside")
    with pytest.raises(EngineDown):
        index.finish_rebuild()
    with pytest.raises(RebuildNotRunning):
        index.finish_rebuild()
    assert index.search(asked("验收")).total == 50


@pytest.mark.parametrize("damage", [
    lambda new: (new / "schema.json").write_text('{"format": 0}'), lambda new: (new / "rebuild.json").write_text("{"),
    lambda new: (new / "meta.json").write_text("{"), lambda new: (new / "rebuild.json").write_text("[]")],
    ids=["other format", "garbled progress", "garbled meta", "another kind of progress"])
def test_an_interrupted_rebuild_that_cannot_be_gone_on_with_is_dropped(
    index: TantivyIndex, tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    index.begin_rebuild()
    index.refill([document("a", "验收")])
    index.checkpoint("a")
    index.close()
    (new,) = set(tmp_path.glob("gen-*")) - {folder(tmp_path)}
    damage(new)
    again = TantivyIndex(tmp_path, writable=True)
    assert again.put([document("b", "验收")]) == 1
    assert not new.exists()
    assert again.info().state == "ready"
    assert again.begin_rebuild() == ""
    again.close()


def test_a_rebuild_damaged_while_it_runs_costs_the_rebuild_and_no_write(index: TantivyIndex, tmp_path: Path) -> None:
    index.begin_rebuild()
    index.refill([document("a", "验收")])
    index.checkpoint("a")
    (new,) = set(tmp_path.glob("gen-*")) - {folder(tmp_path)}
    (new / "meta.json").write_text("{")
    index.put([document("b", "新的内容")])
    index.commit()
    assert found(index, "新的内容") == ["b"]
    with pytest.raises(RebuildNotRunning):
        index.refill([document("a", "验收")])


def test_what_a_failed_writer_lost_is_refilled_from_the_mark(index: TantivyIndex, tmp_path: Path) -> None:
    index.begin_rebuild()
    index.refill([document("a", "验收")])
    index.checkpoint("a")
    index.refill([document("lost", "验收")])
    (new,) = set(tmp_path.glob("gen-*")) - {folder(tmp_path)}
    new.rename(tmp_path / "aside")
    with pytest.raises(EngineDown):
        index.checkpoint("lost")
    (tmp_path / "aside").rename(new)
    for late in (lambda: index.refill([]), lambda: index.checkpoint("later"), index.finish_rebuild):
        with pytest.raises(RebuildNotRunning):
            late()
    fill_and_commit = index.put([document("meanwhile", "验收")])
    index.commit()
    assert fill_and_commit == 1
    assert index.begin_rebuild() == "a"
    index.refill([document("lost", "验收")])
    index.finish_rebuild()
    assert sorted(index.ids()) == ["a", "lost", "meanwhile"]


def test_an_index_opened_for_reading_does_not_write(index: TantivyIndex, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="writable"):
        TantivyIndex(tmp_path).put([document("a")])


def test_opening_touches_no_disk(tmp_path: Path) -> None:
    TantivyIndex(tmp_path / "absent", writable=True)
    assert not (tmp_path / "absent").exists()


def test_finished_and_dead_rebuilds_leave_no_folder_behind(index: TantivyIndex, tmp_path: Path) -> None:
    (tmp_path / "gen-000007").mkdir()
    index.begin_rebuild()
    index.finish_rebuild()
    assert [path.name for path in tmp_path.glob("gen-*")] == ["gen-000008"]


def test_a_reader_that_meets_the_switch_halfway_asks_again(index: TantivyIndex, tmp_path: Path) -> None:
    class SwitchedHalfway(Generations):
        """The index is replaced, and the old one dropped, between reading the pointer and following it."""

        def current(self) -> Path | None:
            folder, self.current = super().current(), super().current  # type: ignore[method-assign]
            index.begin_rebuild()
            index.refill([document("new", "验收")])
            index.finish_rebuild()
            return folder

    reader = TantivyIndex(tmp_path)
    reader._generations = SwitchedHalfway(tmp_path)
    assert found(reader, "验收") == ["new"]


def test_titles_are_ordered_by_pinyin_and_by_the_value_of_numbers() -> None:
    titles = ["运维合同", "第10期", "采购合同", "第2期", "A方案", "2024年", "监理月报", "初步设计"]
    expected = ["2024年", "A方案", "采购合同", "初步设计", "第2期", "第10期", "监理月报", "运维合同"]
    assert sorted(titles, key=title_order) == expected


def test_a_failure_that_somebody_still_holds_does_not_keep_the_next_writer_out(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "store")
    store.put([document("a", "验收")])
    (tmp_path / "store").rename(tmp_path / "away")
    with pytest.raises(EngineDown) as failure:
        store.commit()
    (tmp_path / "away").rename(tmp_path / "store")
    store.put([document("a", "验收")])
    store.commit()
    assert (store.count(), failure.value.__traceback__ is None) == (1, False)

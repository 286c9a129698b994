from pathlib import Path

import pytest

from search.backends.generations import PROGRESS, Generations
from search.errors import IndexBusy


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    first, second = Generations(tmp_path), Generations(tmp_path)
    first.claim()
    first.claim()
    with pytest.raises(IndexBusy, match=str(tmp_path)):
        second.claim()
    first.release()
    second.claim()
    second.release()


def test_the_pointer_names_the_current_folder_and_changes_its_stamp(tmp_path: Path) -> None:
    generations = Generations(tmp_path)
    assert (generations.current(), generations.stamp()) == (None, None)
    generations.switch(tmp_path / "gen-000001")
    before = generations.stamp()
    generations.switch(tmp_path / "gen-000002")
    assert generations.current() == tmp_path / "gen-000002"
    assert generations.stamp() != before


@pytest.mark.parametrize("content", ["", "../../etc", "gen-1", "验"])
def test_a_pointer_that_names_no_generation_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "CURRENT").write_text(content, "utf-8")
    assert Generations(tmp_path).current() is None


def test_names_are_not_used_twice_and_sweeping_keeps_what_it_is_told(tmp_path: Path) -> None:
    generations = Generations(tmp_path)
    for name in ("gen-000001", "gen-000009", "notes"):
        (tmp_path / name).mkdir()
    assert generations.next() == tmp_path / "gen-000010"
    generations.sweep(tmp_path / "gen-000001", None)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gen-000001", "notes"]


def test_a_rebuild_is_unfinished_until_the_pointer_moves_to_it_or_it_is_swept(tmp_path: Path) -> None:
    generations = Generations(tmp_path)
    assert Generations(tmp_path / "absent").unfinished() is None
    for name in ("gen-000001", "gen-000002", "gen-000003"):
        (tmp_path / name).mkdir()
    generations.switch(tmp_path / "gen-000001")
    assert generations.unfinished() is None
    (tmp_path / "gen-000002" / PROGRESS).touch()
    assert generations.unfinished() == tmp_path / "gen-000002"
    generations.switch(tmp_path / "gen-000002")
    generations.switch(tmp_path / "gen-000003")
    assert generations.unfinished() is None
    (tmp_path / "gen-000002" / PROGRESS).touch()
    generations.sweep(generations.current())
    assert generations.unfinished() is None


def test_a_writer_that_died_between_moving_the_pointer_and_saying_so_left_no_rebuild(tmp_path: Path) -> None:
    generations = Generations(tmp_path)
    for name in ("gen-000001", "gen-000002"):
        (tmp_path / name).mkdir()
    generations.switch(tmp_path / "gen-000001")
    (tmp_path / "gen-000001" / PROGRESS).touch()
    assert generations.unfinished() is None
    generations.tidy()
    generations.switch(tmp_path / "gen-000002")
    assert generations.unfinished() is None

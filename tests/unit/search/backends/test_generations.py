from pathlib import Path

import pytest

from search.backends.generations import Generations
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


def test_names_are_not_used_twice_and_sweeping_keeps_one(tmp_path: Path) -> None:
    generations = Generations(tmp_path)
    for name in ("gen-000001", "gen-000009", "notes"):
        (tmp_path / name).mkdir()
    assert generations.next() == tmp_path / "gen-000010"
    generations.sweep(keep=tmp_path / "gen-000001")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gen-000001", "notes"]

"""Derived files: kept, found again, bounded, forgotten."""

import os
from pathlib import Path

from admin.derived import DerivedFiles

ONE, TWO = "sha256:" + "a" * 64, "sha256:" + "b" * 64


def kept(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))


def test_what_is_kept_is_found_again_and_nothing_else(tmp_path: Path) -> None:
    files = DerivedFiles(tmp_path, 1 << 20)
    assert files.read(ONE, "x.png") is None
    assert files.path(ONE, "x.png") is None
    files.write(ONE, "x.png", b"picture")
    assert files.read(ONE, "x.png") == b"picture"
    assert files.read(TWO, "x.png") is None
    source = tmp_path / "made.pdf"
    source.write_bytes(b"%PDF-")
    files.write(TWO, "y.pdf", source)
    path = files.path(TWO, "y.pdf")
    assert path is not None
    assert path.read_bytes() == b"%PDF-"
    assert path.stat().st_mode & 0o077 == 0


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path) -> None:
    files = DerivedFiles(tmp_path, 10_000)
    for number in range(9):
        files.write(ONE, f"{number}", bytes(1000))
        os.utime(tmp_path / "aa" / ("a" * 64) / f"{number}", (number, number))
    files.read(ONE, "0")    # the oldest is used again
    files.write(ONE, "9", bytes(1000))
    files.write(ONE, "10", bytes(1000))
    names = kept(tmp_path)
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) <= 10_000
    assert "0" in names
    assert "10" in names
    assert "1" not in names


def test_everything_of_one_original_is_forgotten(tmp_path: Path) -> None:
    files = DerivedFiles(tmp_path, 1 << 20)
    for name in ("1.png", "2.png"):
        files.write(ONE, name, b"1")
        files.write(TWO, name, b"2")
    files.forget(ONE)
    files.forget(ONE)
    assert files.read(ONE, "1.png") is None
    assert files.read(TWO, "1.png") == b"2"


def test_what_was_made_from_originals_that_are_gone_goes_too(tmp_path: Path) -> None:
    files = DerivedFiles(tmp_path, 1 << 20)
    files.write(ONE, "1.png", b"1")
    files.write(TWO, "1.png", b"2")
    assert files.forget_all_but({TWO}) == 1
    assert files.read(ONE, "1.png") is None
    assert files.read(TWO, "1.png") == b"2"
    assert files.forget_all_but({TWO}) == 0


def test_a_folder_that_cannot_be_written_costs_only_the_keeping(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    files = DerivedFiles(blocked / "derived", 1 << 20)
    files.write(ONE, "x", b"1")
    assert files.read(ONE, "x") is None


def test_another_process_may_delete_everything_at_any_time(tmp_path: Path) -> None:
    one, other = DerivedFiles(tmp_path, 1 << 20), DerivedFiles(tmp_path, 1)
    one.write(ONE, "x", b"123")
    other.write(TWO, "y", b"456")   # trims all that is there
    assert one.read(ONE, "x") is None
    one.write(ONE, "x", b"123")
    assert one.read(ONE, "x") == b"123"

"""`dangan bench` as its user runs it: one part in small, and a part that is not there."""

from pathlib import Path

from bench.page import render
from tests.functional.shell import Shell


def test_a_part_is_measured_and_written_down(tmp_path: Path) -> None:
    ran = Shell(tmp_path / "var")("bench", "floors", "--quick", "--out", tmp_path / "out.json", "--page", tmp_path / "page.md")
    report = ran.json
    assert (report["files"], report["quick"], report.keys() & {"documents", "upload"}) == (30, True, set())
    assert all(floor["docs_per_second"] > 0 for floor in report["floors"].values())
    assert (tmp_path / "page.md").read_text("utf-8") == render(report)
    assert "小规模" in render(report)


def test_a_part_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "floors" in Shell(tmp_path / "var")("bench", "everything", status=2).err

"""What became of a file's text: a state with a reason, and whatever text could be had."""

from pathlib import Path

from admin.system import System
from admin.worker import Worker
from archive.models import TextState
from ingest.reading import read
from ingest.sandbox import Sandbox
from tests import samples
from tests.builders import SYSTEM, a_project

PDF = "application/pdf"


def broken_pdf(folder: Path) -> Path:
    """A PDF with something before its mark, as a mail gateway or a torn download leaves it."""
    path = samples.pdf(folder / "会议纪要.pdf", [["第一次例会讨论了竣工图纸"]])
    path.write_bytes(b"\n\xa0\xa4\x03" + path.read_bytes())
    return path


def test_a_sound_file_is_read_without_remark(sandbox: Sandbox, tmp_path: Path) -> None:
    text = read(sandbox, samples.pdf(tmp_path / "a.pdf", [["竣工图纸"]]), PDF, "a.pdf").text
    assert (text.state, text.reason) == (TextState.READ, "")


def test_a_broken_file_is_marked_and_what_can_be_salvaged_is_kept(sandbox: Sandbox, tmp_path: Path) -> None:
    text = read(sandbox, broken_pdf(tmp_path), PDF, "会议纪要.pdf").text
    assert text.state is TextState.UNREADABLE
    assert "损坏" in text.reason
    assert "竣工图纸" in text.pages[0]


def test_a_broken_file_is_filed_and_found(system: System, worker: Worker, tmp_path: Path) -> None:
    a_project(system)
    filed = system.intake.file(SYSTEM, "XM-2024-001", "会议纪要.pdf", [broken_pdf(tmp_path).read_bytes()])
    worker.drain()
    assert filed.document.text_state == "unreadable"
    assert system.index.version_of(filed.document.id) is not None


def test_a_torn_file_is_marked_with_the_reason(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.7\nnothing that follows")
    text = read(sandbox, path, PDF, "a.pdf").text
    assert (text.state, text.pages) == (TextState.UNREADABLE, ())
    assert text.reason


def test_a_bundle_says_that_what_is_in_it_is_filed_by_itself(sandbox: Sandbox, tmp_path: Path) -> None:
    text = read(sandbox, samples.archive(tmp_path / "a.zip", {"甲.txt": b"1"}), "application/zip", "a.zip").text
    assert text.state is TextState.UNSUPPORTED
    assert "包里的文件各自归档" in text.reason

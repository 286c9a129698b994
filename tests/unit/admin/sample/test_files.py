"""The files themselves: real files of their formats, that say what they are and are recognised as it."""

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

import docx
import pptx
import pypdfium2
import pytest
import python_calamine

from admin.sample import Sample, SampleFile
from archive.chinese import squash
from ingest import extractors
from ingest.describe import describe
from ingest.extractors.base import Source
from ingest.media_types import identify


def text_of(file: SampleFile) -> str:
    """The text by the format's own library, not by the archive's."""
    data = file.write()
    return squash({"pdf": _pdf, "docx": _docx, "xlsx": _xlsx, "pptx": _pptx}.get(_suffix(file), bytes.decode)(data))


def _pdf(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    return "".join(page.get_textpage().get_text_range() for page in document)


def _docx(data: bytes) -> str:
    document = docx.Document(BytesIO(data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "".join([paragraph.text for paragraph in document.paragraphs] + cells)


def _xlsx(data: bytes) -> str:
    book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(data))
    return "".join(
        str(cell) for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row
    )


def _pptx(data: bytes) -> str:
    show = pptx.Presentation(BytesIO(data))
    return "".join(shape.text_frame.text for slide in show.slides for shape in slide.shapes if shape.has_text_frame)


def _suffix(file: SampleFile) -> str:
    return file.filename.rpartition(".")[2]


def sound(sample: Sample) -> list[SampleFile]:
    return [file for file in sample.files if file.note not in {"broken", "duplicate"}]


def one_of_each(files: Iterable[SampleFile]) -> list[SampleFile]:
    """One file of every type, format and note."""
    return list({(file.type, _suffix(file), file.note): file for file in files}.values())


def check(file: SampleFile) -> None:
    text = text_of(file)
    assert squash(file.title) in text, file.filename
    assert squash(file.doc_no) in text, file.filename
    for unfilled in ("{", "}", "None", "nan"):
        assert unfilled not in text, file.filename


def test_every_kind_of_file_can_be_read_and_bears_its_title_and_number(sample: Sample) -> None:
    for file in one_of_each(sound(sample)):
        check(file)


@pytest.mark.slow
def test_every_single_file_can_be_read(sample: Sample) -> None:
    for file in sound(sample):
        check(file)


def test_the_papers_of_a_project_agree_with_its_ledger(sample: Sample) -> None:
    story = next(story for story in sample.stories if story.scenario == "accepted-2m")
    row = next(row for row in sample.projects if row.code == story.project)
    contract = next(c for c in sample.contracts if c.project == row.code and c.type == "build")
    texts = {file.type: text_of(file) for file in sound(sample) if file.project == row.code}
    total = f"{(row.total_investment_fen or 0) / 1_000_000:,.2f}万元"
    assert total in texts["construction_summary"]
    assert row.approval_no in texts["acceptance_opinion"]
    assert contract.number.lower() in texts["build_contract"]
    assert contract.supplier in texts["award_notice"]


def test_a_report_on_functions_alone_says_nothing_of_performance(sample: Sample) -> None:
    codes = {story.project for story in sample.stories if story.scenario == "function-only"}
    (report,) = (file for file in sample.files if file.project in codes and file.type == "third_party_test_report")
    text = text_of(report)
    assert "功能" in text
    assert "性能" not in text


def test_the_damaged_file_cannot_be_read(sample: Sample) -> None:
    (broken,) = (file for file in sample.files if file.note == "broken")
    with pytest.raises(pypdfium2.PdfiumError):
        pypdfium2.PdfDocument(broken.write())


def test_only_the_refused_file_bears_a_secrecy_marking(sample: Sample) -> None:
    (refused,) = sample.refused
    assert "机密★" in text_of(refused)
    for file in one_of_each(sound(sample)):
        assert not {"绝密", "机密★", "秘密★"} & set(text_of(file).split()), file.filename
        assert "★" not in text_of(file)


def test_files_are_recognised_as_what_they_are_unless_their_name_is_vague(sample: Sample, tmp_path: Path) -> None:
    wrong = []
    for file in one_of_each(file for file in sound(sample) if file.note != "given"):
        path = tmp_path / f"file.{_suffix(file)}"
        path.write_bytes(file.write())
        read = extractors.extract(Source(path, identify(path, file.filename), file.filename))
        found = describe(file.filename, read.pages, read.headings)
        if (found.type if found.type_source == "recognised" else "") != ("" if file.note else file.type):
            wrong.append((file.filename, file.note, found.type_source, found.type))
    assert wrong == []

"""Real files of other people, which lie beside the project and not in it: every one is read, or refused with a reason."""

import os
from pathlib import Path

import pytest

from ingest.extractors import Extraction, NoExtractor
from ingest.media_types import identify
from ingest.sandbox import Sandbox

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "testdata"

# File, what its text must hold (None: no text is read from this format), pages.
EXPECTED: tuple[tuple[str, str | None, int], ...] = (
    ("bid-proposal-1.docx", "投标", 1), ("tender-1.docx", "招标", 1), ("mineru-docx_01.docx", "MinerU", 1),
    ("gov-规划和自然资源局2024年度部门决算.pdf", "部门决算", 30), ("gov-部门决算模板.pdf", "三公", 23),
    ("mineru-demo1.pdf", "flow duration curves", 13), ("mineru-pptx_01.pptx", "Final notes", 6),
    ("mineru-xlsx_01.xlsx", "header", 4), ("ofdrw-xbrl-001.pdf", "电子发票（航空运输电子客票行程单）", 1),
    ("paperless-invalid_pdf.pdf", "Invoice number", 2), ("paperless-multi-page-mixed.pdf", "page", 6),
    ("paperless-signed.pdf", "digitally signed", 1), ("mineru-small_ocr.pdf", "", 8),
    ("paperless-multi-page-images.tiff", None, 0), ("mayan-simple_2_page_document.doc", None, 0),
    ("mayan-special-names.zip", None, 0), ("ofdrw-signedFile.ofd", None, 0), ("ofdrw-zsbk.ofd", None, 0),
)


@pytest.fixture(scope="module")
def folder() -> Path:
    if not FOLDER.is_dir():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"the folder of real files is not there: {FOLDER}")
    return FOLDER


def read(sandbox: Sandbox, path: Path) -> Extraction | None:
    try:
        return sandbox.extract(path, identify(path, path.name), path.name)
    except NoExtractor:
        return None


@pytest.mark.parametrize(("name", "text", "pages"), EXPECTED, ids=[name for name, _, _ in EXPECTED])
def test_a_real_file_is_read(sandbox: Sandbox, folder: Path, name: str, text: str | None, pages: int) -> None:
    extraction = read(sandbox, folder / name)
    if text is None:
        assert extraction is None
        return
    assert extraction is not None
    assert text in "\n".join(extraction.pages)
    assert bool(text) == bool("".join(extraction.pages).strip())
    assert extraction.page_count == pages
    assert not extraction.garbled


def test_the_standard_with_a_text_layer_of_wrong_characters_is_not_taken_for_text(sandbox: Sandbox, folder: Path) -> None:
    extraction = read(sandbox, folder / "ofdrw-garbled-text-layer.pdf")
    assert extraction is not None
    assert extraction.garbled


def test_every_real_file_has_the_type_its_name_promises(folder: Path) -> None:
    promised = {".pdf": "pdf", ".ofd": "ofd", ".docx": "wordprocessingml", ".xlsx": "spreadsheetml", ".doc": "msword",
                ".pptx": "presentationml", ".zip": "zip", ".tiff": "tiff", ".md": "markdown"}
    wrong = [path.name for path in folder.iterdir() if promised[path.suffix] not in identify(path, "without a name")
             and path.suffix != ".md"]
    assert wrong == []

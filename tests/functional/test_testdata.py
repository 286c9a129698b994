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
    ("paperless-multi-page-images.tiff", "", 3), ("mayan-simple_2_page_document.doc", "Second page", 1),
    ("mayan-special-names.zip", None, 0), ("ofdrw-signedFile.ofd", "江苏增值税电子普通发票", 1),
    ("ofdrw-zsbk.ofd", "建筑工程施工许可证", 2), ("ofdrw-1.ofd", "兰溪市悦济舫餐厅", 1),
    ("ofdrw-20240531141733.ofd", "北京互联三六五科技有限公司", 1), ("ofdrw-999.ofd", "财天下科技有限公司", 5),
    ("ofdrw-AddAttachment.ofd", "这是一个带有附件的OFD文件", 1), ("ofdrw-allprotected.ofd", "你好呀，OFD Reader&Writer！", 1),
    ("ofdrw-hello-integrity.ofd", "拿来主义", 2), ("ofdrw-keyword.ofd", "泰安市不动产证明第0014777号", 1),
    ("ofdrw-multiKeywordInTextCode.ofd", "哈哈打发", 1), ("ofdrw-v4signed.ofd", "重庆增值税电子普通发票", 1),
    ("ofdrw-z.ofd", "字型变换", 4),
)

# File, and for each signature in it whether what it protects is unchanged.
SIGNED: tuple[tuple[str, list[str]], ...] = (
    ("ofdrw-1.ofd", ["intact"]), ("ofdrw-999.ofd", ["intact"]), ("ofdrw-allprotected.ofd", ["intact"]),
    ("ofdrw-signedFile.ofd", ["intact"]), ("ofdrw-v4signed.ofd", ["intact"]), ("ofdrw-keyword.ofd", ["broken", "broken"]),
    ("ofdrw-zsbk.ofd", ["broken", "broken"]), ("ofdrw-z.ofd", []), ("paperless-signed.pdf", ["intact"]),
)
# File, and the pages on which there is no usable text.
TO_RECOGNISE: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("ofdrw-garbled-text-layer.pdf", tuple(range(1, 12))), ("mineru-small_ocr.pdf", tuple(range(1, 9))),
    ("paperless-multi-page-mixed.pdf", (1, 2, 3)), ("paperless-multi-page-images.tiff", (1, 2, 3)),
    ("gov-部门决算模板.pdf", ()), ("ofdrw-zsbk.ofd", ()),
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


@pytest.mark.parametrize(("name", "expected"), SIGNED, ids=[name for name, _ in SIGNED])
def test_signatures_are_verified_or_reported_broken(sandbox: Sandbox, folder: Path, name: str, expected: list[str]) -> None:
    extraction = read(sandbox, folder / name)
    assert extraction is not None
    said = [remark for remark in extraction.remarks if remark.code.startswith("signature.")]
    assert [remark.code.removeprefix("signature.") for remark in said] == expected
    if name == "ofdrw-zsbk.ofd":
        assert all("第 1 页（Doc_0/Pages/Page_0/Content.xml）" in remark.text for remark in said)


@pytest.mark.parametrize(("name", "pages"), TO_RECOGNISE, ids=[name for name, _ in TO_RECOGNISE])
def test_pages_without_usable_text_are_named(sandbox: Sandbox, folder: Path, name: str, pages: tuple[int, ...]) -> None:
    extraction = read(sandbox, folder / name)
    assert extraction is not None
    assert extraction.image_pages == pages


def test_an_invoice_gives_its_fields(sandbox: Sandbox, folder: Path) -> None:
    extraction = read(sandbox, folder / "ofdrw-20240531141733.ofd")
    assert extraction is not None
    assert extraction.properties.items() >= {
        "invoice_number": "24112000000048542163", "invoice_date": "2024-05-28", "invoice_amount": "4449.00",
        "invoice_seller": "北京互联三六五科技有限公司"}.items()

"""Scanner folders: a stack is parted at its separator pages, stays as it came, and is nobody's loss when it is interrupted."""

import io
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageFilter

from admin.separator_sheets import sheets_of
from admin.system import System
from admin.worker import Worker
from archive.errors import EngineDown
from archive.models import Document, Member, OutboxEvent, Project, Receipt, TextRecord, Unpacking, Version
from ingest.extractors.base import Source
from ingest.folders import DONE, UNCLEAR
from ingest.scanner_folder import ScannerFolder
from ingest.separating.code import Mark, read_mark
from ingest.separating.pages import look_for_separators, parts_of
from tests.builders import a_project
from tests.unit.ingest.ocr.scans import A4, picture
from tests.unit.ingest.test_folders import below

CODE, TYPE = "XM-2024-001", "acceptance_opinion"


def sheet(project: Project, key: str = "", dpi: int = 150) -> Image.Image:
    """A separator sheet as it comes out of a scanner."""
    with pypdfium2.PdfDocument(sheets_of([project], (key,) if key else ())) as printed:
        return printed[0].render(scale=dpi / 72).to_pil().convert("L")


def paper(name: str) -> Image.Image:
    return picture(name, 100)


def blank() -> Image.Image:
    return picture("", 100, blank=True)


def stack_pdf(*pages: Image.Image) -> bytes:
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=True)
    for page in pages:
        canvas.drawImage(ImageReader(page), 0, 0, *A4)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def stack_tiff(*pages: Image.Image) -> bytes:
    target = io.BytesIO()
    frames = [page.convert("1") for page in pages]
    frames[0].save(target, "TIFF", save_all=True, append_images=frames[1:], compression="group4", dpi=(150, 150))
    return target.getvalue()


@pytest.fixture
def project(system: System) -> Project:
    return a_project(system, CODE)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "扫描").mkdir()
    return tmp_path / "扫描"


@pytest.fixture
def folder(system: System, project: Project, root: Path) -> ScannerFolder:
    return ScannerFolder(system.intake, system.clock, root, still=0)


def put(root: Path, name: str, data: bytes) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_bytes(data)


def found_in(tmp_path: Path, page: Image.Image) -> dict[int, Mark]:
    path = tmp_path / "page.pdf"
    path.write_bytes(stack_pdf(page))
    return dict(look_for_separators(Source(path, "application/pdf", "page.pdf")).marks)


def noisy(page: Image.Image) -> Image.Image:
    noise = np.random.default_rng(7).normal(0, 45, (page.height, page.width))
    return Image.fromarray(np.clip(np.asarray(page, np.float64) + noise, 0, 255).astype(np.uint8))


@pytest.mark.parametrize("worn", ["straight", "crooked", "on its head", "on its side", "coarse", "noisy", "faint", "stained"])
def test_a_separator_is_found_however_it_went_through_the_scanner(project: Project, tmp_path: Path, worn: str) -> None:
    page = sheet(project, TYPE, 100 if worn == "coarse" else 150)
    match worn:
        case "crooked":
            page = page.rotate(7, fillcolor=255)
        case "on its head":
            page = page.rotate(181, fillcolor=255)
        case "on its side":
            page = page.rotate(90, fillcolor=255)
        case "noisy":
            page = noisy(page.filter(ImageFilter.GaussianBlur(1)))
        case "faint":
            page = page.point(lambda value: 150 + value * 105 // 255)
        case "stained":
            page.paste(120, (560, 420, 620, 480))
    assert found_in(tmp_path, page) == {1: Mark(CODE, TYPE)}


def test_only_codes_of_ours_part_anything(tmp_path: Path) -> None:
    import cv2

    other = Image.fromarray(cv2.QRCodeEncoder.create().encode("https://inv-veri.chinatax.gov.cn/?p=XM-1")).resize((400, 400), 0)
    page = paper("invoice")
    page.paste(other, (200, 500))
    assert found_in(tmp_path, page) == {}
    assert read_mark("dangan-separator/1?t=contract") is None
    assert read_mark("dangan-separator/2?p=XM-1") is None
    for mark in (Mark("XM-1"), Mark("川 项目/1&t=x", "contract")):
        assert read_mark(mark.written()) == mark


@pytest.mark.parametrize(("name", "make"), [("整叠.pdf", stack_pdf), ("整叠.tif", stack_tiff)])
def test_a_stack_is_filed_as_it_came_and_its_parts_by_themselves(
        folder: ScannerFolder, worker: Worker, project: Project, root: Path, name: str, make: object) -> None:
    data = make(paper("cover"), sheet(project, TYPE), blank(), paper("one"), paper("two"), sheet(project), sheet(project),  # type: ignore[operator]
                paper("three"))
    put(root, name, data)
    assert folder.look().counts["filed"] == 1
    assert below(root) == {f"{DONE}/{name}"}
    stack = Document.objects.get()
    version = Version.objects.get()
    with folder.intake.blobs.local(version.sha256) as kept:
        assert kept.read_bytes() == data
    assert (stack.type, stack.type_source, stack.project, version.split) == ("other", "given", CODE, True)
    worker.drain()
    parts = {document.parent_path: document for document in Document.objects(parent=stack.id)}
    stem, ending = name.rpartition(".")[0], "pdf" if name.endswith("pdf") else "tiff"
    assert parts.keys() == {f"{stem} 第1页.{ending}", f"{stem} 第4-5页.{ending}", f"{stem} 第8页.{ending}"}
    typed = parts[f"{stem} 第4-5页.{ending}"]
    assert (typed.type, typed.type_source) == (TYPE, "given")
    assert TextRecord.objects(id=typed.current).get().page_count == 2
    assert parts[f"{stem} 第8页.{ending}"].type_source != "given"
    assert TextRecord.objects(id=stack.current).get().image_pages == [], "its pages are recognised in the parts, not twice"
    assert TextRecord.objects(id=typed.current).get().image_pages == [1, 2]
    receipt = Receipt.objects.get()
    assert (receipt.channel, receipt.opened_by, receipt.filed) == ("scanner", "system:scanner-folder", 1)


def test_the_pictures_of_a_part_are_those_of_the_scan(folder: ScannerFolder, worker: Worker, project: Project, root: Path) -> None:
    put(root, "整叠.pdf", stack_pdf(sheet(project), paper("one")))
    folder.look()
    worker.drain()
    part = Version.objects(document=Document.objects(parent__ne="").get().id).get()
    with folder.intake.blobs.local(part.sha256) as path, pikepdf.open(path) as made, pikepdf.open(root / DONE / "整叠.pdf") as whole:
        assert len(made.pages) == 1
        [one], [other] = (list(page.get_images().values()) for page in (made.pages[0], whole.pages[1]))
        assert one.read_raw_bytes() == other.read_raw_bytes()


def test_a_stop_between_filing_and_parting_or_moving_loses_and_doubles_nothing(
        folder: ScannerFolder, system: System, worker: Worker, project: Project, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(root, "整叠.pdf", stack_pdf(sheet(project), paper("one"), sheet(project, TYPE), paper("two")))

    def dies(*_: object) -> None:
        raise EngineDown(engine="测试", reason="断电")

    with monkeypatch.context() as patched:
        patched.setattr(folder, "_list", dies)
        with pytest.raises(EngineDown):
            folder.look()
    assert below(root) == {"整叠.pdf"}
    assert {event.kind for event in OutboxEvent.objects(finished=False)} >= {"document.bundle"}
    assert ScannerFolder(system.intake, system.clock, root, still=0).look().counts["duplicates"] == 1
    worker.drain()
    stack = Document.objects(parent="").get()
    Unpacking.objects.delete()
    Member.objects(number=2).delete()
    system.unpacker.unpack_document(stack.id)
    assert Document.objects(parent=stack.id).count() == Member.objects.count() == 2
    assert below(root) == {f"{DONE}/整叠.pdf"}


def test_what_has_no_separator_is_filed_whole_where_its_folder_names_the_project(folder: ScannerFolder, root: Path) -> None:
    put(root, f"{CODE}/一件.pdf", stack_pdf(paper("one"), paper("two")))
    put(root, f"{CODE}/说明.txt", "会议纪要".encode())
    put(root, "无主.pdf", stack_pdf(paper("three")))
    assert folder.look().counts == {"filed": 2, "duplicates": 0, "refused": 0, "unclear": 1}
    assert not Version.objects(split=True).count()
    assert f"{UNCLEAR}/无主.pdf" in below(root)
    assert "没有找到写着项目的分隔页" in (root / UNCLEAR / "无主.pdf.原因.txt").read_text(encoding="utf-8")


def test_several_projects_in_one_stack_an_unknown_one_and_a_broken_file_wait_for_a_person(
        folder: ScannerFolder, system: System, project: Project, root: Path) -> None:
    other = a_project(system, "XM-2024-002")
    unknown = Project(code="XM-9", name="没有登记", unit="某单位")
    put(root, "两个项目.pdf", stack_pdf(sheet(project), paper("one"), sheet(other), paper("two")))
    put(root, "XM-2024-002/放错.pdf", stack_pdf(sheet(project), paper("one")))
    put(root, "没登记.pdf", stack_pdf(sheet(unknown), paper("one")))
    put(root, "坏.pdf", b"%PDF-1.7\n" + bytes(2000))
    assert folder.look().counts == {"filed": 0, "duplicates": 0, "refused": 0, "unclear": 4}
    reasons = {path.name: path.read_text(encoding="utf-8") for path in (root / UNCLEAR).rglob("*.txt")}
    assert "“XM-2024-001”“XM-2024-002”。一叠扫描件只能属于一个项目" in reasons["两个项目.pdf.原因.txt"]
    assert "文件夹是“XM-2024-002”" in reasons["放错.pdf.原因.txt"]
    assert "请核对分隔页" in reasons["没登记.pdf.原因.txt"]
    assert "没能查找分隔页" in reasons["坏.pdf.原因.txt"]
    assert Document.objects.count() == 0
    assert (root / UNCLEAR / "两个项目.pdf").is_file()


def test_parts_lie_between_separators(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(stack_pdf(sheet(project), blank(), paper("one"), blank(), sheet(project, TYPE)))
    found = look_for_separators(Source(path, "application/pdf", "a.pdf"))
    assert (set(found.marks), set(found.backs), found.count) == ({1, 5}, {2}, 5)
    assert [(part.pages, part.type) for part in parts_of(found)] == [((3, 4), "")]

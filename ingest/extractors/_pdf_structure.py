"""What a PDF carries beside its pages: who made it with what, attachments, layers, scripts, forms, locks, signatures.

Most of it pdfium knows already; the file is opened a second time only where a glance at its bytes says that there is
something to find.
"""

import mmap
import re
from collections.abc import Iterator
from typing import Any

from archive.remarks import Remark, Severity
from ingest.extractors._pdf_signatures import signature_remarks
from ingest.extractors._properties import pdf_date, properties
from ingest.extractors.base import Source

# Names of what is looked for; in object streams they are packed, so such files are opened too.
_SIGNS = (b"/OCProperties", b"/JavaScript", b"/JS", b"/EmbeddedFile", b"/ObjStm", b"/XFA", b"/Launch")
_PART = re.compile(rb"pdfaid:part(?:>|\s*=\s*[\"'])\s*(\d)")
_LEVEL = re.compile(rb"pdfaid:conformance(?:>|\s*=\s*[\"'])\s*([A-Za-z])")
_LARGEST_SCAN = 256 << 20
_MOST_NAMES = 1000
_RIGHTS = ((0x4, "打印"), (0x8, "修改"), (0x10, "复制文字"), (0x20, "批注"))


def structure(source: Source, document: Any) -> tuple[dict[str, str], list[Remark]]:
    """Properties and remarks of a PDF that pdfium has open. Never raises for what is in it."""
    import pypdfium2.raw as pdfium

    found, remarks = _described(document), list[Remark]()
    signs, pdfa = _glance(source)
    forbidden = _forbidden(document)
    if forbidden is not None:
        found["encryption"] = f"限制{'、'.join(forbidden)}" if forbidden else "是"
        remarks.append(Remark("file.restricted", Severity.WARNING, (
            "PDF 经过加密" + (f"（限制{'、'.join(forbidden)}）" if forbidden else "") +
            "，可以阅读，但不宜长期保存。请向出具单位索取未加密的文件。")))
    if signs:
        remarks += _inside(source, found)
    if pdfium.FPDF_GetSignatureCount(document) > 0:
        remarks += signature_remarks(source)
    return {**found, **properties(pdfa=pdfa)}, remarks


def _described(document: Any) -> dict[str, str]:
    said = document.get_metadata_dict(skip_empty=True)
    version = document.get_version()
    return properties(
        title=said.get("Title"), author=said.get("Author"), subject=said.get("Subject"), keywords=said.get("Keywords"),
        creator=said.get("Creator"), producer=said.get("Producer"), created=pdf_date(said.get("CreationDate", "")),
        modified=pdf_date(said.get("ModDate", "")), pdf_version=f"{version // 10}.{version % 10}" if version else "")


def _glance(source: Source) -> tuple[bool, str]:
    """Whether the bytes speak of anything that is worth a second look, and the archival profile they claim."""
    with source.path.open("rb") as file:
        size = file.seek(0, 2)
        if not 0 < size <= _LARGEST_SCAN:
            return size > 0, ""
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            at = data.find(b"pdfaid:")
            near = data[max(at - 200, 0):at + 1000] if at >= 0 else b""
            part, level = _PART.search(near), _LEVEL.search(near)
            pdfa = f"PDF/A-{part[1].decode()}{level[1].decode().lower() if level else ''}" if part else ""
            return any(data.find(sign) >= 0 for sign in _SIGNS), pdfa


def _forbidden(document: Any) -> list[str] | None:
    """What the file's lock forbids; None where it has none."""
    import pypdfium2.raw as pdfium

    if pdfium.FPDF_GetSecurityHandlerRevision(document) < 0:
        return None
    allowed = pdfium.FPDF_GetDocPermissions(document)
    return [name for bit, name in _RIGHTS if not allowed & bit]


def _inside(source: Source, found: dict[str, str]) -> list[Remark]:
    import pikepdf

    try:
        with pikepdf.open(source.path, suppress_warnings=True) as pdf:
            return [*_attachments(pdf, found), *_layers(pdf, found), *_active(pdf)]
    except (pikepdf.PdfError, OSError, ValueError, TypeError, KeyError, AttributeError, RuntimeError, RecursionError):
        return []    # what pdfium can read, this library need not be able to


def _attachments(pdf: Any, found: dict[str, str]) -> Iterator[Remark]:
    names = [str(name) for name in list(pdf.attachments)[:_MOST_NAMES]]
    if names:
        found |= properties(attachments="、".join(names))
        shown = "、".join(names[:10]) + ("等" if len(names) > 10 else "")
        yield Remark("file.attachments", Severity.INFO, f"PDF 里带有 {len(names)} 个附件：{shown}。")


def _layers(pdf: Any, found: dict[str, str]) -> Iterator[Remark]:
    content = pdf.Root.get("/OCProperties")
    groups = list(content.get("/OCGs", [])) if content is not None else []
    if not groups:
        return
    found |= properties(layers=len(groups))
    hidden = [str(group.get("/Name", "")) for group in list(content.get("/D", {}).get("/OFF", []))[:_MOST_NAMES]]
    if hidden:
        yield Remark("layers.hidden", Severity.WARNING, (
            f"PDF 有 {len(groups)} 个图层，其中 {len(hidden)} 个默认不显示（{'、'.join(hidden[:5])}）；"
            "页面上看到的内容与检索到的文字可能不同，请核对。"))


def _active(pdf: Any) -> Iterator[Remark]:
    """Whatever would act when the file is opened elsewhere; here nothing of it is ever run."""
    root = pdf.Root
    names, form, opening = root.get("/Names", {}), root.get("/AcroForm", {}), root.get("/OpenAction")
    kind = opening.get("/S") if hasattr(opening, "get") else None
    if "/JavaScript" in names or "/AA" in root or kind in ("/JavaScript", "/Launch"):
        yield Remark("file.active", Severity.WARNING, (
            "PDF 里带有打开时自动执行的脚本或动作；系统不会执行它们。下载后请在安全的环境中打开，并向出具单位索取不带脚本的文件。"))
    if "/XFA" in form:
        yield Remark("file.dynamic-form", Severity.WARNING, (
            "PDF 是动态表单（XFA），多数阅读器只显示占位页，读出的文字可能不全。请打印为普通 PDF 后上传新版本。"))

"""Text of OFD files (GB/T 33190-2016) page by page as a reader shows it, with what is attached to and sealed on them."""

from collections.abc import Iterator
from typing import Any

from archive.remarks import Remark, Severity
from ingest.extractors._ofd_marks import attachment_names, covered, notes_by_page
from ingest.extractors._ofd_protection import integrity_remarks
from ingest.extractors._ofd_signatures import Signature, signatures_of
from ingest.extractors._properties import properties
from ingest.extractors.base import Extraction, Source, UnreadableFile, collect, library

MEDIA_TYPES = frozenset({"application/ofd"})

_MOST_PAGES = 20_000
_FEW, _LARGE = 40, 0.4   # characters on a page, share of the page that pictures cover: as for PDF
_INVOICE = (("invoice_type", "invoice_type"), ("invoice_code", "invoice_code"), ("invoice_number", "invoice_number"),
            ("invoice_date", "issue_date"), ("invoice_amount", "total_amount"), ("invoice_tax", "tax_amount"))


def engine() -> str:
    return library("ofdkit", 2)    # 2: pages that are pictures are told from others


def extract(source: Source) -> Extraction:
    """Raises UnreadableFile where the package is damaged, protected or beyond its limits."""
    import ofdkit

    broken: list[int] = []
    pictures: list[int] = []
    try:
        with ofdkit.open(source.path) as document:
            count = min(len(document.pages), _MOST_PAGES)
            if not count:
                raise UnreadableFile("OFD 里没有任何页面，文件可能不完整，请重新导出后上传。")
            pages = collect(_pages(document, broken, pictures), count, source)
            remarks = [*_beside(document), *(() if source.is_head and not pages.complete else _protection(document))]
            described = _properties(document)
    except ofdkit.OFDLimitError as error:
        raise UnreadableFile("OFD 内部的某一部分解压后过大，超过安全上限，疑似压缩炸弹，未读取文字。") from error
    except (ofdkit.OFDError, NotImplementedError, ValueError, IndexError, RecursionError) as error:    # zipfile lets some through
        raise UnreadableFile("OFD 结构损坏、不完整或已加密，无法读取。请从来源重新取得文件后上传新版本。") from error
    return Extraction(pages.texts, count, engine(), (), _warnings(broken, document.warnings),
                      pages.truncated, complete=pages.complete, properties=described, image_pages=tuple(pictures),
                      remarks=tuple(remarks))


def _pages(document: Any, broken: list[int], pictures: list[int]) -> Iterator[str]:
    """The text of each page and, behind it, that of the notes and watermarks put on it. A page without text of its own, or
    with little beside a picture (a number, a stamp), is named among the `pictures`."""
    from ofdkit import OFDError

    notes = notes_by_page(document)
    for page in document.pages[:_MOST_PAGES]:
        try:
            text = page.text()
        except OFDError:
            broken.append(page.index + 1)
            text = ""
        else:
            bare = len(text.strip())
            if not bare or (bare < _FEW and covered(document, page) > _LARGE):
                pictures.append(page.index + 1)
        yield "\n".join(part for part in (text, *notes.get(page.index + 1, ())) if part)


def _warnings(broken: list[int], said: list[str]) -> tuple[str, ...]:
    warnings = []
    if broken:
        warnings.append(f"第{'、'.join(map(str, broken[:10]))}{'等' if len(broken) > 10 else ''}页损坏，没有读出文字。")
    if said:
        warnings.append(f"OFD 里有 {len(said)} 处引用的部分缺失或读不出，文字可能不全。")
    return tuple(warnings)


def _properties(document: Any) -> dict[str, str]:
    info = document.info
    found = properties(
        title=info.title, author=info.author, subject=info.subject, keywords="、".join(info.keywords), comments=info.abstract,
        creator=" ".join(filter(None, (info.creator, info.creator_version))), created=info.creation_date,
        modified=info.mod_date, attachments="、".join(attachment_names(document)))
    return found | _invoice(document)


def _invoice(document: Any) -> dict[str, str]:
    """The fields of an e-invoice, as it states them."""
    from ofdkit import OFDError

    try:
        invoice = document.invoice()
    except (OFDError, ValueError, ArithmeticError):
        return {}
    if invoice is None:
        return {}
    parties = {"invoice_buyer": invoice.buyer.name, "invoice_buyer_id": invoice.buyer.tax_id,
               "invoice_seller": invoice.seller.name, "invoice_seller_id": invoice.seller.tax_id}
    return properties(**{name: getattr(invoice, field) for name, field in _INVOICE}, **parties)


def _beside(document: Any) -> Iterator[Remark]:
    if names := attachment_names(document):
        shown = "、".join(names[:10]) + ("等" if len(names) > 10 else "")
        yield Remark("file.attachments", Severity.INFO, f"OFD 里带有 {len(names)} 个附件：{shown}。")


def _protection(document: Any) -> list[Remark]:
    """What the seals and other protections of the file say. Reads every protected part, so not for a quick look."""
    return [*(_said(signature) for signature in signatures_of(document)), *integrity_remarks(document)]


def _said(signature: Signature) -> Remark:
    pages = tuple(signature.pages)
    if signature.changed:
        what = "、".join(signature.changed[:5]) + (f"等 {len(signature.changed)} 处" if len(signature.changed) > 5 else "")
        return Remark("signature.broken", Severity.PROBLEM, (
            f"{signature.name}已失效：签章之后下列内容与其摘要不符或缺失：{what}。请与签章单位核对，取得有效的原件。"), pages)
    if signature.unknown:
        return Remark("signature.unchecked", Severity.WARNING, f"{signature.name}未能校验：{signature.unknown}", pages)
    return Remark("signature.intact", Severity.INFO, (
        f"{signature.name}完整性有效：受其保护的 {signature.parts} 个部分与摘要（{signature.method}）全部相符；"
        "证书信任未校验。"), pages)

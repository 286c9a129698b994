"""Signatures in a PDF: are the bytes they cover still those that were signed, and what came into the file afterwards?

Whether the signer's certificate is to be trusted is not looked at: there are no trusted roots here, and nothing is
fetched from a network.
"""

from collections.abc import Iterator
from typing import Any

from archive.remarks import Remark, Severity
from ingest.extractors.base import Source

_MOST = 50


def signature_remarks(source: Source) -> list[Remark]:
    """One remark for each signature. Never raises for what is in them."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    try:
        with source.path.open("rb") as file:
            reader: Any = PdfFileReader(file, strict=False)
            if reader.encrypted:
                reader.decrypt("")
            return list(_remarks(reader))
    except Exception as error:  # a hostile structure: the library has many errors
        return [_unchecked("签名", f"签名结构读不出（{type(error).__name__}）。")]


def _remarks(reader: Any) -> Iterator[Remark]:
    for number, signature in enumerate(reader.embedded_signatures[:_MOST], 1):
        name = f"签名 {number}"
        try:
            name += _facts(signature)
            yield _checked(name, signature)
        except Exception as error:
            yield _unchecked(name, f"签名算法或结构不在可校验之列（{type(error).__name__}）。")


def _checked(name: str, signature: Any) -> Remark:
    from pyhanko.sign.diff_analysis import ModificationLevel
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    signature.compute_integrity_info()
    digest = signature.compute_digest()
    intact, valid = validate_sig_integrity(signature.signer_info, signature.signer_cert, "data", digest)
    if not intact:
        return _broken(name, "签名之后，受签名保护的内容被改动")
    if not valid:
        return _broken(name, "签名值与签名证书不符")
    if signature.coverage < SignatureCoverageLevel.ENTIRE_REVISION:
        return _broken(name, "签名只覆盖文件的一部分，其余部分不受保护")
    level = getattr(signature.diff_result, "modification_level", ModificationLevel.OTHER)
    if signature.coverage < SignatureCoverageLevel.ENTIRE_FILE and level >= ModificationLevel.OTHER:
        return _broken(name, "签名之后文件又追加了签名不允许的改动")
    later = "；签名之后只有允许的补充（填表、批注或再次签名）" if signature.coverage < SignatureCoverageLevel.ENTIRE_FILE else ""
    return Remark("signature.intact", Severity.INFO, f"{name}完整性有效{later}，证书信任未校验。")


def _facts(signature: Any) -> str:
    """Who signed by his own account, and when."""
    names = signature.signer_cert.subject.native if signature.signer_cert else {}
    who = str(names.get("common_name") or names.get("organization_name") or "")[:60]
    at = signature.self_reported_timestamp
    said = [text for text in (who and f"“{who}”", at.date().isoformat() if at else "") if text]
    return f"（{'，'.join(said)}）" if said else ""


def _broken(name: str, why: str) -> Remark:
    return Remark("signature.broken", Severity.PROBLEM, f"{name}已失效：{why}。请与签名单位核对，取得有效的原件。")


def _unchecked(name: str, why: str) -> Remark:
    return Remark("signature.unchecked", Severity.WARNING, f"{name}未能校验：{why}请用签名单位提供的软件核验。")

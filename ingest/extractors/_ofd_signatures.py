"""The signatures and seals of an OFD (GB/T 33190-2016 chapter 18): does what they protect still have its digests?

Two links of the chain are checked: every protected part against its digest in Signature.xml, and Signature.xml against
the digest in the signed value. Whose key made that value, and whether anybody trusts it, is not looked at: there are no
trusted roots here, and nothing is fetched from a network.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ingest.extractors._ofd_marks import linked, named, parsed
from ingest.extractors._seals import seal_name, sealed_digests

METHODS = {"1.2.156.10197.1.401": "sm3", "sm3": "sm3", "1.2.840.113549.2.5": "md5", "md5": "md5", "1.3.14.3.2.26": "sha1",
           "sha1": "sha1", "sha-1": "sha1", "sha": "sha1", "2.16.840.1.101.3.4.2.1": "sha256", "sha256": "sha256",
           "sha-256": "sha256", "": "md5"}   # the standard's default
_MOST_SIGNATURES, _MOST_REFERENCES = 200, 50_000
_NOT_DIGITS = re.compile(r"\D")


@dataclass(slots=True)
class Signature:
    """One signature. `changed`: what no longer is as it was signed; `unknown`: why nothing can be said."""

    name: str
    method: str = ""
    parts: int = 0
    pages: list[int] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unknown: str = ""


@dataclass(slots=True)
class _Parts:
    """The parts of a package with their digests, each computed once, and how they are called."""

    package: Any
    pages: dict[str, int]
    digests: dict[tuple[str, str], bytes] = field(default_factory=dict)

    def digest(self, part: str, method: str) -> bytes:
        if (part, method) not in self.digests:
            self.digests[part, method] = hashlib.new(method, self.package.read(part), usedforsecurity=False).digest()
        return self.digests[part, method]

    def called(self, part: str) -> str:
        return f"第 {self.pages[part]} 页（{part}）" if part in self.pages else part


def signatures_of(document: Any) -> Iterator[Signature]:
    """Every signature the file lists, checked. Never raises for what is in them."""
    package = document._package
    parts = _Parts(package, {page.location: page.index + 1 for page in document.pages if page.location})
    root = parsed(package, package.find("OFD.xml"))
    number = 0
    for listing, entries in linked(package, *root, "Signatures") if root else ():
        for entry in named(entries, "Signature"):
            number += 1
            if number <= _MOST_SIGNATURES:
                yield _checked(document, parts, listing, entry, number)


def _checked(document: Any, parts: _Parts, listing: str, entry: Any, number: int) -> Signature:
    kind = "签名" if (entry.get("Type") or "").lower() == "sign" else "签章"
    found = parsed(parts.package, parts.package.resolve(listing, entry.get("BaseLoc")))
    if found is None:
        return Signature(f"{kind} {number} ", unknown="签名描述文件（Signature.xml）缺失或损坏。请重新取得文件。")
    part, root = found
    value = _value(parts.package, part, root)
    signature = Signature(f"{kind} {number}{_facts(root, value)}", pages=sorted(_stamped(document, root)))
    references = list(named(root, "Reference"))
    signature.parts = len(references)
    stated = next((e.get("CheckMethod") or "" for e in named(root, "References")), "").strip().lower()
    method = METHODS.get(stated, "")
    signature.method = method.upper()
    if not method or len(references) > _MOST_REFERENCES or not references:
        signature.unknown = f"摘要方法“{stated}”不在可校验之列。" if not method else "它没有列出（或列出过多）受保护的部分。"
        return signature
    signature.changed = [*_changed(parts, part, references, method)]
    _check_value(signature, parts, part, value)
    return signature


def _changed(parts: _Parts, base: str, references: list[Any], method: str) -> Iterator[str]:
    from ofdkit import OFDError

    for reference in references:
        stated = (reference.get("FileRef") or "").strip()
        member = parts.package.resolve(base, stated)
        if member is None:
            yield f"{stated}（缺失）"
            continue
        try:
            wanted = base64.b64decode("".join(next((e.text or "" for e in named(reference, "CheckValue")), "").split()))
            same = parts.digest(member, method) == wanted
        except (OFDError, binascii.Error, ValueError):
            same = False
        if not same:
            yield parts.called(member)


def _check_value(signature: Signature, parts: _Parts, part: str, value: bytes) -> None:
    """The signed value states the digest of Signature.xml; without it the list of digests could be anybody's."""
    stated = sealed_digests(value)
    if not value:
        signature.changed.append("签名值（缺失）")
    elif not stated:
        signature.unknown = "签名值里没有可核对的摘要。"
    elif not any(parts.digest(part, method) in stated for method in ("sm3", "sha256", "sha1")):
        signature.changed.append(f"{part}（与签名值不符）")


def _value(package: Any, part: str, root: Any) -> bytes:
    from ofdkit import OFDError

    for element in named(root, "SignedValue"):
        try:
            if member := package.resolve(part, element.text):
                return bytes(package.read(member))
        except OFDError:
            return b""
    return b""


def _facts(root: Any, value: bytes) -> str:
    """Whose it is and when it was made, as far as it says so: （“某某公章”，2020-10-10）."""
    name = seal_name(value)
    day = _day(next((e.text or "" for e in named(root, "SignatureDateTime")), ""))
    maker = next((e.get("ProviderName") or "" for e in named(root, "Provider")), "").strip()
    said = [text[:60] for text in (name and f"“{name}”", day, maker) if text]
    return f"（{'，'.join(said)}）" if said else " "


def _day(text: str) -> str:
    digits = _NOT_DIGITS.sub("", text)[:8]
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}" if len(digits) == 8 else ""


def _stamped(document: Any, root: Any) -> set[int]:
    pages = (document.page_by_id(e.get("PageRef") or "") for e in named(root, "StampAnnot"))
    return {page.index + 1 for page in pages if page is not None}

"""What an OFD document is made of: its pages, templates, fonts, images, styles, annotations and seals.

The container and its limits are ofdkit's; drawing needs the XML itself. Names are compared without their name space,
because programs write several. The first document body is the document.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from ingest.drawing.ofd.geometry import Area, area
from ingest.extractors.base import UnreadableFile

MAX_PAGES = 10_000
A4 = Area(0.0, 0.0, 210.0, 297.0)


def local(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def each(element: Element | None, *names: str) -> Iterator[Element]:
    """Children of these names."""
    for child in element if element is not None else ():
        if local(child) in names:
            yield child


def first(element: Element | None, *path: str) -> Element | None:
    for name in path:
        element = next(each(element, name), None)
    return element


def text_of(element: Element | None) -> str:
    return (element.text or "").strip() if element is not None else ""


@dataclass(slots=True)
class Resources:
    """By their ids: fonts and images with the member that holds them, styles and composite objects as XML."""

    fonts: dict[str, tuple[str, str]] = field(default_factory=dict)
    media: dict[str, str] = field(default_factory=dict)
    styles: dict[str, Element] = field(default_factory=dict)
    units: dict[str, Element] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stamp:
    """A seal on a page: the member of the package that holds its picture, where, and what of it is shown."""

    member: str
    box: Area
    clip: Area | None


class OfdPackage:
    """An opened document; close it. Raises UnreadableFile where it is none or beyond ofdkit's limits."""

    def __init__(self, source: Path | bytes) -> None:
        from ofdkit import OFDError
        from ofdkit.package import Package

        self._errors = (OFDError, OSError)
        try:
            self._package: Any = Package(source)
        except self._errors as error:
            raise UnreadableFile("文件已损坏，或不是 OFD。") from error
        self.root = text_of(first(self.xml("OFD.xml"), "DocBody", "DocRoot"))
        self.base = self._package.resolve(None, self.root)
        self._document = self.xml(self.base)
        if self._document is None:
            raise UnreadableFile("OFD 中没有可读的文档。")
        common = first(self._document, "CommonData")
        self.box = area(text_of(first(common, "PageArea", "PhysicalBox"))) or A4
        self.pages = [(page.get("ID") or "", page.get("BaseLoc") or "")
                      for page in each(first(self._document, "Pages"), "Page")][:MAX_PAGES]
        self._templates = {template.get("ID") or "": template.get("BaseLoc") or ""
                           for template in each(common, "TemplatePage")}
        self.resources = Resources()
        for holder in each(common, "PublicRes", "DocumentRes"):
            self.load(self.find(self.base, text_of(holder)), self.resources)

    def close(self) -> None:
        self._package.close()

    def find(self, base: str | None, location: str) -> str | None:
        found: str | None = self._package.resolve(base, location)
        return found

    def read(self, member: str | None) -> bytes:
        """The bytes of a member, none where it is not there or cannot be read: a page is drawn without it."""
        try:
            return bytes(self._package.read(member)) if member else b""
        except self._errors:
            return b""

    def xml(self, member: str | None) -> Element | None:
        try:
            root: Element | None = self._package.read_xml(self.find(None, member)) if member else None
        except (*self._errors, ValueError):
            return None
        return root

    def load(self, member: str | None, into: Resources) -> None:
        """Resources of one file, added to others."""
        root = self.xml(member)
        if root is None or member is None:
            return
        folder = (root.get("BaseLoc") or "").strip("/")

        def place(name: str) -> str:
            return (f"{folder}/{name}" if folder and self.find(member, f"{folder}/{name}") else name) if name else ""

        for font in (one for group in each(root, "Fonts") for one in each(group, "Font")):
            file = place(text_of(first(font, "FontFile")))
            into.fonts[font.get("ID") or ""] = (font.get("FontName") or font.get("FamilyName") or "",
                                                (self.find(member, file) or "") if file else "")
        for media in (one for group in each(root, "MultiMedias") for one in each(group, "MultiMedia")):
            into.media[media.get("ID") or ""] = self.find(member, place(text_of(first(media, "MediaFile")))) or ""
        into.styles |= {one.get("ID") or "": one for group in each(root, "DrawParams") for one in each(group, "DrawParam")}
        into.units |= {one.get("ID") or "": one for group in each(root, "CompositeGraphicUnits")
                       for one in each(group, "CompositeGraphicUnit")}

    def template(self, key: str) -> Element | None:
        return self.xml(self.find(self.base, self._templates.get(key, "")))

    def annotations(self, page: str) -> Iterator[Element]:
        """The appearances of the visible annotations of a page."""
        listed = self.find(self.base, text_of(first(self._document, "Annotations")))
        for entry in each(self.xml(listed), "Page"):
            if entry.get("PageID") != page:
                continue
            for annotation in each(self.xml(self.find(listed, text_of(first(entry, "FileLoc")))), "Annot"):
                if annotation.get("Visible", "true") != "false":
                    yield from each(annotation, "Appearance")

    def stamps(self, page: str) -> Iterator[Stamp]:
        """The seals that signatures put on a page."""
        listed = self.find(None, text_of(first(self.xml("OFD.xml"), "DocBody", "Signatures")))
        for entry in each(self.xml(listed), "Signature"):
            member = self.find(listed, entry.get("BaseLoc") or "")
            signature = self.xml(member)
            info = first(signature, "SignedInfo")
            holder = self.find(member, text_of(first(info, "Seal", "BaseLoc"))) or \
                self.find(member, text_of(first(signature, "SignedValue")))
            for stamp in each(info, "StampAnnot"):
                box = area(stamp.get("Boundary"))
                if stamp.get("PageRef") == page and box and holder:
                    yield Stamp(holder, box, area(stamp.get("Clip")))

"""What is put on and into an OFD beside its pages: notes and watermarks with their words, and attached files.

Works on the package as `ofdkit` opens it; elements are found by their names whatever namespace a producer uses.
"""

from collections.abc import Iterator
from typing import Any

_MOST_NOTES, _MOST_ATTACHMENTS = 5000, 1000


def named(root: Any, name: str) -> Iterator[Any]:
    """The elements below `root` with this name, in document order."""
    return (element for element in root.iter() if isinstance(element.tag, str) and element.tag.rpartition("}")[2] == name)


def linked(package: Any, base: str, root: Any, name: str) -> Iterator[tuple[str, Any]]:
    """The XML parts that elements of this name point to: the part's name and its root. Those that are not there, or
    cannot be read, are passed over."""
    for element in named(root, name):
        found = parsed(package, package.resolve(base, element.text or element.get("BaseLoc")))
        if found is not None:
            yield found


def parsed(package: Any, part: str | None) -> tuple[str, Any] | None:
    from ofdkit import OFDError

    try:
        return (part, package.read_xml(part)) if part else None
    except OFDError:
        return None


def bodies(document: Any) -> Iterator[tuple[str, Any]]:
    """Document.xml of every document in the file: the part's name and its root."""
    package = document._package
    found = parsed(package, package.find("OFD.xml"))
    if found:
        yield from linked(package, *found, "DocRoot")


def notes_by_page(document: Any) -> dict[int, list[str]]:
    """The words of visible annotations (watermarks, notes, stamps) by page number."""
    notes: dict[int, list[str]] = {}
    package = document._package
    for body, root in bodies(document):
        for part, listing in linked(package, body, root, "Annotations"):
            for entry in named(listing, "Page"):
                page = document.page_by_id(entry.get("PageID") or "")
                location = next((e.text for e in named(entry, "FileLoc")), None)
                found = parsed(package, package.resolve(part, location))
                if page is not None and found is not None and sum(map(len, notes.values())) < _MOST_NOTES:
                    notes.setdefault(page.index + 1, []).extend(_words(found[1]))
    return notes


def covered(document: Any, page: Any) -> float:
    """The share of a page that its pictures cover, as far as they are said to reach."""
    found = parsed(document._package, page.location)
    whole = float(page.width * page.height)
    if found is None or not whole > 0:
        return 0.0
    return sum(_area(picture.get("Boundary") or "") for picture in named(found[1], "ImageObject")) / whole


def _area(boundary: str) -> float:
    try:
        _, _, width, height = (float(value) for value in boundary.split())
    except ValueError:
        return 0.0
    return max(width, 0.0) * max(height, 0.0)


def _words(annotations: Any) -> Iterator[str]:
    for annotation in named(annotations, "Annot"):
        if (annotation.get("Visible") or "true").lower() != "false":
            words = "".join(code.text or "" for code in named(annotation, "TextCode")).strip()
            if words:
                yield words


def attachment_names(document: Any) -> list[str]:
    """Names of the attached files, as the document lists them."""
    names = []
    for body, root in bodies(document):
        for part, listing in linked(document._package, body, root, "Attachments"):
            for entry in named(listing, "Attachment"):
                location = next((e.text or "" for e in named(entry, "FileLoc")), "").strip()
                member = document._package.resolve(part, location) or location
                names.append(_file_name(entry.get("Name") or "", entry.get("Format") or "", member))
    return names[:_MOST_ATTACHMENTS]


def _file_name(name: str, form: str, member: str) -> str:
    last = member.rpartition("/")[2]
    extension = form.strip().lower() or last.rpartition(".")[2]
    name = name.strip() or last
    return name if "." in name or not extension else f"{name}.{extension}"

"""Text of OpenDocument texts and presentations (ISO/IEC 26300), read from the package: a slide is a page, a text is one."""

from typing import Any

from ingest.extractors._ooxml import Package
from ingest.extractors._properties import properties
from ingest.extractors.base import Extraction, Source, UnreadableFile, collect, library

_BASE = "application/vnd.oasis.opendocument"
_SLIDES = f"{_BASE}.presentation"
MEDIA_TYPES = frozenset({f"{_BASE}.text", f"{_BASE}.text-template", _SLIDES, f"{_SLIDES}-template", f"{_BASE}.graphics"})

_LINES = frozenset({"p", "h"})
_SKIPPED = frozenset({"tracked-changes", "forms", "sequence-decls", "variable-decls", "user-field-decls", "binary-data",
                      "script", "event-listeners", "page-number"})
_META = {"title": "title", "subject": "subject", "description": "comments", "keyword": "keywords", "generator": "creator",
         "initial-creator": "author", "creator": "modified_by", "creation-date": "created", "date": "modified",
         "print-date": "printed", "language": "language"}
_MOST_SPACES = 1000
_LONGEST_HEADING = 200


def engine() -> str:
    return library("lxml")


def extract(source: Source) -> Extraction:
    """Raises UnreadableFile where the package is damaged, protected or a bomb."""
    with Package(source) as package:
        described = described_in(package)
        body = package.parse("content.xml").find("{*}body")
        content = body[0] if body is not None and len(body) else None
        if content is None:
            raise UnreadableFile("文件缺少正文部分，不是完整的 OpenDocument 文件。请用办公软件打开并另存后重新上传。")
        headings: list[str] = []
        slides = [e for e in content if _name(e) == "page"] if source.media_type.startswith(_SLIDES) else []
        count = len(slides) or 1
        texts = [_text(part, headings) for part in slides] if slides else [_text(content, headings) + _margins(package)]
        pages = collect(texts, count, source)
        warnings = tuple(package.warnings)
    return Extraction(pages.texts, count, engine(), tuple(headings)[:60], warnings, pages.truncated,
                      complete=pages.complete, properties=described)


def described_in(package: Package) -> dict[str, str]:
    """The properties in meta.xml. Raises UnreadableFile for a file under a password, which is written in the manifest."""
    if "META-INF/manifest.xml" in package.names and b"encryption-data" in package.read("META-INF/manifest.xml"):
        raise UnreadableFile("文件设有打开密码，无法读取文字。请去除密码后上传新版本。")
    if "meta.xml" not in package.names:
        return {}
    found: dict[str, str] = {}
    for element in package.parse("meta.xml").iter("{*}*"):
        if name := _META.get(_name(element)):
            found.setdefault(name, element.text or "")
        elif _name(element) == "document-statistic":
            found["stated_pages"] = next((v for k, v in element.attrib.items() if k.endswith("}page-count")), "")
    return properties(**found)


def _margins(package: Package) -> str:
    """Headers and footers, each once: they stand with the styles."""
    if "styles.xml" not in package.names:
        return ""
    found = (_text(part, []).strip("\n") for part in package.parse("styles.xml").iter(
        "{*}header", "{*}header-left", "{*}header-first", "{*}footer", "{*}footer-left", "{*}footer-first"))
    return "".join(f"{text}\n" for text in dict.fromkeys(found) if text)


def _name(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _text(root: Any, headings: list[str]) -> str:
    """The text of an element in document order. Works without recursion, so deep nesting costs nothing."""
    from lxml import etree

    out: list[str] = []
    events = etree.iterwalk(root, events=("start", "end"))
    for event, element in events:
        name = _name(element)
        if event == "start":
            if name in _SKIPPED:
                events.skip_subtree()
                continue
            _open(out, name, element)
        else:
            _close(out, name, element, headings)
        if event == "end" and element is not root and element.tail and _in_line(element):
            out.append(element.tail)
    return "".join(out)


def _in_line(element: Any) -> bool:
    """Whether what follows an element is text of a paragraph and not the layout of the XML."""
    return any(_name(parent) in _LINES for parent in element.iterancestors())


def _open(out: list[str], name: str, element: Any) -> None:
    if name == "tab":
        out.append("\t")
    elif name == "line-break":
        out.append("\n")
    elif name == "s":
        count = next((v for k, v in element.attrib.items() if k.endswith("}c")), "1")
        out.append(" " * min(int(count) if count.isdecimal() else 1, _MOST_SPACES))
    if element.text and (name in _LINES or _in_line(element)):
        out.append(element.text)


def _close(out: list[str], name: str, element: Any, headings: list[str]) -> None:
    if name in _LINES:
        out.append("\n")
        if name == "h":
            headings.append(_line(element))
    elif name == "table-cell":
        _end(out, "\t")
    elif name == "table-row":
        _end(out, "\n")
    elif name == "frame" and "title" in (v for k, v in element.attrib.items() if k.endswith("}class")):
        headings.append(_line(element))


def _line(element: Any) -> str:
    return " ".join("".join(map(str, element.itertext())).split())[:_LONGEST_HEADING]


def _end(out: list[str], separator: str) -> None:
    """A cell's last paragraph ends with the cell, a row's last cell with the row."""
    if out and out[-1] in {"\n", "\t"}:
        out[-1] = separator
    else:
        out.append(separator)

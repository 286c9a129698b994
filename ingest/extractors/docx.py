"""Text of Word documents, read from the package itself: everything a reader sees, in the order of the document.

Libraries for writing Word files pass over text boxes, content controls, tracked insertions and notes when they read;
an archive may not. A Word file has no pages before it is printed, so the whole text is one page.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from hashlib import sha256

from ingest.extractors._ooxml import Package
from ingest.extractors._ooxml_properties import properties_of
from ingest.extractors._ooxml_text import Paragraph, text_of, walk
from ingest.extractors.base import Extraction, Source, collect, library

MEDIA_TYPES = frozenset({
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.template",
    "application/vnd.ms-word.document.macroenabled.12",
})

_BEFORE = ("header",)
_AFTER = ("footnotes", "endnotes", "diagramData", "chart", "comments", "footer")
_UNREAD = {"aFChunk": "嵌入的外部片段", "oleObject": "嵌入的对象", "package": "嵌入的文件"}
KEPT_STYLES, MOST_STYLES = 32, 2000   # templates remembered, and styles of one that is
_KNOWN_STYLES: dict[bytes, Mapping[str, str]] = {}
_LARGE = 36   # half-points, 小二号: body text of official documents is 三号 (32), titles are 二号 (44)


def engine() -> str:
    return library("lxml")


def extract(source: Source) -> Extraction:
    """Raises UnreadableFile where the package is damaged, protected or a bomb."""
    with Package(source) as package:
        main = package.main()
        body = walk(package.parse(main))
        text = "\n".join((*_parts(package, main, _BEFORE), body.text, *_parts(package, main, _AFTER)))
        headings = _headings(package, main, body.paragraphs)
        warnings = (*package.warnings, *_unread(package, main))
        described = properties_of(package)
    pages = collect([text], 1, source)
    return Extraction(pages.texts, 1, engine(), headings, warnings, pages.truncated,
                      complete=pages.complete, properties=described)


def _parts(package: Package, main: str, kinds: Sequence[str]) -> Iterable[str]:
    """Texts of the parts beside the body; a header that several sections share is given once."""
    texts: dict[str, None] = {}
    for kind in kinds:
        for relation in package.related(main):
            if relation.kind == kind:
                texts.setdefault(text_of(package.parse(relation.target)).strip("\n"))
    return [text for text in texts if text]


def _headings(package: Package, main: str, paragraphs: Sequence[Paragraph]) -> tuple[str, ...]:
    """Paragraphs styled as title or heading; where there are none, those set in clearly large print near the top."""
    names = _style_names(package, main, {p.style for p in paragraphs if p.style and p.outline is None})
    found = [p for p in paragraphs if p.outline is not None or _is_heading(names.get(p.style, p.style))]
    if not found:
        top = paragraphs[:40]
        largest = max((p.size for p in top), default=0)
        found = [p for p in top if p.size == largest >= _LARGE]
    return tuple(p.text for p in found[:60] if len(p.text) <= 200)


def _is_heading(style: str) -> bool:
    return style.lower().startswith(("heading", "title", "标题"))


def _style_names(package: Package, main: str, used: Collection[str]) -> Mapping[str, str]:
    """Style ids to names: Chinese Word gives headings the ids "1", "2" and keeps the telling names in the styles."""
    names: dict[str, str] = {}
    for relation in package.related(main) if used else ():
        if relation.kind == "styles":
            names |= _names_in(package, relation.target)
    return names


def _names_in(package: Package, part: str) -> Mapping[str, str]:
    """Papers of one office have the same template, and its styles are more XML than most papers: known ones are not
    parsed again."""
    key = sha256(package.read(part)).digest()
    if (known := _KNOWN_STYLES.get(key)) is not None:
        return known
    names: dict[str, str] = {}
    for style in package.parse(part).iterchildren("{*}style"):
        space = style.tag.partition("}")[0] + "}"
        style_id = style.get(space + "styleId") or style.get("styleId")
        if style_id and (name := style.find(space + "name")) is not None:
            names[style_id] = next(iter(name.attrib.values()), "")
    if len(names) <= MOST_STYLES and not package.warnings:
        if len(_KNOWN_STYLES) >= KEPT_STYLES:
            _KNOWN_STYLES.clear()
        _KNOWN_STYLES[key] = names
    return names


def _unread(package: Package, main: str) -> Iterable[str]:
    kinds = [relation.kind for relation in package.related(main)]
    return [f"文件里有 {kinds.count(kind)} 个{what}，其内容未读取。" for kind, what in _UNREAD.items() if kind in kinds]

"""Text of presentations, read from the package itself: a slide is a page, with its tables, diagrams and notes."""

from collections.abc import Iterator
from typing import Any

from ingest.extractors._ooxml import Package
from ingest.extractors._ooxml_properties import properties_of
from ingest.extractors._ooxml_text import text_of
from ingest.extractors.base import Extraction, Source, UnreadableFile, collect, library

MEDIA_TYPES = frozenset({
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.openxmlformats-officedocument.presentationml.slideshow",
    "application/vnd.openxmlformats-officedocument.presentationml.template",
    "application/vnd.ms-powerpoint.presentation.macroenabled.12",
})

_BESIDE = frozenset({"diagramData", "chart", "notesSlide", "comments"})
_CLUTTER = frozenset({"sldNum", "dt", "ftr", "hdr", "sldImg"})   # placeholders that every slide or note repeats


def engine() -> str:
    return library("lxml")


def extract(source: Source) -> Extraction:
    """Raises UnreadableFile where the package is damaged, protected or a bomb."""
    with Package(source) as package:
        slides = _slides(package)
        headings: list[str] = []
        pages = collect(_pages(package, slides, headings), len(slides), source)
        warnings = tuple(package.warnings)
        described = properties_of(package)
    return Extraction(pages.texts, len(slides), engine(), tuple(headings), warnings,
                      pages.truncated, complete=pages.complete, properties=described)


def _slides(package: Package) -> list[str]:
    """The slides in the order they are shown."""
    main = package.main()
    relations = package.related_by_id(main)
    ids = [value for entry in package.parse(main).iterfind("{*}sldIdLst/{*}sldId")
           for key, value in entry.attrib.items() if key.startswith("{")]
    slides = [relations[key].target for key in ids if key in relations]
    if len(slides) < len(ids):
        package.warnings.append(f"{len(ids) - len(slides)} 张幻灯片在文件里缺失。")
    if ids and not slides:
        raise UnreadableFile("演示文稿里登记的幻灯片全部缺失，文件不完整。请重新取得文件后上传新版本。")
    return slides


def _pages(package: Package, slides: list[str], headings: list[str]) -> Iterator[str]:
    for slide in slides:
        root = package.parse(slide)
        titles = [text for kind, shape in _placeholders(root) if kind in {"title", "ctrTitle"}
                  if (text := " ".join(text_of(shape).split()))]
        headings.extend(titles)
        texts = [_text(root)]
        texts += [_text(package.parse(r.target)) for r in package.related(slide) if r.kind in _BESIDE]
        yield "\n".join(text for text in texts if text)


def _text(root: Any) -> str:
    for kind, shape in list(_placeholders(root)):
        if kind in _CLUTTER:
            shape.getparent().remove(shape)
    values = [v.text for v in root.iterfind(".//{*}pt/{*}v") if v.text]   # the labels and numbers of a chart
    return "\n".join(part for part in (text_of(root).strip("\n"), "\t".join(values)) if part)


def _placeholders(root: Any) -> Iterator[tuple[str, Any]]:
    """Kind and shape of every placeholder."""
    for ph in root.iter("{*}ph"):
        shape = next(ph.iterancestors("{*}sp", "{*}pic", "{*}graphicFrame"), None)
        if shape is not None:
            yield ph.get("type", ""), shape

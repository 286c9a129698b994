"""Text of web pages as a reader sees it: blocks as lines, cells by tabs, no scripts, styles or anything from outside."""

from typing import Any

from ingest.extractors._decoding import decode
from ingest.extractors._properties import properties
from ingest.extractors.base import Extraction, Source, UnreadableFile, collect, library

MEDIA_TYPES = frozenset({"text/html", "application/xhtml+xml"})

_MAX_BYTES = 64 << 20
_MARKUP = 20   # bytes of page for a character of text, generously
_SKIPPED = frozenset({"script", "style", "template", "head", "svg", "object", "iframe", "noembed", "noframes"})
_BLOCKS = frozenset({"address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "div", "dl", "dt",
                     "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
                     "hr", "legend", "li", "main", "nav", "ol", "option", "p", "pre", "section", "table", "tr", "ul"})
_CELLS = frozenset({"td", "th"})


def engine() -> str:
    return library("lxml")


def extract(source: Source) -> Extraction:
    """Raises UnreadableFile where nothing in the file is a page."""
    with source.path.open("rb") as file:
        data = file.read(min(_MAX_BYTES, source.room * _MARKUP))
        cut = bool(file.read(1))
    decoded = decode(data, cut=cut)
    text, headings = text_of_page(decoded.text)
    if not text and not headings and "<" not in decoded.text:
        raise UnreadableFile("网页文件里没有内容，无法读取文字。")
    pages = collect([text], 1, source, cut=cut)
    return Extraction(pages.texts, 1, engine(), headings, decoded.warnings, pages.truncated,
                      complete=pages.complete, properties=properties(title=headings[0] if headings else ""))


def text_of_page(page: str) -> tuple[str, tuple[str, ...]]:
    """The text of a web page and its headings, the title first; nothing where there is no page in it."""
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root = etree.fromstring(page.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        root = None
    if root is None:
        return "", ()
    title = next((_heading(found) for found in root.iter("title")), "")
    text = _text(root)
    headings = [title, *map(_heading, root.iter("h1", "h2", "h3"))]
    if title and "".join(title.split()) not in "".join(text.split()):
        text = f"{title}\n{text}"
    return text, tuple(h for h in headings if h)[:60]


def _heading(element: Any) -> str:
    return " ".join("".join(map(str, element.itertext())).split())


def _text(root: Any) -> str:
    from lxml import etree

    out: list[str] = []
    events = etree.iterwalk(root, events=("start", "end"))
    for event, element in events:
        name = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            if name in _SKIPPED:
                events.skip_subtree()
                continue
            out.append("\n" if name in _BLOCKS else "\t" if name in _CELLS else "")
            out.append(_words(element.text, name))
        else:
            if name in _BLOCKS:
                out.append("\n")
            out.append(_words(element.tail, name) if element is not root else "")
    lines = (" ".join(line.split(" ")).strip(" \t") for line in "".join(out).split("\n"))
    return "\n".join(line for line in lines if line)


def _words(text: str | None, name: str) -> str:
    """Running text with its white space as a browser shows it."""
    if not text or name == "pre":
        return text or ""
    words = " ".join(text.split())
    lead, trail = " " if text[0].isspace() else "", " " if text[-1].isspace() else ""
    return f"{lead}{words}{trail}" if words else " "

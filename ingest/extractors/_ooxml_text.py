"""Text of WordprocessingML and DrawingML in document order: paragraphs as lines, table cells by tabs, rows by lines.

One walk serves DOCX, PPTX and the drawings of both: they share the names of paragraphs, runs and cells.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

# Left out: what was deleted or moved away under tracked changes, what only tells how to look or what to compute, and
# the second copy of a drawing that is kept for old programs.
_SKIPPED = frozenset({"pPr", "rPr", "tblPr", "tblGrid", "trPr", "tcPr", "sectPr", "del", "moveFrom", "instrText",
                      "delText", "delInstrText", "Fallback", "bodyPr", "lstStyle", "sdtPr", "sdtEndPr", "binData"})
_BREAKS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_TEXT_BOX = "txbxContent"


@dataclass(slots=True)
class Paragraph:
    """What recognition may want to know of a paragraph; `size` in half-points, 0 where no run states one."""

    text: str
    style: str = ""
    outline: int | None = None
    size: int = 0


@dataclass(slots=True)
class _Flow:
    """Text being gathered: the body's or a text box's, which is put behind the paragraph that anchors it."""

    out: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    boxes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Walk:
    """The text of an element and its first non-empty paragraphs outside text boxes."""

    text: str = ""
    paragraphs: list[Paragraph] = field(default_factory=list)


def text_of(root: Any) -> str:
    return walk(root).text


def walk(root: Any) -> Walk:
    """Read an element's text. Works without recursion, so deep nesting costs nothing."""
    from lxml import etree

    result, flows = Walk(), [_Flow()]
    events = etree.iterwalk(root, events=("start", "end"))
    for event, element in events:
        name = _name(element)
        flow = flows[-1]
        if event == "start":
            if name in _SKIPPED or _is_page_number(name, element):
                events.skip_subtree()
            elif name == "p":
                flow.starts.append(len(flow.out))
            elif name == _TEXT_BOX:
                flows.append(_Flow())
            else:
                _gather(flow.out, name, element)
        elif name == "p" and flow.starts:
            _end_paragraph(flow, element, result.paragraphs if len(flows) == 1 else None)
        elif name in {"tc", "tr"}:
            _end_cell(flow.out, "\t" if name == "tc" else "\n")
        elif name == _TEXT_BOX and len(flows) > 1:
            flows.pop()
            flows[-1].boxes.append("".join(flow.out))
    result.text = "".join(part for flow in flows for part in (*flow.out, *flow.boxes))
    return result


def _name(element: Any) -> str:
    """The name without its namespace; "" for an entity reference, which is left unresolved."""
    return _local(element.tag) if isinstance(element.tag, str) else ""


@lru_cache(4096)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _gather(out: list[str], name: str, element: Any) -> None:
    if name == "t":
        out.append("".join(element.itertext()) if len(element) else element.text or "")
    elif name in _BREAKS:
        out.append(_BREAKS[name])
    elif name == "textpath":    # WordArt keeps its words in an attribute
        out.append(element.get("string", "") + "\n")


def _is_page_number(name: str, element: Any) -> bool:
    return name == "fld" and element.get("type", "").startswith("slidenum")


def _end_paragraph(flow: _Flow, element: Any, paragraphs: list[Paragraph] | None) -> None:
    start = flow.starts.pop()
    text = "".join(flow.out[start:])
    flow.out.append("\n")
    if paragraphs is not None and text.strip():
        paragraphs.append(_describe(text, element))
    if not flow.starts and flow.boxes:
        flow.out.extend(flow.boxes)
        flow.boxes.clear()


def _end_cell(out: list[str], separator: str) -> None:
    """A cell's last paragraph ends with the cell, a row's last cell with the row."""
    if out and out[-1] in {"\n", "\t"}:
        out[-1] = separator
    else:
        out.append(separator)


def _describe(text: str, element: Any) -> Paragraph:
    paragraph = Paragraph(text.strip())
    for child in element:
        name = _name(child)
        if name == "pPr":
            paragraph.style = _value(child, "pStyle")
            outline = _value(child, "outlineLvl")
            paragraph.outline = int(outline) if outline.isdecimal() else None
        elif name == "r" and len(child) and _name(child[0]) == "rPr":
            size = _value(child[0], "sz")
            paragraph.size = max(paragraph.size, int(size) if size.isdecimal() else 0)
    return paragraph


def _value(properties: Any, name: str) -> str:
    """The `val` of a property, "" where it is not stated."""
    for child in properties:
        if _name(child) == name:
            return next((str(v) for k, v in child.attrib.items() if k.rpartition("}")[2] == "val"), "")
    return ""

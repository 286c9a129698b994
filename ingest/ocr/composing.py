"""The text of a document of which some pages were recognised from their pictures: those in the place of the others' none."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from archive.models import PageLayout, TextState
from archive.operations.documents import TextRead
from ingest.ocr.headings import headings_of

MOST_PAGES = 10_000


def with_recognised(native: TextRead, layouts: Sequence[PageLayout]) -> TextRead:
    """`native` is what was read without recognition; of its `image_pages` some are laid out by now, or all."""
    if not layouts:
        return native
    by_page = {layout.page: layout for layout in layouts if layout.page <= MOST_PAGES}
    pages = [*native.pages[:MOST_PAGES]]
    pages += [""] * (max(native.page_count, *native.image_pages[:MOST_PAGES], *by_page) - len(pages))
    for number, layout in by_page.items():
        pages[number - 1] = layout.text
    doubtful = [number for number, layout in sorted(by_page.items()) if layout.flagged]
    state = _state(pages, by_page)
    return replace(
        native, state=state, pages=pages if any(page.strip() for page in pages) else (), page_count=len(pages),
        engine=_engines(native, len(pages), by_page), reason=_reason(len(native.image_pages), len(by_page), doubtful, state),
        recognised=sorted(by_page), doubtful=doubtful, confidence=_confidence(by_page),
        ocr_engine=next(layout.engine for layout in by_page.values()),
        headings=headings_of(by_page[1]) if 1 in by_page else native.headings)


def _state(pages: Sequence[str], layouts: Mapping[int, PageLayout]) -> TextState:
    if any(layout.lines for layout in layouts.values()):
        return TextState.OCR
    return TextState.READ if any(page.strip() for page in pages) else TextState.NO_TEXT


def _engines(native: TextRead, count: int, layouts: Mapping[int, PageLayout]) -> str:
    """All whose text it is: where every page is a picture the reader has no part in it."""
    first = native.engine if set(native.image_pages) != set(range(1, count + 1)) else ""
    return "；".join(dict.fromkeys(filter(None, (first, *(each.engine for each in layouts.values())))))


def _reason(wanted: int, done: int, doubtful: Sequence[int], state: TextState) -> str:
    if done < wanted:
        return f"光学识别已完成 {done} / {wanted} 页，其余各页正在排队识别。"
    if state is TextState.NO_TEXT:
        return "已作光学识别，没有认出文字；可能是空白页、图片或手写，请查看原件。"
    if doubtful:
        shown = "、".join(map(str, doubtful[:10])) + ("等" if len(doubtful) > 10 else "")
        return f"第 {shown} 页的光学识别把握不足，请对照原件核对。"
    return ""


def _confidence(layouts: Mapping[int, PageLayout]) -> float:
    """Mean over the characters of all recognised pages."""
    weights = [(sum(len(line.text) for line in layout.lines), layout.confidence) for layout in layouts.values()]
    chars = sum(weight for weight, _ in weights)
    return round(sum(weight * value for weight, value in weights) / chars, 4) if chars else 0.0

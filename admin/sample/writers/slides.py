"""Slides of a monthly report: a title slide and one for every heading."""

from datetime import UTC, datetime
from io import BytesIO

from pptx import Presentation

from admin.sample.paper import Paper, chinese_day, is_heading
from admin.sample.writers.packages import without_timestamps

_TITLE_SLIDE, _TEXT_SLIDE = 0, 1


def write_pptx(paper: Paper) -> bytes:
    show = Presentation()
    show.core_properties.title, show.core_properties.author = paper.title, paper.issuer
    show.core_properties.created = show.core_properties.modified = datetime(2000, 1, 1, tzinfo=UTC)
    cover = show.slides.add_slide(show.slide_layouts[_TITLE_SLIDE])
    cover.shapes.title.text = paper.title
    cover.placeholders[1].text = f"{paper.issuer}\n{chinese_day(paper.day)}"
    texts = [block for block in paper.blocks if isinstance(block, str)]
    for heading, text in zip(texts[::2], texts[1::2], strict=False):
        if not is_heading(heading):
            continue
        slide = show.slides.add_slide(show.slide_layouts[_TEXT_SLIDE])
        slide.shapes.title.text = heading
        slide.placeholders[1].text = text
    buffer = BytesIO()
    show.save(buffer)
    return without_timestamps(buffer.getvalue(), paper.day)

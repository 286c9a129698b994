"""Where the lines of a page stand that an engine recognised from its picture."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar, Protocol

from mongoengine import (
    BooleanField,
    DateTimeField,
    EmbeddedDocumentListField,
    FloatField,
    IntField,
    ListField,
    StringField,
)

from archive.models.base import Model, Part

ROW_GAP = "  "


class LayoutLine(Part):
    """One line of text. `box` is left, top, right, bottom as fractions of the upright page; `score` is 0 to 1."""

    text: str = StringField(default="")
    box: list[float] = ListField(FloatField(), required=True)
    score: float = FloatField(required=True)


class PageLayout(Model):
    """One page of a version as it was recognised: derived, made again at will. `id` is `<version>/<page>`, page from 1.

    The upright page is the page's picture turned clockwise by `rotation` (0, 90, 180, 270), then by `skew` degrees
    (clockwise, about its centre, its size kept); `width` and `height` are its size in pixels. `confidence` is the mean
    over the characters, `flagged` says that a person should look, `reason` says why. `seals` are boxes as a line's.
    """

    meta: ClassVar[dict[str, Any]] = {
        "collection": "page_layouts", "auto_create_index": False, "indexes": [("version", "page"), "document"]}

    id: str = StringField(primary_key=True)
    version: str = StringField(required=True)
    document: str = StringField(required=True)
    page: int = IntField(required=True, min_value=1)
    engine: str = StringField(required=True)
    width: int = IntField(default=0)
    height: int = IntField(default=0)
    rotation: int = IntField(default=0, choices=(0, 90, 180, 270))
    skew: float = FloatField(default=0.0)
    confidence: float = FloatField(default=0.0)
    flagged: bool = BooleanField(default=False)
    reason: str = StringField(default="")
    lines: list[LayoutLine] = EmbeddedDocumentListField(LayoutLine)
    seals: list[list[float]] = ListField(ListField(FloatField()))
    made_at: datetime = DateTimeField(required=True)

    @property
    def text(self) -> str:
        return text_of_lines(self.lines)


class _Placed(Protocol):
    @property
    def text(self) -> str: ...
    @property
    def box(self) -> Sequence[float]: ...


def text_of_lines(lines: Iterable[_Placed]) -> str:
    """The text of a page: what stands on one row (cells of a table, a label and its value) stays on one line."""
    text, last = "", None
    for line in lines:
        text += ("" if last is None else ROW_GAP if _continues(last, line.box) else "\n") + line.text
        last = line.box
    return text


def _continues(before: Sequence[float], box: Sequence[float]) -> bool:
    overlap = min(before[3], box[3]) - max(before[1], box[1])
    return box[0] >= before[2] and overlap > 0.5 * min(before[3] - before[1], box[3] - box[1])

"""Where the lines of a page stand that an engine recognised from its picture."""

from datetime import datetime
from typing import Any, ClassVar

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
        return "\n".join(line.text for line in self.lines)

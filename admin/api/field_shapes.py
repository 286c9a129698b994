"""Values of documents and contradictions between them, as the API gives them."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Literal

from pydantic import Field

from admin.api.context import Asked, Masked, Strict
from admin.api.document_shapes import DocumentPath
from admin.api.project_shapes import CodePath
from archive.field_kinds import FIELDS, masked, shown_masked
from archive.models.fields import FieldValue
from archive.personal import mask
from retention.contradictions import ContradictionView


class FieldOut(Strict):
    """`value` in canonical form (money in fen, ISO dates, per cent); `box` as fractions of the page's picture."""

    key: str
    name: str
    value: str
    shown: str
    quote: str
    page: int
    start: int
    end: int
    box: Sequence[float]
    confidence: float
    state: Literal["read", "confirmed", "corrected", "rejected"]
    read_value: str
    confirmed_by: str
    confirmed_at: datetime | None


def fields_out(found: Iterable[FieldValue]) -> list[FieldOut]:
    """Personal numbers are masked; a value sent back with its asterisks keeps the number behind them."""
    return [FieldOut(
        key=f.key, name=FIELDS[f.key].name, value=masked(f.key, f.value), shown=shown_masked(f.key, f.value), quote=mask(f.quote),
        page=f.page, start=f.start, end=f.end, box=list(f.box), confidence=f.confidence, state=f.state,  # type: ignore[arg-type]
        read_value=masked(f.key, f.read_value), confirmed_by=f.by_name, confirmed_at=f.at) for f in found if f.key in FIELDS]


class FieldsOut(Strict):
    """The values of the current version; `revision` goes into a confirmation."""

    document: str
    revision: int
    extractor: str
    read_at: datetime | None
    fields_: Sequence[FieldOut] = Field(alias="fields")


class FieldPath(DocumentPath):
    key: str = Field(max_length=40, description="字段的 key")


class FieldWord(Asked):
    """Without `value` what was read is confirmed; an empty one says there is none."""

    revision: int = Field(ge=1, description="看到的修订号")
    value: str | None = Field(None, max_length=200, description="正确的值")


class SaidOut(Strict):
    """`document` is empty for the ledger."""

    document: str
    title: Masked
    page: int
    value: str
    quote: Masked
    confirmed: bool


class ContradictionOut(Strict):
    id: str
    kind: str
    severity: Literal["problem", "warning"]
    text: Masked
    left: SaidOut
    right: SaidOut
    unconfirmed: bool
    dismissed: Masked
    dismissed_by: str
    dismissed_at: datetime | None


def contradiction_out(view: ContradictionView) -> ContradictionOut:
    """The two values are of the field that is the kind's name; amounts are digits, and no personal number."""
    left, right = ({**asdict(said), "value": masked(view.kind, said.value)} for said in (view.left, view.right))
    values = {name: getattr(view, name) for name in ContradictionOut.model_fields}
    return ContradictionOut.model_validate(values | {"left": left, "right": right})


class ContradictionList(Strict):
    items: Sequence[ContradictionOut]


class ContradictionPath(CodePath):
    id: str = Field(max_length=40, description="矛盾的标识")


class DismissIn(Asked):
    reason: str = Field(min_length=1, max_length=500, description="为什么不成立")

"""The review queue and the evidence behind proposals, as the API gives them."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import Field

from admin.api.context import Asked, Listing, Masked, Paging, Strict
from admin.api.field_shapes import FieldOut
from archive.operations.review import MOST


class ReviewQuery(Paging):
    project: str = Field("", max_length=100, description="项目编号")


class CandidateOut(Strict):
    type: str
    name: str
    score: int
    reasons: Sequence[Masked]


class WaitingOut(Strict):
    """A document that waits for a person, with the three best proposals. `revision` goes into the confirmation."""

    id: str
    project: str
    title: Masked
    filename: Masked
    revision: int
    created_at: datetime
    candidates: Sequence[CandidateOut]


class WaitingList(Listing):
    items: Sequence[WaitingOut]


class WaitingValuesQuery(ReviewQuery):
    doubtful: bool = Field(False, description="只要有没有把握的值的文件")


class WaitingValuesOut(Strict):
    """A document and the values of its current version that nobody has confirmed. `revision` goes into a confirmation."""

    document: str
    project: str
    title: Masked
    type: str
    revision: int
    fields_: Sequence[FieldOut] = Field(alias="fields")


class WaitingValuesList(Listing):
    """`total` counts documents, up to 2,000."""

    items: Sequence[WaitingValuesOut]


class ChoiceIn(Asked):
    id: str = Field(max_length=100, description="文件的标识")
    revision: int = Field(ge=1, description="看到的修订号")
    type: str = Field(max_length=100, description="文件类型的 key")


class ChoicesIn(Asked):
    items: Sequence[ChoiceIn] = Field(min_length=1, max_length=MOST)


class AnswerOut(Strict):
    """`problem` and `code` say why a choice was not kept; empty where it was."""

    id: str
    confirmed: bool
    problem: str
    code: str


class AnswerList(Strict):
    items: Sequence[AnswerOut]


class EvidenceQuery(Asked):
    type: str = Field("", max_length=100, description="确认的类型")
    word: str = Field("", max_length=100, description="名称用词")


class EvidenceOut(Strict):
    id: str
    unit: str
    project: str
    filename: Masked
    words: Sequence[str]
    proposed: str
    from_type: str
    type: str
    by_name: str
    at: datetime
    aside_at: datetime | None


class EvidenceList(Strict):
    """The newest, 200 at most."""

    items: Sequence[EvidenceOut]


class AsideIn(Asked):
    unit: str = Field(max_length=200, description="单位")
    word: str = Field(min_length=1, max_length=100, description="名称用词")
    type: str = Field("", max_length=100, description="只停用确认为此类型的；不给则全部")


class AsideOut(Strict):
    count: int

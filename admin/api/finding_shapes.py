"""Findings as the API gives them, and what may be asked about them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, field_validator, model_validator

from admin.api.context import Asked, Listing, Masked, Paging, Strict
from archive.personal import mask_values

Outcome = Literal["passed", "failed", "due", "not_applicable", "unknown"]
Severity = Literal["C", "H", "M", "L", "I"]
Status = Literal["open", "acknowledged", "waiver_pending", "waived", "cleared", "none"]
StatusOrOutcome = Literal[Status, Outcome]
AS_OF = "按哪一天判断；不给则为今天"


class FindingPath(Asked):
    id: str = Field(description="事项的标识")


class AsOf(Paging):
    as_of: date | None = Field(None, description=AS_OF)


class FindingQuery(AsOf):
    status: StatusOrOutcome | None = Field(None, description="预警的状态，或判断的结果；都不给则为尚未了结的事项")
    rule: str = Field("", max_length=40, description="规则编号，例如 R31-3")
    severity: Severity | None = Field(None, description="C 违法或受阻，H 逾期或缺必备材料，M 应改正，L 一般，I 提示")
    unit: str = Field("", max_length=200, description="项目单位")
    outcome: Outcome | None = Field(None, description="判断的结果")
    project: str = Field("", max_length=100, description="项目编号")


class WaiverOut(Strict):
    """An exemption: it holds once `approved_by` is somebody."""

    reason: str
    until: date
    asked_by: str
    asked_at: datetime
    approved_by: str
    approved_at: datetime | None


class ChangeOut(Strict):
    at: datetime
    day: date
    what: str
    note: str
    by: str


class FindingOut(Strict):
    """One answer of one rule. `days_left` counts from the day judged, negative when overdue. `settings_version`: which values
    of the settings it was judged by (`/rules/settings`); empty where it was judged before these had versions."""

    id: str
    project: str
    project_name: str
    unit: str
    rule: str
    rule_version: int
    settings_version: str
    title: str
    clause: str
    subject: str
    outcome: Outcome
    severity: Severity
    due_on: date | None
    days_left: int | None
    reason: Masked
    inputs: Annotated[Mapping[str, Any], AfterValidator(mask_values)]
    steps: Sequence[Masked]
    clears_when: Masked
    provisional: bool
    targets: Sequence[str]
    status: Status
    opened_on: date | None
    evaluated_on: date
    waiver: WaiverOut | None


class FindingDetail(FindingOut):
    history: Sequence[ChangeOut]


class FindingList(Listing):
    as_of: date
    items: Sequence[FindingOut]


class Acknowledgement(Asked):
    """May be left out altogether."""

    model_config = ConfigDict(openapi_extra={"required": False})  # type: ignore[typeddict-unknown-key]  # for the description

    note: str = Field("", max_length=500, description="说明")

    @model_validator(mode="before")
    @classmethod
    def _nothing(cls, body: Any) -> Any:
        return {} if body is None else body


class WaiverRequest(Asked):
    reason: str = Field(max_length=2000, description="理由")
    until: date = Field(description="截止日期")

    @field_validator("reason")
    @classmethod
    def _said(cls, reason: str) -> str:
        if not reason.strip():
            raise ValueError("申请豁免须写明理由。")
        return reason

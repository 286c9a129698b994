"""Settings of the rules, proposals, back-tests and versions as the API gives them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from admin.api.change_shapes import AnswerOut, Value
from admin.api.context import Asked, Listing, Masked, Paging, Strict
from admin.api.finding_shapes import Outcome, Severity

Effect = Literal["", "breaks", "heals", "worse", "better", "appear", "vanish"]


class ChangePath(Asked):
    id: str = Field(max_length=100, description="修改的标识")


class BackTestPath(Asked):
    id: str = Field(max_length=100, description="回测的标识")


class RulePath(Asked):
    id: str = Field(max_length=40, description="规则编号，例如 R31-3")


class VersionsQuery(Asked):
    project: str = Field("", max_length=100, description="项目编号；给出时一并答复各版本对它的判断")


class Day(Asked):
    as_of: date | None = Field(None, description="按哪一天，默认今天")


class SettingOut(Strict):
    """`source`: `change` (two people approved it; `change` is its number), `file` or `default`."""

    name: str
    value: Value
    default: Value
    in_file: Value
    source: Literal["change", "file", "default"]
    change: int | None
    mark: str
    doc: str


class SettingsOut(Strict):
    as_of: date
    version: str
    settings: Sequence[SettingOut]


class SettingsVersionPath(Asked):
    version: str = Field(max_length=40, description="事项的 settings_version")


class SettingsVersionOut(Strict):
    version: str
    values: dict[str, Value]
    seen_at: datetime


class Proposal(Asked):
    values: dict[str, Value] = Field(min_length=1, max_length=50, description="参数的新值；null 为改回配置文件的值")
    reason: str = Field(min_length=4, max_length=2000, description="理由和依据")
    effective_on: date = Field(description="生效日期，最早为明天")


class Note(Asked):
    note: str = Field("", max_length=2000, description="意见；退回时必填")


class TurnOut(Strict):
    at: datetime
    what: str
    by: str
    by_name: str
    note: str


class RuleChangeOut(Strict):
    """`tested`: the newest back-test is through and holds; approval needs it."""

    id: str
    number: int
    values: dict[str, Value]
    before: dict[str, Value]
    reason: str
    effective_on: date
    state: Literal["proposed", "approved", "refused", "withdrawn"]
    proposed_by: str
    proposed_by_name: str
    proposed_at: datetime
    decided_by: str
    decided_by_name: str
    decided_at: datetime | None
    backtest: str
    tested: bool
    history: Sequence[TurnOut]


class RuleChangeList(Listing):
    items: Sequence[RuleChangeOut]


class ChangesQuery(Paging):
    state: Literal["", "proposed", "approved", "refused", "withdrawn"] = Field("", description="只要这种状态的")


class GroupOut(Strict):
    key: str
    projects: int
    worse: int
    better: int
    appear: int
    vanish: int


class BackTestOut(Strict):
    """`breaks`, `heals`: projects that had no breach before, or have none after. `worse`, `better`: breaches that come and go."""

    id: str
    kind: Literal["settings", "versions"]
    subject: str
    day: date
    state: Literal["waiting", "running", "done", "stopped"]
    total: int
    done: int
    left: dict[str, Value]
    right: dict[str, Value]
    asked_by_name: str
    asked_at: datetime
    ended_at: datetime | None
    projects: int
    breaks: int
    heals: int
    worse: int
    better: int
    appear: int
    vanish: int
    by_rule: Sequence[GroupOut]
    by_unit: Sequence[GroupOut]


class RowsQuery(Paging):
    effect: Effect = Field("", description="breaks 变为不合规、heals 变为合规、worse 新增不符合、better 不再不符合、"
                                           "appear 出现预警、vanish 预警消失")
    rule: str = Field("", max_length=40, description="规则编号")
    unit: str = Field("", max_length=200, description="项目单位")


class KeptAnswer(Strict):
    outcome: Outcome
    severity: Severity
    due_on: date | None
    reason: Masked
    steps: Sequence[Masked]
    rule_version: int
    settings_version: str


class KeptChange(Strict):
    rule: str
    subject: str
    before: KeptAnswer | None
    after: KeptAnswer | None
    worse: int
    better: int
    appear: int
    vanish: int


class RowOut(Strict):
    project: str
    project_name: str
    unit: str
    failed_before: int
    failed_after: int
    becomes: Literal["", "breaks", "heals"]
    changes: Sequence[KeptChange]


class RowList(Listing):
    items: Sequence[RowOut]


class Compared(Asked):
    left: int = Field(ge=1, le=10_000, description="左边的版本")
    right: int = Field(ge=1, le=10_000, description="右边的版本")


class VersionOut(Strict):
    """`findings` and `settings` (what it looked at) only where a project was asked for; `holds`: it is the one in force for it."""

    version: int
    title: str
    since: date
    until: date | None
    clause: str
    also: Sequence[str]
    severity: Severity
    arithmetic: str
    evidence: Sequence[str]
    holds: bool | None
    settings: dict[str, Any]
    findings: Sequence[AnswerOut]


class VersionList(Strict):
    rule: str
    project: str
    versions: Sequence[VersionOut]

"""Answers beside each other as the API gives them: what is supposed, and what would be answered otherwise."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from admin.api.context import Asked, Masked, Strict
from admin.api.finding_shapes import Outcome, Severity
from archive.personal import mask_values
from retention.compliance.findings import Finding
from retention.compliance.rules import all_rules
from retention.compliance.setting_values import kept
from retention.differences import Difference
from retention.supposing import GOOD, Paper, Supposed

Value = str | int | bool | None | list[int]


class SupposedPaper(Asked):
    type: str = Field(max_length=100, description="文件类型")
    doc_date: date | None = Field(None, description="成文日期，默认所按的那一天")
    conclusion: str = Field(GOOD, max_length=100, description="结论")


class SupposedContract(Asked):
    number: str = Field(min_length=1, max_length=100, description="合同编号；没有这份合同时假设新签一份")
    values: dict[str, str | int | None] = Field(description="要改的项目，例如 {\"end_on\": \"2026-12-31\"}")


class Supposition(Asked):
    """Nothing of it is stored. Names of facts are those of the project and the contract, of settings those of `/rules/settings`."""

    as_of: date | None = Field(None, description="按哪一天判断，默认今天")
    accepted_on: date | None = Field(None, description="假设这一天组织验收并通过")
    project: dict[str, str | int | bool | None] = Field(default_factory=dict, description="项目的日期、金额等；null 为未登记")
    contracts: list[SupposedContract] = Field(default_factory=list, max_length=100, description="合同")
    present: list[SupposedPaper] = Field(default_factory=list, max_length=100, description="假设已归档的材料，内容完整")
    absent: list[str] = Field(default_factory=list, max_length=100, description="假设没有的材料类型")
    settings: dict[str, Value] = Field(default_factory=dict, description="规则参数")

    def supposed(self) -> Supposed:
        return Supposed(
            self.as_of, self.accepted_on, self.project, {contract.number: contract.values for contract in self.contracts},
            tuple(Paper(paper.type, paper.doc_date, paper.conclusion) for paper in self.present), tuple(self.absent), self.settings)


class AnswerOut(Strict):
    """One side of a difference."""

    rule_version: int
    settings_version: str
    outcome: Outcome
    severity: Severity
    due_on: date | None
    days_left: int | None
    reason: Masked
    inputs: Annotated[Mapping[str, Any], AfterValidator(mask_values)]
    steps: Sequence[Masked]
    clears_when: Masked
    provisional: bool


class DifferenceOut(Strict):
    """`alert`: what becomes of an alert by it, empty where nothing does. A side is null where there is no such answer."""

    rule: str
    title: str
    clause: str
    subject: str
    alert: Literal["appears", "vanishes", ""]
    before: AnswerOut | None
    after: AnswerOut | None


class ValueChange(Strict):
    name: str
    before: Value
    after: Value


class WhatIfOut(Strict):
    """`today` and `as_of`: the days of both sides. `same`: answers that do not differ. `failed_…`: rules broken."""

    project: str
    today: date
    as_of: date
    settings: Sequence[ValueChange]
    settings_version: str
    failed_before: int
    failed_after: int
    appears: int
    vanishes: int
    same: int
    changes: Sequence[DifferenceOut]


def difference(change: Difference) -> DifferenceOut:
    rule = all_rules()[change.rule]
    return DifferenceOut.model_validate({
        "rule": change.rule, "title": rule.title, "clause": rule.clause, "subject": change.subject, "alert": change.alert,
        "before": _side(change.before), "after": _side(change.after)})


def value_changes(values: Mapping[str, tuple[Any, Any]]) -> list[ValueChange]:
    return [ValueChange.model_validate({"name": name, "before": kept(old), "after": kept(new)}) for name, (old, new) in values.items()]


def _side(finding: Finding | None) -> AnswerOut | None:
    return None if finding is None else AnswerOut.model_validate(finding)

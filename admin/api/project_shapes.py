"""Projects, contracts and dossiers as the API gives and takes them. Names are those of the ledger (docs, contract §5)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from pydantic import Field

from admin.api.context import Asked, Listing, Paging, Strict
from admin.api.document_shapes import DocumentOut

Mode = Literal["self_build", "service_purchase"]
Kind = Literal["new", "extend", "upgrade", "om"]
LONG = 1000
MOST_FEN = 2**63 - 1  # what the database can hold


class CodePath(Asked):
    code: str = Field(description="项目编号")


class ProjectQuery(Paging):
    q: str = Field("", max_length=200, description="编号或名称中的文字")
    unit: str = Field("", max_length=200, description="项目单位")
    mode: Mode | None = Field(None, description="建设方式：self_build 自行建设，service_purchase 购买服务")
    kind: Kind | None = Field(None, description="项目类别：new 新建，extend 扩建，upgrade 升级改造，om 运维")


class ProjectDates(Strict):
    """Days in the archive's time zone."""

    registered_on: date | None = Field(None, description="登记备案日期")
    approved_on: date | None = Field(None, description="批复日期")
    contract_signed_on: date | None = Field(None, description="合同签订日期")
    construction_start: date | None = Field(None, description="开工日期")
    planned_completion: date | None = Field(None, description="计划完工日期")
    actual_completion: date | None = Field(None, description="建设完成日期")
    trial_start: date | None = Field(None, description="试运行开始日期")
    trial_end_actual: date | None = Field(None, description="试运行结束日期")
    planned_acceptance: date | None = Field(None, description="计划验收日期")
    extension_until: date | None = Field(None, description="延期批准至")
    acceptance_date: date | None = Field(None, description="验收日期")
    operation_start: date | None = Field(None, description="投入运行日期")
    warranty_end: date | None = Field(None, description="质保期至")


class ProjectFields(ProjectDates):
    """What may be left out when a project is registered."""

    kind: Kind = Field("new", description="项目类别")
    predecessor: str = Field("", max_length=100, description="前序项目编号")
    classified: bool = Field(False, description="是否涉密")
    cross_department: bool = Field(False, description="是否跨部门")
    mlps_level: str = Field("", max_length=LONG, description="等保级别")
    funding_source: str = Field("", max_length=LONG, description="资金来源")
    total_investment_fen: int | None = Field(None, ge=0, le=MOST_FEN, description="总投资，单位分")
    approval_no: str = Field("", max_length=LONG, description="批复文号")
    acceptance_result: str = Field("", max_length=LONG, description="验收结论")
    contact: str = Field("", max_length=LONG, description="联系人")
    contact_email: str = Field("", max_length=LONG, description="联系邮箱")
    supervisor: str = Field("", max_length=LONG, description="主管")
    supervisor_email: str = Field("", max_length=LONG, description="主管邮箱")


class NewProject(Asked, ProjectFields):
    code: str = Field(min_length=1, max_length=100, description="项目编号，不含斜线")
    name: str = Field(min_length=1, max_length=300, description="项目名称")
    unit: str = Field(min_length=1, max_length=200, description="项目单位")
    mode: Mode = Field(description="建设方式")


class ProjectChanges(Asked, ProjectFields):
    """Only what is given changes; `null` empties a date or a sum."""

    name: str = Field("", min_length=1, max_length=300, description="项目名称")
    unit: str = Field("", min_length=1, max_length=200, description="项目单位")
    mode: Mode = Field("self_build", description="建设方式")
    trial_abnormal_days: int = Field(0, ge=0, le=36_600, description="试运行中不正常的天数")


class ProjectOut(ProjectFields):
    code: str
    name: str
    unit: str
    mode: Mode
    trial_abnormal_days: int
    revision: int
    created_at: datetime
    updated_at: datetime


class ProjectList(Listing):
    items: Sequence[ProjectOut]


class ContractOut(Strict):
    number: str
    project: str
    type: str
    signed_on: date | None
    start_on: date | None
    end_on: date | None
    amount_fen: int | None
    supplier: str
    method: str
    renews: str


class ContractList(Listing):
    items: Sequence[ContractOut]


class MaterialOut(Strict):
    """One required material, the clause that asks for it and the documents that satisfy it."""

    type: str
    name: str
    level: str
    state: Literal["present", "missing", "not_applicable", "waived"]
    clause: str
    alternatives: Sequence[str]
    reason: str
    documents: Sequence[DocumentOut]


class StageOut(Strict):
    """`missing` counts mandatory materials; `documents` are all that is filed in the stage."""

    code: str
    name: str
    missing: int
    materials: Sequence[MaterialOut]
    documents: Sequence[DocumentOut]


class DossierOut(Strict):
    """`completeness`: share of mandatory materials present or waived, 0..1."""

    project: str
    completeness: float = Field(ge=0, le=1)
    stages: Sequence[StageOut]

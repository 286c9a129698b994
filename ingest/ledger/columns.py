"""The ledger's form as one table: sheets, columns, what each cell may hold. Reading and writing both follow it.

A new column is one line here and one field in `ledger_rows`; nothing else lists them.
"""

import dataclasses
import difflib
from dataclasses import dataclass

from archive.chinese import squash

TEXT, KEY, CODE, DAY, MONEY, YES_NO, CHOICE, EMAIL = "text", "key", "code", "day", "money", "yes_no", "choice", "email"
# Of registers only: yes, no or not said; whole numbers; per cent; identifiers with 、 between them.
FLAG, INTEGER, PERCENT, IDS = "flag", "integer", "percent", "ids"


@dataclass(frozen=True)
class Column:
    """`kind` is one of the constants above; `choices` maps what stands in the cell to the key the archive keeps."""

    field: str
    title: str
    kind: str = TEXT
    required: bool = False
    choices: dict[str, str] = dataclasses.field(default_factory=dict)
    default: str = ""


@dataclass(frozen=True)
class Sheet:
    """`key` is unique in the file; `same` is a column that must not repeat it; `spans` are (start, end) day fields.

    `keys`: the columns that are unique together, where it takes more than one.
    """

    name: str
    columns: tuple[Column, ...]
    key: str
    same: str
    spans: tuple[tuple[str, str], ...]
    keys: tuple[str, ...] = ()

    def by_title(self) -> dict[str, Column]:
        return {comparable(column.title): column for column in self.columns}

    def by_field(self) -> dict[str, Column]:
        return {column.field: column for column in self.columns}


MODES = {"自行建设": "self_build", "购买服务": "service_purchase"}
KINDS = {"新建": "new", "扩建": "extend", "升级改造": "upgrade", "运维": "om"}
CONTRACT_TYPES = {
    "建设": "build",
    "监理": "supervision",
    "采购服务": "service",
    "运维": "om",
    "测评": "test",
    "审计": "audit",
    "其他": "other",
}

PROJECT = Sheet(
    name="项目",
    columns=(
        Column("code", "项目编号", CODE, required=True),
        Column("name", "项目名称", required=True),
        Column("unit", "项目单位", required=True),
        Column("mode", "建设方式", CHOICE, required=True, choices=MODES),
        Column("kind", "项目类别", CHOICE, choices=KINDS, default="new"),
        Column("predecessor", "前序项目编号", CODE),
        Column("classified", "是否涉密", YES_NO),
        Column("cross_department", "是否跨部门", YES_NO),
        Column("mlps_level", "等保级别"),
        Column("funding_source", "资金来源"),
        Column("total_investment_fen", "总投资(万元)", MONEY),
        Column("registered_on", "登记备案日期", DAY),
        Column("approved_on", "批复日期", DAY),
        Column("approval_no", "批复文号"),
        Column("contract_signed_on", "合同签订日期", DAY),
        Column("construction_start", "开工日期", DAY),
        Column("planned_completion", "计划完工日期", DAY),
        Column("actual_completion", "建设完成日期", DAY),
        Column("trial_start", "试运行开始日期", DAY),
        Column("trial_end_actual", "试运行结束日期", DAY),
        Column("planned_acceptance", "计划验收日期", DAY),
        Column("extension_until", "延期批准至", DAY),
        Column("acceptance_date", "验收日期", DAY),
        Column("acceptance_result", "验收结论"),
        Column("operation_start", "投入运行日期", DAY),
        Column("warranty_end", "质保期至", DAY),
        Column("contact", "联系人"),
        Column("contact_email", "联系邮箱", EMAIL),
        Column("supervisor", "主管"),
        Column("supervisor_email", "主管邮箱", EMAIL),
    ),
    key="code",
    same="predecessor",
    # Only what cannot be true. An acceptance before the end of the trial is a breach for the rules to find, not a slip.
    spans=(("construction_start", "actual_completion"), ("trial_start", "trial_end_actual")),
)

CONTRACT = Sheet(
    name="合同",
    columns=(
        Column("number", "合同编号", KEY, required=True),
        Column("project", "项目编号", CODE, required=True),
        Column("type", "合同类型", CHOICE, required=True, choices=CONTRACT_TYPES),
        Column("signed_on", "签订日期", DAY),
        Column("start_on", "开始日期", DAY),
        Column("end_on", "结束日期", DAY),
        Column("amount_fen", "金额(万元)", MONEY),
        Column("supplier", "供应商"),
        Column("method", "采购方式"),
        Column("renews", "续签自", KEY),
    ),
    key="number",
    same="renews",
    spans=(("start_on", "end_on"),),
)

SHEETS = (PROJECT, CONTRACT)


def comparable(title: str) -> str:
    """A column title as it is compared: no white space, no line break, half-width brackets, no star of the form."""
    return squash(title).replace("*", "").strip("\ufeff")


def nearest(title: str, sheet: Sheet) -> str:
    """The known column title most like `title`; for the hint in an error."""
    wanted = comparable(title)
    return max(
        (column.title for column in sheet.columns),
        key=lambda known: difflib.SequenceMatcher(None, wanted, comparable(known)).ratio(),
    )

"""The data a finding rests on, in the words of the ledger. Must not judge: it only names what a rule has read."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from admin.web.pages import words
from admin.web.pages.formats import shown, type_name
from retention.compliance.acceptance import Status

_HIDDEN = frozenset({"mark", "cell", "fault"})
_DOCUMENT = re.compile(r"[0-9a-f]{24}")
_NAMES: Mapping[str, str] = {
    "status": "验收进展", "documents": "所依据的文件", "document": "所依据的文件", "doc": "所依据的文件", "due": "到期日",
    "unconfirmed": "待确认的读取结果",
    "completed_on": "建设完成日", "trial_until": "试运行应满至", "applied_on": "申请（申报）日期", "granted": "延期批准次数",
    "due_basis": "到期日来源", "completion_basis": "完成日来源", "application_basis": "申报日期来源", "deadline": "期限",
    "contract": "合同", "contracts": "合同", "accepted_on": "验收日期", "year": "年度", "workdays": "工作日数",
    "waived": "已豁免", "waiting_days": "已等待天数", "to": "止", "from": "起", "since": "自", "start_on": "开始日期",
    "end_on": "结束日期", "signed_on": "签订日期", "predecessor": "前序项目", "predecessor_accepted_on": "前序项目验收日期",
    "overdue_days": "逾期天数", "late_days": "迟延天数", "other_issuers": "其他出具单位", "om_contract": "运维合同",
    "annual_contract": "年度合同", "next": "后续合同", "money": "经费文件", "missing": "缺少的数据", "max_years": "最长年数",
    "material": "材料", "limit": "上限", "grace_months": "宽限月数", "gap_days": "间隔天数", "first_day": "首日",
    "first_dated": "最早日期", "doc_date": "成文日期", "days_over": "超出天数", "conclusion": "结论", "basis": "起算方式",
    "base_due": "原到期日", "applications": "申请文件", "budget_reply": "预算批复", "issuer": "责任者", "number": "编号",
    "decommission_decision": "停用决定"}
_VALUES: Mapping[str, Mapping[str, str]] = {
    "status": {status.value: status.label for status in Status},
    "due_basis": {"formula": "按规则推算", "deadline": "批复或合同约定", "extension": "延期批复",
                  "extension_default": "延期批复（未写明日期，按默认顺延）"},
    "basis": {"later_of": "建设完成与试运行开始的较晚者", "completion_only": "只按建设完成", "contract": "合同",
              "ledger": "台账"},
}


@dataclass(frozen=True, slots=True)
class Reading:
    """One fact: its name, its value in words, and the documents it names (ids)."""

    label: str
    text: str
    documents: Sequence[str] = ()


def readings(inputs: Mapping[str, Any]) -> list[Reading]:
    """What a rule read, without what is only of interest to programmers."""
    return [_reading(name, value) for name, value in inputs.items()
            if name not in _HIDDEN and value not in ([], "", {})]


def _reading(name: str, value: Any) -> Reading:
    label = _NAMES.get(name) or words.PROJECT_FIELDS.get(name, name)
    keys = [item for item in (value if isinstance(value, list) else [value])
            if isinstance(item, str) and _DOCUMENT.fullmatch(item)]
    if keys:
        return Reading(label, "", keys)
    if value is None:
        return Reading(label, "未登记")
    if name == "material":
        return Reading(label, type_name(str(value)))
    return Reading(label, _VALUES.get(name, {}).get(str(value)) or shown(value))

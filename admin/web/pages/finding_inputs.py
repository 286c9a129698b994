"""The data a finding rests on, in the words of the ledger. Must not judge: it only names what a rule has read."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from admin.web.pages import words
from admin.web.pages.formats import shown, type_name, wan
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
    "decommission_decision": "停用决定",
    "event": "所对应的环节", "event_day": "环节日期", "done_on": "办理日期", "not_before": "最早日期", "numbers": "编号",
                             "systems": "系统",
    "system": "系统", "state": "状态", "replaced_by": "替代系统", "hosting": "部署方式", "found": "识别到的文字",
                             "resources": "信息资源",
    "exclusive": "只向特定企业开放", "cleared_on": "销号日期", "projects": "项目", "limit_fen": "上限", "merge_reason": "合并编报理由",
    "object": "采购标的", "bundled": "打包", "service_total_fen": "购买服务全期费用", "self_build_cost_fen": "自建及运维测算",
    "share_percent": "比例（%）", "single": "单一来源", "study_fen": "可研批复投资", "design_fen": "初步设计批复投资",
    "responsible_person": "项目责任人", "executed_on": "实施日期", "evidence": "所依据的文件", "total_fen": "批复总投资",
    "contracts_fen": "合同合计", "settled_fen": "审定金额", "amount_fen": "金额", "beyond": "超出的调整", "reason": "理由",
    "grave_from": "严重逾期起算", "suspended_on": "暂停日期", "terminated_on": "终止日期", "price_weight": "价格权重（%）",
    "wanted": "应为（%）", "page": "所在页", "method": "采购方式", "own": "自行采购", "payments": "支付笔数", "wrong": "不符合的",
    "silent": "未登记的", "surplus_fen": "结余", "returned_fen": "已退回", "soft_due": "应于", "reported_on": "报告日期",
    "opens": "期间开始", "closes": "期间结束", "operation": "投入运行", "grades": "等级", "received_on": "收到日期",
    "incidents": "事件", "faults": "问题", "valid_until": "有效期至", "months": "月数", "in_force": "施行日期", "stage": "阶段",
    "stages": "阶段", "ended_on": "阶段结束", "filed": "已归档份数", "lacking": "缺少的材料", "evaluation": "评审办法",
    "system_category": "项目类型", "new_data_center": "新建数据中心", "hardware": "含硬件设备",
    "private_lines": "租用专线或专网", "common_parts": "建设共性系统"}
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
    if name.endswith("_fen") and isinstance(value, int):
        return Reading(label, f"{wan(value)} 万元")
    if name == "material":
        return Reading(label, type_name(str(value)))
    return Reading(label, _VALUES.get(name, {}).get(str(value)) or shown(value))

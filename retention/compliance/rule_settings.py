"""The figures and readings the measures leave open, each with its default. Owns nothing but these values.

Must not read files or the environment: the composition root makes one object and hands it over with the facts.
`mark` names the ambiguity the default answers (A1 … A32 of the design notes on the 2021 measures).
"""

from dataclasses import Field, dataclass, field, fields
from datetime import date
from typing import Any

from archive.errors import Invalid

BASES = ("later_of", "completion_only")
OM_YEARS = ("service", "fiscal")
IN_FORCE = date(2021, 10, 5)


def _setting(default: Any, mark: str, doc: str) -> Any:
    return field(default=default, metadata={"mark": mark, "doc": doc})


@dataclass(frozen=True, slots=True)
class RuleSettings:
    """Raises archive.errors.Invalid for a value no rule could work with."""

    trial_months: int = _setting(3, "A4", "试运行应满的月数，按日历月计算（第31条第1款，民法典第202条）")
    grace_months: int = _setting(3, "A1", "试运行期满后组织验收的宽限月数；从严执行时为 0")
    basis: str = _setting("later_of", "A1", "验收到期日的起算：按建设完成与试运行开始的较晚者（later_of），"
                                            "或只按建设完成（completion_only）")
    roll_rest_day: bool = _setting(True, "A1", "期限末日遇法定休息日时顺延至下一工作日（民法典第203条）")
    ledger_is_acceptance: bool = _setting(True, "A1", "自行建设项目：台账登记的验收日期是否足以认定已验收；"
                                                      "填“否”则以省发展改革委验收意见归档为准")
    trial_start_grave_days: int = _setting(30, "A1", "建设完成后超过多少天仍未试运行即提高严重程度")
    overdue_critical_days: int = _setting(180, "A1", "验收逾期超过多少天即为最严重")
    pending_attention_days: int = _setting(90, "A1", "申请验收后超过多少天仍无意见即提请关注")
    extension_default_months: int = _setting(6, "A5", "延期批复没有写明日期时顺延的月数")
    pending_extension_days: int = _setting(30, "A5", "到期前已书面申请延期、尚未批复时，自到期日起暂缓认定逾期的天数")
    extension_count_limit: int = _setting(2, "A5", "延期批准超过多少次即提请关注")
    extension_warning_days: int = _setting(30, "A5", "到期前多少天开始提示办理延期申请")
    filing_workdays: int = _setting(10, "A9", "验收情况报备、验收结果报送和验收意见归档的工作日数")
    filing_days: int = _setting(30, "X-15", "环节完成后多少天内归档的材料不作为缺失（档案法第13条按时归档，无统一天数）")
    stage_filing_days: int = _setting(90, "X-15", "阶段结束后多少天仍没有任何材料归档即提醒")
    demand_until: tuple[int, ...] = _setting((9, 30), "A20", "次年度需求和运维预算申报的截止月日；运维预算最迟为 12 月 31 日")
    catalogue_days: int = _setting(30, "A28", "验收、停用、整合或更名后多少天内更新系统目录")
    merge_limit_fen: int = _setting(2_000_000_000, "A16", "可合并编报实施方案的总投资上限（分，含）")
    purchase_share_percent: int = _setting(80, "A24", "购买服务全期费用不超过自建费用的百分之几为“明显小于”")
    design_over_percent: int = _setting(10, "A18", "初步设计总投资超过可研批复百分之几为重大变更")
    self_adjust_percent: int = _setting(15, "A14", "自行调整累计金额占批复总投资的上限（百分比，恰好相等可以：A15）")
    adjust_filing_workdays: int = _setting(20, "A17", "自行调整决定后报备的工作日数")
    grave_delay_months: int = _setting(6, "A19", "计划完工后超过多少个月为严重逾期")
    delay_report_workdays: int = _setting(10, "A19", "严重逾期、重大损失后报告的工作日数")
    surplus_months: int = _setting(3, "R36-2", "决算批复后退回结余资金的月数")
    report_years: int = _setting(2, "A10", "多少年以前缺绩效监控报告的只列为无法判断，不再提醒")
    evaluation_from_months: int = _setting(12, "A12", "投入运行后多少个月起可以自评价")
    evaluation_to_months: int = _setting(24, "A13", "投入运行后多少个月内应完成自评价")
    final_accounts_months: int = _setting(3, "X-28", "验收后多少个月内编报竣工财务决算（条例只说及时）")
    transfer_years: int = _setting(20, "X-16", "形成满多少年移交同级国家综合档案馆（省级 20 年）")
    third_level_months: int = _setting(12, "R49-3", "等保三级以上的等保测评、密评和数据安全评估的周期（月）")
    second_level_months: int = _setting(24, "R49-3", "等保二级的等保测评周期（月）")
    purchase_required_severity: str = _setting("H", "A6", "购买服务项目默认必备材料缺失的严重程度")
    om_max_years: int = _setting(3, "A21", "运维服务采购的最长履行年数（第42条）")
    om_year: str = _setting("service", "A22", "分年签订的“年”：service 服务年度，fiscal 财政年度")
    legacy_before: date = field(default=IN_FORCE, metadata={
        "mark": "A29", "doc": "批复日期早于此日的项目按老项目处理，严重程度不高于 M"})
    acceptance_notice_days: tuple[int, ...] = _setting(
        (60, 30, 15, 7, 0), "A1", "验收到期前多少天提醒；逾期后每周提醒")
    contract_notice_days: tuple[int, ...] = _setting(
        (180, 90, 60, 30, 15, 7, 0), "A20", "运维合同到期前多少天提醒；到期后每周提醒")
    other_notice_days: tuple[int, ...] = _setting((30, 15, 7, 0), "", "其他期限到期前多少天提醒")
    contract_grave_days: int = _setting(30, "A20", "运维合同剩余多少天以内为严重")

    def __post_init__(self) -> None:
        for name, known in (("basis", BASES), ("om_year", OM_YEARS), ("purchase_required_severity", tuple("CHMLI"))):
            if getattr(self, name) not in known:
                raise Invalid(field=name, problem=f"只能是 {'、'.join(known)} 之一，不能是“{getattr(self, name)}”。")
        for setting in fields(self):
            value = getattr(self, setting.name)
            if isinstance(value, int) and not isinstance(value, bool) and value < 0:
                raise Invalid(field=setting.name, problem=f"不能是负数（{value}）。")
        if len(self.demand_until) != 2 or not _exists(*self.demand_until):
            raise Invalid(field="demand_until", problem="应为月和日两个数，如 [9, 30]。")
        if self.om_max_years < 1:
            raise Invalid(field="om_max_years", problem="至少为 1 年。")


def _exists(month: int, day: int) -> bool:
    try:
        return date(2023, month, day).year == 2023  # a common year: 29 February is no day every year has
    except ValueError:
        return False


def documented() -> tuple[Field[Any], ...]:
    """Every setting with its default and, in `.metadata`, `mark` and the Chinese `doc`: for the page of rules."""
    return fields(RuleSettings)

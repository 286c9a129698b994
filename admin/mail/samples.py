"""One of each mail people get, made by the code that makes the real ones, from values made up: for the reference pages."""

from dataclasses import replace
from datetime import date, timedelta

from admin.mail.plain import render_news
from admin.mail.render import Rendered, render_digest
from admin.mail.watchdog import render_silence
from admin.mail.weekly import render_weekly
from retention.notices import AlertLine, Digest, Mention
from retention.weekly import Summary, UnitStanding

BASE = "https://dangan.example.gov.cn"
DAY = date(2026, 3, 2)
NAME, UNIT = "一体化协同办公平台建设项目", "省数字政务厅"

_ACCEPTANCE = AlertLine(
    "a1b2c3", "XM-2024-001", NAME, UNIT, "R31-3", "按期验收", "31.1", "", "M", "due", date(2026, 3, 12), 10,
    "待验收：验收到期日 2026-03-12，还有 10 天。",
    ("建设完成 2025-09-08（台账登记的建设完成日期）",
     "试运行自 2025-09-12 开始，应满 3 个月：2025-09-12 + 3 个月 = 2025-12-12（第31条第1款，民法典第202条）",
     "自试运行开始起 3 个月试运行加 3 个月宽限：2025-09-12 + 6 个月 = 2026-03-12", "今天 2026-03-02，还有 10 天"),
    "试运行期满后组织验收，归档省发展改革委的验收意见，或登记验收日期和结论；不能按期的，最迟于到期日书面申请延期。",
    DAY - timedelta(days=80), (90, 60, 30, 15, 7, 0), ("PM", "HEAD", "AUD", "ARCH"))
_CONTRACT = AlertLine(
    "d4e5f6", "XM-2023-007", "政务云资源管理系统运维项目", UNIT, "R42-3", "运维合同到期", "42", "HT-2025-031", "H", "failed",
    date(2026, 2, 23), -7, "运维合同 HT-2025-031 已于 2026-02-23 到期 7 天，没有接续合同，运维服务断档。",
    ("合同 HT-2025-031 结束日期 2026-02-23", "今天 2026-03-02，已过 7 天"),
    "登记接续合同（“续签自”填 HT-2025-031），或归档系统停用决定。", DAY - timedelta(days=180), (180, 90, 60, 30, 15, 7, 0),
    ("PM", "FIN", "ARCH"))
_CRYPTO = AlertLine(
    "0a1b2c", "XM-2024-001", NAME, UNIT, "R31-5g", "密码应用安全性评估报告", "31.2", "crypto_evaluation_report", "C", "failed",
    date(2026, 3, 1), -1, "密码应用安全性评估结论为“不符合”：项目已申请验收，意见未出，申请验收时即应齐备。", (),
    "整改后复评，结论为符合或基本符合的报告归档，或按程序登记豁免。", DAY, (), ("SEC", "PM"))


def samples() -> dict[str, Rendered]:
    """By what they are for, in Chinese."""
    late = date(2026, 2, 23), date(2026, 3, 1)
    daily = _digest(_told(_ACCEPTANCE, "m15"), _told(_CONTRACT, "w-7"))
    above = replace(_digest(_told(replace(_CONTRACT, escalated=(("head", 14),)), "esc-head-14", "opened")), name="李处长",
                    address="li@example.gov.cn", because=("ESC",))
    instead = replace(_digest(replace(_told(_ACCEPTANCE, "opened"), on_behalf=("张三",))), name="王五", address="wang@example.gov.cn")
    weekly = Summary("li@example.gov.cn", "李处长", DAY, (
        UnitStanding("省数字政务厅", 12, 5, 31, 2, 4, 41), UnitStanding("省水文局", 3, 0, 6, 0, 1, 0)))
    return {
        "每日提醒": render_digest(daily, base_url=BASE), "停机之后的每日提醒": render_digest(daily, base_url=BASE, silent=late),
        "代人接收的每日提醒": render_digest(instead, base_url=BASE), "升级": render_digest(above, base_url=BASE),
        "严重事项立即通知": render_digest(_digest(_told(_CRYPTO, "opened")), base_url=BASE, urgent=True),
        "主管的每周汇总": render_weekly(weekly, base_url=BASE),
        "定时核对没有运行": render_silence("超过 26 小时没有完成全部项目的核对（上次完成是 31 小时前）。", "赵六", BASE),
        "一般通知": render_news(
            "密级标志复核：可以归档",
            (f"您为项目“{NAME}”（XM-2024-001）中一份因密级标志被拒收的文件（SHA-256 前 12 位 0a1b2c3d4e5f）"
             "提出的复核已有结果。", "认定：不是密级标志。现在可以把这份文件重新上传归档。", "审查人和依据见案卷的“拒收的文件”页。"),
            f"{BASE}/projects/XM-2024-001/refused", "您提出了这项复核申请。", name="张三", base_url=BASE)}


def _told(line: AlertLine, *reasons: str) -> Mention:
    return Mention(line, reasons, ())


def _digest(*mentions: Mention) -> Digest:
    return Digest.of("zhang@example.gov.cn", "张三", DAY, mentions, ("PM",))

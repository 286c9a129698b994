"""Texts as extraction delivers them, cut by line ends, full-width, traditional, mixed; and what archivists ask of them.

Every question names the documents it must find, all of them and no other; where one document is plainly meant, it must
come first. `many` adds the bulk that engines split over segments and shards.
"""

import random
from collections.abc import Sequence
from datetime import date, timedelta

from bench.stored import sentences
from search.port import IndexedDocument
from tests.contracts.search_indexes import document

BOILERPLATE = "各参建单位应当按照规定整理归档文件材料,做到字迹清晰、图样清楚、签章完备。\n" * 6

DOCUMENTS: tuple[IndexedDocument, ...] = (
    document(
        "acceptance", title="智慧水务监测系统竣工验收报告", filename="验收报告-终稿.pdf", project="XM-2023-017",
        text="一、项目概况\n本项目由华拓信息技术有限公司承建,合同金额为人民币3,250,000.00元。\n二、验收结论\n专家组一致同意通过竣工验\n"
        f"收。监理单位:正信工程监理。\n{BOILERPLATE}",
    ),
    document(
        "minutes", title="初步验收会议纪要", filename="纪要2023.docx", project="XM-2023-017", type="minutes",
        text=f"会议听取了承建单位的汇报,对弱口令、越权访问等问题提出整改要求。\n{BOILERPLATE}初步验收通过,试运行三个月后组织竣工验收。",
    ),
    document(
        "contract", title="智慧水务监测系统建设合同", filename="合同_XM-2023-017.pdf",
        project="XM-2023-017", type="contract",
        text=f"甲方：清溪县水务局\n乙方：华拓信息技术有限公司\n合同总价￥３，２５０，０００．００元,分三期支付。\n{BOILERPLATE}质量保证期二十四个月。",
    ),
    document(
        "mlps", title="网络安全等级保护测评报告", filename="等保测评.pdf", type="mlps_report",
        text="依据GB/T 22239-2019和GB/T 28448—2019,对核心交换机、堡垒机进行现场测评,"
        f"发现弱\n口\n令3处。\n{BOILERPLATE}测评结论:中。",
    ),
    document(
        "crypto", title="商用密码应用安全性评估报告", filename="密评.ofd", type="crypto_report",
        text=f"密碼應用安全性評估機構對電子簽章系統進行了評估,依據GM/T 0054-2018。{BOILERPLATE}结论为基本符合。",
    ),
    document(
        "audit", title="竣工财务决算审计报告", filename="审计.pdf", type="audit_report",
        text=f"送审金额3250000元,审定金额3,180,000.00元,核减率2.15%。未发现弱口令问题以外的内控缺陷。{BOILERPLATE}",
    ),
    document(
        "monthly", title="监理月报（第10期）", filename="monthly-10.xlsx", type="supervision_report",
        text=f"Kubernetes集群部署完成,API网关联调。Wi-Fi 6覆盖机房。{BOILERPLATE}下月计划:组织验收前的自查。",
    ),
    document("scan", title="扫描件（无文字层）", filename="IMG_2023_0501.jpg", type="other", text=""),
)

# Question, everything it must find, and what must come first where that is plain.
QUESTIONS: tuple[tuple[str, set[str], str | None], ...] = (
    ("验收", {"acceptance", "minutes", "monthly"}, None),
    ("竣工验收", {"acceptance", "minutes"}, "acceptance"),
    ("初步验收", {"minutes"}, "minutes"),
    ("弱口令", {"minutes", "mlps", "audit"}, None),
    ("弱口令 -审计", {"minutes", "mlps"}, None),
    ("密码应用安全性评估", {"crypto"}, "crypto"),
    ("電子簽章", {"crypto"}, "crypto"),
    ("电子签章 GM/T", {"crypto"}, "crypto"),
    ("GB/T 22239-2019", {"mlps"}, "mlps"),
    ("gb/t28448—2019", {"mlps"}, "mlps"),
    ("3,250,000.00", {"acceptance", "contract"}, None),
    ("3250000元", {"audit"}, "audit"),
    ("2.15%", {"audit"}, "audit"),
    ("华拓信息 合同总价", {"contract"}, "contract"),
    ('"通过 竣工验收"', {"acceptance"}, "acceptance"),
    ("“一致同意”", {"acceptance"}, "acceptance"),
    ("kubernetes", {"monthly"}, "monthly"),
    ("netes集群", {"monthly"}, "monthly"),
    ("wi-fi 6", {"monthly"}, "monthly"),
    ("第10期", {"monthly"}, "monthly"),
    ("XM-2023-017", {"contract"}, "contract"),
    ("IMG_2023", {"scan"}, "scan"),
    (".pdf -报告", {"contract"}, "contract"),
    ("县", {"contract"}, "contract"),
    ("测评报告", {"mlps"}, "mlps"),
    ("审计报告", {"audit"}, "audit"),
    ("验收收报", set(), None),
    ("不存在的词", set(), None),
)

BULK = 60


def many(count: int = BULK, seed: int = 20261124) -> Sequence[IndexedDocument]:
    """Papers put together from the sample's sentences. Each has a day of its own, so that every order is one order."""
    chance = random.Random(seed)
    return [
        document(
            f"bulk-{number:04}", "\n".join(chance.sample(sentences(), 6)), title=f"{chance.choice(sentences())[:20]}第{number}号",
            filename=f"{number:04}.pdf", dossier=f"dossier-{number % 4}", project=f"XM-{number % 4}",
            type=chance.choice(("contract", "minutes", "other")), stage=chance.choice(("CON", "ACC", "MGT")),
            doc_date=date(2019, 1, 1) + timedelta(days=number))
        for number in range(count)]


def pieces(documents: Sequence[IndexedDocument], count: int = 24, seed: int = 7) -> list[str]:
    """Phrases of one to eight characters that stand somewhere in these texts."""
    chance = random.Random(seed)
    found: list[str] = []
    while len(found) < count:
        text = "".join(chance.choice(documents).text.split())
        start = chance.randrange(max(len(text) - 8, 1))
        piece = text[start:start + chance.randint(1, 8)]
        if piece and not set(piece) & set('"“”「」『』-－'):
            found.append(f'"{piece}"')
    return found

"""The tables that papers contain, by the name a template calls them (`=modules`). Pure text from chance and facts."""

import random
from collections.abc import Callable

from admin.sample.context import Facts, wan
from admin.sample.paper import Table

_DEVICES = (
    ("国产服务器", "2路32核/256GB/4TB"),
    ("防火墙", "吞吐量不低于10Gbps"),
    ("日志采集设备", "存储不少于180天"),
    ("数据库软件", "企业版，2节点"),
    ("操作系统软件", "服务器版"),
    ("签名验签服务器", "SM2签名不低于8000次/秒"),
    ("移动终端", "8GB/128GB，国产芯片"),
    ("负载均衡设备", "四层吞吐20Gbps"),
    ("中间件软件", "标准版"),
)
_ISSUES = (
    "查询列表翻页后筛选条件丢失",
    "导出报表金额列格式不一致",
    "移动端照片上传偶发失败",
    "接口超时重试次数不足",
    "部分行政区划代码未更新",
    "告警短信重复发送",
    "角色授权页面加载缓慢",
    "历史数据迁移存在空值",
    "附件名称过长时显示不全",
    "统计口径与年报不一致",
)
_FIELDS = ("软件工程", "网络安全", "数据管理", "系统集成", "工程造价", "财务管理")
_DOMAINS = ("安全物理环境", "安全通信网络", "安全区域边界", "安全计算环境", "安全管理中心", "安全管理制度")
_RISKS = ("数据越权访问", "接口未脱敏", "备份介质保管", "第三方人员操作", "日志留存不足", "测试环境使用真实数据")
_RESOURCES = ("基本信息", "业务办理", "监测数据", "统计分析", "信用信息", "执法检查", "设施设备", "从业人员")


def make(name: str, facts: Facts, rng: random.Random) -> Table:
    """The table of that name. Raises KeyError for an unknown one."""
    return _TABLES[name](facts, rng)


def _modules(facts: Facts, rng: random.Random) -> Table:
    rows = [
        (str(n), str(facts[f"m{n}"]), f"{rng.randint(4, 26)}", f"{facts[f'm{n}']}的录入、查询、统计和权限控制")
        for n in range(1, 7)
    ]
    return Table(("序号", "功能模块", "功能点数", "主要内容"), tuple(rows))


def _investment(facts: Facts, rng: random.Random) -> Table:
    total = int(float(str(facts["total"]).replace(",", "")) * 1_000_000)
    shares = (("应用软件开发", 52), ("数据治理与资源建设", 16), ("软硬件购置", 14), ("系统集成", 6), ("监理及测评", 7))
    rows = [(str(n), name, wan(total * share // 100), f"{share}%") for n, (name, share) in enumerate(shares, 1)]
    rest = total - sum(total * share // 100 for _, share in shares)
    return Table(
        ("序号", "费用名称", "金额（万元）", "占比"),
        (*rows, ("6", "预备费及其他", wan(rest), "5%"), ("", "合计", wan(total), "100%")),
    )


def _payments(facts: Facts, rng: random.Random) -> Table:
    amount = int(str(facts["amount_fen"]))
    steps = (("合同签订", 30), ("初步验收", 40), ("竣工验收", 25), ("质量保证期满", 5))
    rows = [(str(n), name, f"{share}%", wan(amount * share // 100)) for n, (name, share) in enumerate(steps, 1)]
    return Table(("期次", "支付条件", "比例", "金额（万元）"), tuple(rows))


def _targets(facts: Facts, rng: random.Random) -> Table:
    rows = (
        ("产出指标", "数量", "建成功能模块", "不少于6个", f"{rng.randint(6, 9)}个"),
        ("产出指标", "质量", "系统可用率", "不低于99.5%", f"99.{rng.randint(5, 9)}%"),
        ("产出指标", "时效", "按期完成率", "100%", f"{rng.randint(92, 100)}%"),
        ("效益指标", "社会效益", "业务网上办理率", "不低于90%", f"{rng.randint(88, 99)}%"),
        ("效益指标", "可持续影响", "数据更新周期", "不超过1天", "1天"),
        ("满意度指标", "服务对象", "用户满意度", "不低于90%", f"{rng.randint(89, 98)}%"),
    )
    return Table(("一级指标", "二级指标", "三级指标", "目标值", "完成值"), rows)


def _resources(facts: Facts, rng: random.Random) -> Table:
    names = rng.sample(_RESOURCES, 6)
    rows = [
        (
            f"{rng.randint(10000, 99999)}",
            f"{facts['short']}{name}目录",
            rng.choice(("无条件共享", "有条件共享", "有条件共享")),
            rng.choice(("每日", "每周", "实时")),
            rng.choice(("库表", "接口", "接口", "文件")),
        )
        for name in names
    ]
    return Table(("目录代码", "资源名称", "共享类型", "更新周期", "提供方式"), tuple(rows))


def _equipment(facts: Facts, rng: random.Random) -> Table:
    rows = [
        (str(n), name, model, str(rng.randint(1, 40)), rng.choice(("完好", "完好", "已安装")))
        for n, (name, model) in enumerate(rng.sample(_DEVICES, 7), 1)
    ]
    return Table(("序号", "产品名称", "规格型号", "数量", "状态"), tuple(rows))


def _issues(facts: Facts, rng: random.Random) -> Table:
    rows = [
        (
            str(n),
            text,
            rng.choice(("一般", "一般", "较重")),
            str(facts[f"m{n}"]),
            rng.choice(("已解决", "已解决", "处理中")),
        )
        for n, text in enumerate(rng.sample(_ISSUES, 6), 1)
    ]
    return Table(("序号", "问题描述", "级别", "涉及模块", "状态"), tuple(rows))


def _functions(facts: Facts, rng: random.Random) -> Table:
    rows = [(f"GN-{n:03d}", str(facts[f"m{n}"]), str(count := rng.randint(30, 160)), str(count)) for n in range(1, 7)]
    return Table(("编号", "测试项", "用例数", "通过数"), tuple(rows))


def _loads(facts: Facts, rng: random.Random) -> Table:
    rows = [
        (name, "不大于3秒", f"{rng.randint(60, 240) / 100:.2f}秒", f"{rng.randint(120, 900)}笔/秒", "满足")
        for name in ("登录", "综合查询", "业务提交", "统计报表")
    ]
    return Table(("场景", "响应时间要求", "平均响应时间", "吞吐量", "结果"), tuple(rows))


def _domains(facts: Facts, rng: random.Random) -> Table:
    rows = []
    for name in _DOMAINS:
        items, partly = rng.randint(12, 40), rng.randint(0, 4)
        rows.append((name, str(items), str(items - partly), str(partly), "0"))
    return Table(("安全层面", "测评项", "符合", "部分符合", "高风险项"), tuple(rows))


def _risks(facts: Facts, rng: random.Random) -> Table:
    rows = [(str(n), name, rng.choice(("低", "低", "中")), "制度约束并定期检查") for n, name in enumerate(_RISKS, 1)]
    return Table(("序号", "风险场景", "残余风险", "处置措施"), tuple(rows))


def _crypto_layers(facts: Facts, rng: random.Random) -> Table:
    layers = ("物理和环境", "网络和通信", "设备和计算", "应用和数据", "密钥管理")
    rows = [(name, rng.choice(("SM2", "SM4", "SM3、SM4")), f"{rng.randint(60, 95)}") for name in layers]
    return Table(("层面", "采用算法", "得分"), tuple(rows))


def _training(facts: Facts, rng: random.Random) -> Table:
    rows = [
        (str(n), f"{facts['unit_short']}{place}", str(facts[f"m{n}"]), str(rng.randint(12, 85)), f"{rng.randint(2, 6)}")
        for n, place in enumerate(("机关", "市（州）一组", "市（州）二组", "县（区）", "运维人员"), 1)
    ]
    return Table(("场次", "对象", "内容", "人数", "课时"), tuple(rows))


def _bids(facts: Facts, rng: random.Random) -> Table:
    amount = int(str(facts["amount_fen"]))
    rows = [(str(facts["supplier"]), wan(amount), f"{rng.randint(9000, 9400) / 100:.2f}", "1")]
    for rank, firm in enumerate(("省外投标人甲", "省内投标人乙", "省内投标人丙"), 2):
        rows.append((firm, wan(amount * rng.randint(101, 112) // 100), f"{(9000 - rank * 260) / 100:.2f}", str(rank)))
    return Table(("投标人", "投标报价（万元）", "综合得分", "排名"), tuple(rows))


def _visits(facts: Facts, rng: random.Random) -> Table:
    rows = [
        (f"第{n}次", str(facts[f"m{n}"]), "CPU、内存、磁盘、日志", rng.choice(("正常", "正常", "已处理告警")))
        for n in range(1, 6)
    ]
    return Table(("巡检", "重点模块", "检查项", "结果"), tuple(rows))


def _signatures(facts: Facts, rng: random.Random) -> Table:
    rows = [(name, "高级工程师", rng.choice(_FIELDS), "（签字）") for name in str(facts["experts"]).split("、")]
    return Table(("姓名", "职称", "专业", "签名"), tuple(rows))


def _parties(facts: Facts, rng: random.Random) -> Table:
    return Table(
        (),
        (
            (f"甲方（盖章）：{facts['unit']}", f"乙方（盖章）：{facts['second']}"),
            (f"代表人：{facts['leader']}", f"代表人：{facts['manager']}"),
            (f"日期：{facts['day']:+0}", f"日期：{facts['day']:+0}"),
        ),
    )


_TABLES: dict[str, Callable[[Facts, random.Random], Table]] = {
    "modules": _modules,
    "investment": _investment,
    "payments": _payments,
    "targets": _targets,
    "resources": _resources,
    "equipment": _equipment,
    "issues": _issues,
    "functions": _functions,
    "loads": _loads,
    "domains": _domains,
    "risks": _risks,
    "crypto_layers": _crypto_layers,
    "training": _training,
    "bids": _bids,
    "visits": _visits,
    "signatures": _signatures,
    "parties": _parties,
}

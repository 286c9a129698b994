"""系统目录与信息资源: a unit's systems with their life cycle, information resources, the unit's sharing by year."""

from archive.registers.columns import UNIT, Column, Kind, Need, Register, choice, day, flag, system, text, year
from archive.registers.forms.bodies import BODIES
from archive.registers.forms.planning import HOSTING, SERVICE_CLASSES

LIFE = {"building": "在建", "in_use": "在用", "merged": "已整合", "decommissioned": "已停用"}
SHARING = {"unconditional": "无条件共享", "conditional": "有条件共享", "none": "不予共享"}
OPENNESS = {"open": "开放", "conditional": "有条件开放", "closed": "不开放（敏感）"}

SYSTEM = Register(
    "system", "系统目录", "本单位的政务信息系统及其建设、在用、整合、停用情况。", ("8", "9", "32", "51"),
    (text("number", "系统目录编号", required=True),
     text("name", "系统名称", required=True),
     choice("status", "状态", LIFE, required=True),
     Column("project", "项目编号", Kind.PROJECT, note="建设它的项目，须为本单位的项目"),
     choice("service_class", "业务类别", SERVICE_CLASSES),
     choice("hosting", "部署方式", HOSTING),
     text("mlps_level", "等保级别"),
     day("in_use_on", "投入使用日期"),
     day("changed_on", "状态或名称变更日期", note="验收、整合、停用、更名之日"),
     day("catalogued_on", "目录最近更新日期", note="在备案登记平台更新系统目录之日"),
     text("replaced_by", "替代它的系统", note="统建系统或整合后系统的名称、编号"),
     text("decision_no", "停用决定文号"),
     text("receipt_no", "目录登记回执号"),
     flag("can_be_merged", "可由统建系统替代")),
    unique=("number",), scope=UNIT, since="", needs=(
        Need("status", ("merged",), ("changed_on", "replaced_by")), Need("status", ("decommissioned",), ("changed_on",))),
    spans=(("in_use_on", "changed_on"),),
    documents=("system_catalog_entry", "decommission_decision", "system_integration_statement"))

SHARING_YEAR = Register(
    "sharing_year", "年度归集共享情况", "本单位按年度认定的数据归集、共享、重复采集情况。", ("12", "33"),
    (year(),
     flag("aggregation_done", "按要求完成数据归集"),
     flag("not_shared", "存在应共享未共享"),
     flag("duplicate_collection", "存在重复采集"),
     choice("decided_by", "认定机构", BODIES),
     day("decided_on", "认定日期"),
     text("number", "认定文号"),
     day("cleared_on", "整改销号日期")),
    unique=("year",), scope=UNIT, since="decided_on", spans=(("decided_on", "cleared_on"),),
    documents=("sharing_report", "sharing_mechanism", "rectification_notice", "rectification_report"))

RESOURCE = Register(
    "resource", "信息资源目录", "本项目的信息资源、共享接入和公共数据目录登记。", ("11", "12", "13", "20", "33"),
    (text("number", "资源编号", required=True),
     text("name", "资源名称", required=True),
     system(),
     choice("sharing", "共享属性", SHARING, required=True),
     text("no_sharing_basis", "不予共享依据"),
     text("leading_group_no", "领导小组审核批准文号", note="不共享但确需建设的"),
     day("leading_group_on", "领导小组批准日期"),
     flag("connected", "已接入共享交换平台"),
     day("connected_on", "接入日期"),
     text("exchange_no", "共享交换平台编号"),
     choice("openness", "开放属性", OPENNESS),
     text("public_catalog_no", "公共数据资源目录编号"),
     day("public_catalog_on", "列入公共数据目录日期"),
     flag("aggregated", "已按要求归集"),
     flag("exclusive", "只向特定企业开放"),
     flag("involves_secrets", "涉及国家秘密"),
     day("catalogued_on", "编目日期")),
    unique=("number",), needs=(
        Need("sharing", ("none",), ("no_sharing_basis",)), Need("connected", ("yes",), ("connected_on",))),
    documents=("info_resource_catalog", "sharing_platform_access", "sharing_report", "public_data_catalog_proof",
               "sharing_mechanism", "integration_proof"))

REGISTERS = (SYSTEM, SHARING_YEAR, RESOURCE)

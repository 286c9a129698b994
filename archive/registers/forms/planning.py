"""申报与审批: what a project is, the year's demand and list, opinions, approvals, what outside platforms answered."""

from archive.registers.columns import Need, Register, choice, day, fen, flag, text, year
from archive.registers.forms.bodies import BODIES

CATEGORIES = {
    "infrastructure": "基础设施", "information_base": "信息资源库", "common_platform": "共性支撑平台",
    "business_system": "重点业务信息系统", "standards": "标准化体系", "support_system": "相关支撑体系", "outside": "不属于以上六类"}
SERVICE_CLASSES = {
    "government_service": "政务服务", "public_service": "公共服务", "office": "办公", "decision_support": "决策辅助",
    "enforcement": "执法检查", "other": "其他"}
HOSTING = {"gov_cloud": "省级政务云", "intranet": "电子政务内网", "extranet": "电子政务外网", "own_room": "自有机房", "other": "其他"}
MERGE_REASONS = {"required": "国家或省明确要求", "security": "国家安全等特殊原因且情况紧急", "small": "总投资不超过 2000 万元"}
MATTERS = {
    "registration": "项目备案登记", "application": "项目申报", "acceptance": "验收情况报备", "adjustment": "调整报备",
    "performance": "绩效报告报送", "procurement": "采购备案", "system_catalog": "系统目录登记", "exchange": "共享交换平台接入",
    "public_catalog": "公共数据资源目录登记", "other": "其他"}
PLATFORMS = {
    "registration": "政务信息化项目备案登记平台", "approval": "投资项目在线审批监管平台", "exchange": "数据共享交换平台",
    "public_catalog": "公共数据资源目录", "other": "其他平台"}
OPINIONS = {
    "finance": "财政厅资金审核", "cac": "网信办信息安全", "secrecy": "保密局信息安全", "miit": "经信厅信息安全",
    "police": "公安厅信息安全", "crypto": "密码管理局安全可靠和密码应用", "bigdata": "大数据中心技术审核",
    "joint": "多部门联合意见", "evaluation": "评估论证", "other": "其他意见"}
CONCLUSIONS = {"agree": "同意", "conditional": "修改后同意", "disagree": "不同意"}
APPROVALS = {
    "fsr": "可研批复", "design": "初步设计及概算批复", "plan": "实施方案或服务需求方案批复", "provincial_consent": "省政府同意",
    "leading_group": "领导小组审核批准", "requirements": "省级总体要求和标准规范", "termination": "同意终止", "other": "其他批准"}

PROFILE = Register(
    "profile", "项目特征", "规则判断所需、台账没有的项目情况；每个项目一条。",
    ("2", "8", "10", "18", "19", "21", "23", "26", "49", "50"),
    (choice("system_category", "项目类型", CATEGORIES),
     choice("service_class", "业务类别", SERVICE_CLASSES),
     choice("hosting", "部署方式", HOSTING),
     text("responsible_person", "项目责任人", note="应为项目单位主要负责人"),
     day("responsible_since", "责任人到任日期"),
     text("lead_unit", "牵头部门", note="跨部门项目"),
     text("participants", "参与部门", note="用顿号分开"),
     flag("needs_city_sharing", "需市（州）共享"),
     flag("sharing_exempt", "依法不共享", note="法律法规规定不予共享的"),
     flag("civil_works", "有新建土建"),
     flag("high_energy", "属高耗能"),
     flag("hardware", "含硬件设备"),
     flag("new_data_center", "新建数据中心"),
     flag("private_lines", "租用互联网出口、专线或未整合的专网"),
     flag("common_parts", "建设共性系统或独立客户端"),
     flag("personal_information", "处理个人信息"),
     flag("security_review_required", "需网络安全审查"),
     flag("supervision_required", "需委托监理", note="未填的按建设方式判断"),
     flag("provincial_consent_required", "需报省政府审定"),
     flag("government_procured", "纳入政府采购"),
     choice("merge_reason", "合并编报理由", MERGE_REASONS),
     fen("self_build_cost_fen", "自行建设及运维测算"),
     fen("service_total_fen", "购买服务全期费用"),
     day("suspended_on", "暂停建设日期"),
     day("resumed_on", "恢复建设日期"),
     day("terminated_on", "终止日期")),
    spans=(("suspended_on", "resumed_on"),))

ANNUAL_DEMAND = Register(
    "annual_demand", "年度需求", "向备案登记平台申报的下一年度项目需求。", ("15", "16", "37"),
    (year("需求年度", note="申报哪一年的项目"),
     day("submitted_on", "申报日期", required=True),
     fen("amount_fen", "申报金额"),
     fen("om_cost_fen", "年运维费用测算"),
     text("funding_channel", "资金渠道"),
     text("content", "主要任务"),
     text("goals", "绩效目标"),
     text("platform_no", "备案登记平台编号"),
     text("receipt_no", "登记回执号"),
     day("receipt_on", "回执日期")),
    unique=("year",), since="submitted_on", documents=("annual_demand_form", "application_package", "registration_receipt"))

ANNUAL_LIST = Register(
    "annual_list", "年度项目清单", "审定的年度政务信息化项目清单中列入本项目的情况。", ("17",),
    (year("清单年度"),
     day("approved_on", "审定日期", required=True),
     choice("issuer", "审定机构", BODIES, required=True),
     text("number", "清单文号"),
     text("item_no", "清单序号"),
     fen("amount_fen", "列入金额")),
    unique=("year",), since="approved_on", documents=("annual_project_list",))

OPINION = Register(
    "opinion", "审核意见", "批复前征求和取得的部门意见、评估论证意见。", ("22", "23", "24"),
    (choice("kind", "意见种类", OPINIONS, required=True),
     choice("issuer", "出具机构", BODIES, required=True),
     text("issuer_name", "机构名称", note="其他机构、第三方机构的全称"),
     text("number", "文号"),
     day("asked_on", "征求意见日期"),
     day("given_on", "意见日期"),
     choice("conclusion", "结论", CONCLUSIONS),
     text("bodies", "联合出具部门", note="联合意见列出全部部门，用顿号分开"),
     fen("amount_fen", "审核金额"),
     text("content", "主要意见")),
    unique=("kind", "issuer", "number"), spans=(("asked_on", "given_on"),), needs=(
        Need("issuer", ("other",), ("issuer_name",)), Need("kind", ("joint",), ("bodies",)),
        Need("conclusion", ("*",), ("given_on",))),
    documents=("opinion_finance", "opinion_cac", "opinion_secrecy", "opinion_miit", "opinion_police", "opinion_crypto",
               "opinion_bigdata", "evaluation_report", "expert_opinion", "consultation_letter"))

APPROVAL = Register(
    "approval", "批准文件", "可研、初步设计、实施方案的批复，省政府和领导小组的批准。", ("10", "12", "18", "19", "24", "25", "30"),
    (choice("kind", "批准事项", APPROVALS, required=True),
     choice("issuer", "批准机构", BODIES, required=True),
     text("issuer_name", "机构名称"),
     text("number", "批准文号", required=True),
     day("approved_on", "批准日期", required=True),
     fen("investment_fen", "批准总投资"),
     flag("again", "属重新审批"),
     flag("goals_changed", "目标或规模有重大变化"),
     day("acceptance_deadline", "批准文件规定的验收期限"),
     text("content", "主要内容")),
    unique=("kind", "number"), since="approved_on", needs=(Need("issuer", ("other",), ("issuer_name",)),),
    documents=("fsr_approval", "design_approval", "plan_approval", "provincial_consent", "leading_group_approval",
               "termination_approval"))

PLATFORM = Register(
    "platform", "平台登记与回执", "外部平台上的登记、报备：编号、日期、回执。", ("9", "29", "31", "33", "45"),
    (choice("platform", "平台", PLATFORMS, required=True),
     choice("matter", "事项", MATTERS, required=True),
     text("number", "平台编号或项目代码", required=True),
     day("submitted_on", "提交日期"),
     day("accepted_on", "受理或登记日期"),
     text("receipt_no", "回执号"),
     choice("recipient", "报送对象", BODIES)),
    unique=("platform", "matter", "number"), spans=(("submitted_on", "accepted_on"),),
    documents=("registration_receipt", "acceptance_filing", "adjustment_filing", "submission_receipt", "contract_filing"))

REGISTERS = (PROFILE, ANNUAL_DEMAND, ANNUAL_LIST, OPINION, APPROVAL, PLATFORM)

"""绩效与监督: performance by year, rectification, requests of auditors, what went wrong."""

from archive.registers.columns import Need, Register, choice, day, flag, percent, text, year
from archive.registers.forms.bodies import BODIES

REPORTS = {"monitor": "绩效监控", "self": "自评价", "department": "主管部门评价", "post": "后评价"}
GRADES = {"excellent": "优", "good": "良", "fair": "中", "poor": "差"}
ORDERS = {"rectify": "限期整改", "suspend": "暂停建设", "audit": "审计整改", "other": "其他"}
REQUESTS = {"material": "资料调取", "audit": "审计", "inspection": "监督检查", "other": "其他"}
INCIDENTS = {
    "delay": "严重逾期", "loss": "重大损失", "security": "安全事件", "hidden_danger": "重大安全隐患", "accident": "责任事故",
    "unregistered": "未经备案或批准", "fraud": "弄虚作假", "misuse": "资金问题", "other": "其他"}

PERFORMANCE = Register(
    "performance", "绩效报告与评价", "按年度的绩效监控报告、自评价、主管部门评价、后评价。", ("45", "46"),
    (year(note="报告所说的年度"),
     choice("kind", "种类", REPORTS, required=True),
     day("reported_on", "报告日期"),
     day("to_ndrc_on", "报送省发展改革委日期"),
     text("ndrc_receipt", "省发展改革委回执号"),
     day("to_finance_on", "报送财政厅日期"),
     text("finance_receipt", "财政厅回执号"),
     choice("evaluator", "评价机构", BODIES),
     choice("grade", "评价等级", GRADES),
     percent("budget_executed", "资金执行率（%）"),
     flag("progress_told", "写明进度和资金执行"),
     flag("trial_told", "写明试运行效果", note="试运行期间"),
     flag("user_asked", "附使用单位意见"),
     flag("supervisor_asked", "附监理单位意见"),
     text("content", "主要结论")),
    unique=("year", "kind"), needs=(
        Need("ndrc_receipt", ("*",), ("to_ndrc_on",)), Need("finance_receipt", ("*",), ("to_finance_on",))),
    documents=("performance_monitor_report", "self_evaluation_report", "department_evaluation", "post_evaluation_report",
               "submission_receipt", "user_opinion", "supervisor_opinion"))

RECTIFICATION = Register(
    "rectification", "整改", "限期整改、暂停建设的通知和完成情况。", ("30", "44", "47"),
    (text("number", "通知文号", required=True),
     choice("kind", "种类", ORDERS, required=True),
     choice("issuer", "发出机构", BODIES, required=True),
     day("issued_on", "通知日期", required=True),
     day("due_on", "整改期限"),
     text("content", "整改要求"),
     day("reported_on", "整改报告日期"),
     text("report_no", "整改报告文号"),
     day("accepted_on", "认可整改完成日期")),
    unique=("number",), since="issued_on", needs=(Need("kind", ("rectify", "audit"), ("due_on",)),),
    spans=(("issued_on", "due_on"), ("reported_on", "accepted_on")),
    documents=("rectification_notice", "rectification_report", "suspension_notice", "audit_rectification"))

AUDIT_REQUEST = Register(
    "audit_request", "审计与检查", "审计、检查单位调取资料的要求和答复。", ("44", "47", "48"),
    (text("number", "通知文号", required=True),
     choice("kind", "种类", REQUESTS, required=True),
     choice("issuer", "要求机构", BODIES, required=True),
     day("received_on", "收到日期", required=True),
     day("due_on", "答复期限"),
     text("content", "要求提供的资料"),
     day("answered_on", "答复日期"),
     text("answer_no", "答复文号"),
     flag("complete", "已全部提供"),
     day("report_on", "审计或检查报告日期"),
     text("report_no", "报告文号")),
    unique=("number",), since="received_on", spans=(("received_on", "due_on"), ("received_on", "answered_on")),
    documents=("audit_request", "audit_response", "government_audit_report"))

INCIDENT = Register(
    "incident", "事件与问题", "严重逾期、损失、安全事件、隐患、资金等问题及其报告和了结。", ("30", "48", "51"),
    (text("number", "事件编号", required=True),
     choice("kind", "种类", INCIDENTS, required=True),
     day("happened_on", "发生或发现日期", required=True),
     text("content", "情况"),
     day("reported_on", "报告日期"),
     choice("reported_to", "报告对象", BODIES),
     day("closed_on", "了结日期"),
     text("outcome", "处理结果")),
    unique=("number",), since="happened_on", spans=(("happened_on", "closed_on"),),
    needs=(Need("reported_on", ("*",), ("reported_to",)),),
    documents=("delay_report", "security_incident", "rectification_report"))

REGISTERS = (PERFORMANCE, RECTIFICATION, AUDIT_REQUEST, INCIDENT)

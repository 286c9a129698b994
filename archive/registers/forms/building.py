"""采购与调整: how it was bought, and what was changed of what had been approved."""

from archive.registers.columns import Need, Register, choice, contract, day, fen, flag, percent, text, whole
from archive.registers.forms.bodies import BODIES

METHODS = {
    "open_tender": "公开招标", "invited_tender": "邀请招标", "consultation": "竞争性磋商", "single_source": "单一来源",
    "negotiation": "竞争性谈判", "inquiry": "询价", "framework": "框架协议", "own": "自行采购"}
EVALUATIONS = {"comprehensive": "综合评分法", "lowest_price": "最低评标价法", "none": "不适用", "other": "其他"}
OBJECTS = {"goods": "货物", "services": "服务", "works": "工程", "undefined": "未明确"}
USES = {"build": "建设", "service": "购买服务", "supervision": "监理", "om": "运维", "test": "测评", "audit": "审计", "other": "其他"}
ADJUSTMENTS = {"self": "自行调整", "major": "重大调整"}
REASONS = {"deployment": "国家或省工作部署需要", "technology": "技术方案优化", "business": "业务发展需要", "other": "其他"}

PROCUREMENT = Register(
    "procurement", "采购", "每个采购包的方式、评审办法、价格权重和时间。", ("19", "26", "39", "40", "41", "42", "43"),
    (text("number", "采购编号", required=True),
     text("package", "包号"),
     choice("purpose", "采购用途", USES, required=True),
     choice("object", "采购标的", OBJECTS, required=True),
     flag("government_procured", "纳入政府采购", note="目录以内或限额以上"),
     choice("method", "采购方式", METHODS, required=True),
     choice("evaluation", "评审办法", EVALUATIONS),
     percent("price_weight", "价格权重（%）"),
     flag("bundled", "货物或工程与服务打包"),
     whole("suppliers", "参与供应商数量"),
     fen("budget_fen", "采购预算"),
     fen("award_fen", "成交金额"),
     text("supplier", "成交供应商"),
     flag("supplier_qualified", "供应商具备涉密资质", note="涉密项目"),
     day("notice_on", "公告日期"),
     day("document_on", "采购文件发出日期"),
     day("bid_deadline", "投标截止日期"),
     day("award_on", "中标成交通知日期"),
     day("contract_signed_on", "合同签订日期"),
     day("contract_published_on", "合同公告日期"),
     day("contract_filed_on", "合同备案日期"),
     day("ended_on", "采购活动结束日期"),
     contract()),
    unique=("number", "package"), spans=(("document_on", "bid_deadline"), ("bid_deadline", "award_on")),
    documents=("tender_document", "tender_notice", "bid_evaluation_report", "award_notice", "award_announcement",
               "self_procurement_record", "secrecy_qualification", "contract_announcement", "contract_filing"))

ADJUSTMENT = Register(
    "adjustment", "项目调整", "建设内容和投资的调整：金额、理由、决定、批准、报备。", ("25", "28", "29"),
    (text("number", "调整编号", required=True),
     choice("kind", "调整种类", ADJUSTMENTS, required=True),
     choice("reason", "调整理由", REASONS, required=True),
     text("content", "调整内容"),
     fen("amount_fen", "调整金额", required=True, note="调整所涉金额，增减均填正数"),
     fen("total_before_fen", "调整前总投资"),
     fen("total_after_fen", "调整后总投资"),
     flag("goals_changed", "建设目标有变化"),
     choice("decided_by", "决定机构", BODIES),
     day("decided_on", "决定日期"),
     day("applied_on", "申请日期"),
     day("approved_on", "批准日期"),
     text("approval_no", "批准文号"),
     day("executed_on", "实施日期"),
     day("filed_on", "报备日期"),
     text("filing_no", "报备编号或回执号")),
    unique=("number",), spans=(("applied_on", "approved_on"),), needs=(Need("approved_on", ("*",), ("approval_no",)),),
    documents=("adjustment_application", "adjustment_approval", "self_adjustment_record", "adjustment_filing",
               "design_change_chapter"))

REGISTERS = (PROCUREMENT, ADJUSTMENT)

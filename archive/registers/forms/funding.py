"""资金: payments, settlement and surplus, O&M budgets."""

from archive.registers.columns import Need, Register, choice, contract, day, fen, flag, text, year

PAYMENTS = {"advance": "预付款", "progress": "进度款", "final": "结算款", "retention": "质保金", "service": "服务费", "other": "其他"}
PURPOSES = {"build": "建设", "om": "运维", "other": "其他"}
SETTLEMENTS = {"contract": "合同结算", "final_accounts": "竣工财务决算"}
ROUNDS = {"first": "首次申请", "renewal": "续运维"}
SOURCES = {
    "budget_capital": "预算内基本建设", "central": "中央专项", "finance_pool": "财政统筹", "own": "单位自筹", "other": "其他"}

PAYMENT = Register(
    "payment", "资金支付", "每一笔支付及其凭证。", ("9", "36", "38"),
    (text("number", "支付凭证号", required=True),
     day("paid_on", "支付日期", required=True),
     fen("amount_fen", "支付金额", required=True),
     choice("purpose", "用途", PURPOSES, required=True),
     choice("kind", "款项", PAYMENTS),
     choice("source", "资金来源", SOURCES),
     contract(),
     text("payee", "收款人"),
     flag("treasury", "国库集中支付"),
     flag("own_ledger", "已记入专账"),
     text("certificate_no", "监理付款意见编号")),
    unique=("number",), since="paid_on", documents=("payment_voucher", "payment_certificate", "invoice", "special_ledger"))

SETTLEMENT = Register(
    "settlement", "结算与结余", "合同结算、竣工财务决算、结余资金及其退回。", ("28", "35", "36"),
    (text("number", "结算或决算编号", required=True),
     choice("kind", "种类", SETTLEMENTS, required=True),
     contract(),
     day("settled_on", "结算或编报日期"),
     fen("settled_fen", "审定金额"),
     day("approved_on", "批复日期"),
     text("approval_no", "批复文号"),
     choice("source", "资金来源", SOURCES),
     fen("received_fen", "到位资金"),
     fen("surplus_fen", "结余资金"),
     fen("returned_fen", "已退回结余"),
     day("returned_on", "退回日期"),
     text("voucher_no", "退回凭证号")),
    unique=("kind", "number"), needs=(
        Need("returned_fen", ("*",), ("returned_on",)), Need("kind", ("contract",), ("contract",)),
        Need("approved_on", ("*",), ("approval_no",))),
    documents=("final_accounts", "financial_report", "third_party_audit_report", "surplus_return_voucher"))

OM_BUDGET = Register(
    "om_budget", "运维预算", "按年度的运维经费申报、论证评估、批复。", ("37", "38", "42"),
    (year("预算年度", note="经费用于哪一年"),
     choice("round", "申请种类", ROUNDS, required=True),
     day("applied_on", "申报日期"),
     fen("amount_fen", "申报金额"),
     day("reassessed_on", "论证评估日期", note="续运维"),
     text("reassessment_no", "论证评估文号"),
     flag("price_reviewed", "价格已论证"),
     flag("technology_reviewed", "技术已论证"),
     day("replied_on", "批复日期"),
     text("reply_no", "批复文号"),
     fen("approved_fen", "批复金额"),
     flag("guaranteed", "年度预算可保障"),
     contract()),
    unique=("year",), needs=(Need("replied_on", ("*",), ("reply_no",)), Need("approved_fen", ("*",), ("replied_on",))),
    documents=("om_budget_application", "om_reassessment", "budget_reply", "om_plan"))

REGISTERS = (PAYMENT, SETTLEMENT, OM_BUDGET)

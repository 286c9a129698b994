"""What the registers say of a sample project's money and of how it is watched: bought, paid, settled, reported."""

from collections.abc import Iterator
from datetime import date, timedelta

from admin.sample.cases import Case
from admin.sample.days import workday_until
from admin.sample.entries import after, by, entry
from admin.sample.model import SampleEntry
from admin.sample.scenario import PS
from retention.compliance.periods import add_months

_METHODS = {
    "公开招标": "open_tender",
    "竞争性磋商": "consultation",
    "询价": "inquiry",
    "续签（分年签订）": "open_tender",
}
_SERVICE_PRICE = 10  # per cent of the points, 第39条
_WATCHED = "accepted-2m"  # the project that shows an adjustment, an order, a request and an incident


def procurements(case: Case) -> Iterator[SampleEntry]:
    """Of the main contract, or of an O&M round once: later years are only signed."""
    for contract in case.contracts:
        if contract.renews or contract.type not in ("build", "service", "om", "supervision"):
            continue
        first = contract.type in ("build", "service")
        yield entry(
            "procurement",
            case.row.code,
            ("tender_document", "award_notice", "bid_evaluation_report"),
            number=f"CG-{contract.number[2:]}",
            purpose=contract.type,
            object="services",
            government_procured=True,
            method=_METHODS.get(contract.method, "own"),
            evaluation="comprehensive",
            price_weight=_SERVICE_PRICE,
            bundled=False,
            suppliers=4,
            award_fen=contract.amount_fen,
            supplier=contract.supplier,
            supplier_qualified=True if case.row.classified else None,
            **_bought(case, contract.signed_on, first),
            contract_signed_on=contract.signed_on,
            contract=contract.number,
        )


def _bought(case: Case, signed: date | None, first: bool) -> dict[str, date | None]:
    """The days around an award as the law wants them; of the main contract those that its papers bear."""
    if signed is None:
        return {}
    award = case.dates.get("award_on") if first else workday_until(signed - timedelta(days=18))
    document = case.dates.get("tender_on") if first else workday_until(signed - timedelta(days=50))
    days = {"document_on": document, "award_on": award, "contract_published_on": signed, "contract_filed_on": signed}
    if document is not None and award is not None:
        days |= {"bid_deadline": award - timedelta(days=8)}
    return days


def payments(case: Case) -> Iterator[SampleEntry]:
    """Three tenths on signing, half on completion."""
    main = next(
        (c for c in case.contracts if c.type in ("build", "service", "om") and c.signed_on and c.amount_fen), None
    )
    if main is None or main.signed_on is None or main.amount_fen is None:
        return
    shares = (
        (1, "advance", 3, by(case, workday_until(main.signed_on + timedelta(days=25)))),
        (2, "progress", 5, after(case, "actual_completion", 20)),
    )
    for number, kind, tenths, day in shares:
        if day is not None and day > main.signed_on:
            yield entry(
                "payment",
                case.row.code,
                ("payment_voucher", "payment_certificate"),
                number=f"GK{main.number[2:]}-{number}",
                paid_on=day,
                amount_fen=main.amount_fen * tenths // 10,
                purpose="om" if main.type == "om" else "build",
                kind=kind,
                source="finance_pool" if case.row.mode == PS else "budget_capital",
                contract=main.number,
                payee=main.supplier,
                treasury=True,
                own_ledger=True,
            )


def settlement(case: Case) -> Iterator[SampleEntry]:
    """Accounts are closed two months after acceptance; what is left goes back the month after."""
    approved = after(case, "acceptance_date", 60)
    if approved is None or case.row.mode == PS or case.row.total_investment_fen is None:
        return
    total = case.row.total_investment_fen
    spent = sum(c.amount_fen or 0 for c in case.contracts if c.type != "om")
    returned = by(case, workday_until(approved + timedelta(days=30)))
    yield entry(
        "settlement",
        case.row.code,
        ("final_accounts", "financial_report", "third_party_audit_report"),
        number=f"JS{case.row.code[2:]}",
        kind="final_accounts",
        settled_on=workday_until(approved - timedelta(days=20)),
        settled_fen=spent,
        approved_on=approved,
        approval_no=f"云财决〔{approved.year}〕{case.row.code[-3:]}号",
        source="budget_capital",
        received_fen=total,
        surplus_fen=total - spent,
        returned_fen=total - spent if returned else None,
        returned_on=returned,
        voucher_no=f"TH{case.row.code[2:]}" if returned else "",
    )


def om_budgets(case: Case) -> Iterator[SampleEntry]:
    years: set[int] = set()
    for contract in case.contracts:
        if contract.type != "om" or contract.start_on is None or contract.start_on.year in years:
            continue
        year, again = contract.start_on.year, bool(years)
        years.add(year)
        yield entry(
            "om_budget",
            case.row.code,
            ("om_budget_application", "budget_reply", "om_reassessment"),
            year=year,
            round="renewal" if again else "first",
            applied_on=workday_until(date(year - 1, 9, 15)),
            amount_fen=contract.amount_fen,
            reassessed_on=workday_until(date(year - 1, 8, 30)) if again else None,
            price_reviewed=again or None,
            technology_reviewed=again or None,
            replied_on=min(workday_until(date(year, 1, 25)), contract.signed_on or date(year, 1, 25)),
            reply_no=f"云财预〔{year}〕{case.row.code[-3:]}号",
            approved_fen=contract.amount_fen,
            guaranteed=True,
            contract=contract.number,
        )


def performance(case: Case) -> Iterator[SampleEntry]:
    """A report each December of the building years, the unit's own judgement a year and a half after it went live."""
    start, today, row = case.row.construction_start, case.dates["today"], case.row
    if start is None or case.scenario.round:
        return
    for year in range(start.year, today.year):
        if row.acceptance_date is None or row.acceptance_date > date(year, 12, 31):
            day = workday_until(date(year, 12, 15))
            yield entry(
                "performance",
                row.code,
                ("performance_monitor_report", "submission_receipt"),
                year=year,
                kind="monitor",
                reported_on=day,
                to_ndrc_on=day,
                ndrc_receipt=f"FG{year}{row.code[-3:]}",
                to_finance_on=day,
                finance_receipt=f"CZ{year}{row.code[-3:]}",
                progress_told=True,
                user_asked=True,
                supervisor_asked=row.mode != PS,
            )
    judged = by(case, add_months(row.operation_start, 18)) if row.operation_start else None
    if judged is not None and row.acceptance_date:
        yield entry(
            "performance",
            row.code,
            ("self_evaluation_report",),
            year=judged.year,
            kind="self",
            reported_on=workday_until(judged),
            evaluator="unit",
            grade="good",
        )


def watched(case: Case) -> Iterator[SampleEntry]:
    """One project on which everything that can happen in between has happened, and was answered in time."""
    start, done = case.row.construction_start, case.row.actual_completion
    if case.scenario.key == _WATCHED and start is not None and done is not None:
        yield _adjusted(case, workday_until(start + timedelta(days=60)))
        yield _rectified(case, workday_until(start + timedelta(days=100)))
        yield _requested(case, done)
        yield _happened(case, workday_until(start + timedelta(days=130)))


def _adjusted(case: Case, decided: date) -> SampleEntry:
    row, total = case.row, case.row.total_investment_fen or 0
    return entry(
        "adjustment",
        row.code,
        ("self_adjustment_record", "change_request"),
        number=f"TZ{row.code[2:]}-1",
        kind="self",
        reason="technology",
        content="以省级统一消息服务替换自建消息模块，建设目标不变",
        amount_fen=total // 20,
        total_before_fen=total,
        total_after_fen=total,
        goals_changed=False,
        decided_by="unit",
        decided_on=decided,
        executed_on=workday_until(decided + timedelta(days=15)),
        filed_on=workday_until(decided + timedelta(days=7)),
        filing_no=f"TZBA{row.code[2:]}-1",
    )


def _rectified(case: Case, checked: date) -> SampleEntry:
    row = case.row
    return entry(
        "rectification",
        row.code,
        ("rectification_notice", "rectification_report"),
        number=f"云发改督〔{checked.year}〕17号",
        kind="rectify",
        issuer="ndrc",
        issued_on=checked,
        due_on=checked + timedelta(days=30),
        content="补齐监理日志，完善项目专账",
        reported_on=workday_until(checked + timedelta(days=24)),
        report_no=f"云整改〔{checked.year}〕2号",
        accepted_on=workday_until(checked + timedelta(days=40)),
    )


def _requested(case: Case, done: date) -> SampleEntry:
    row = case.row
    return entry(
        "audit_request",
        row.code,
        ("audit_request", "audit_response"),
        number=f"云审调〔{done.year}〕9号",
        kind="material",
        issuer="audit",
        received_on=workday_until(done + timedelta(days=10)),
        due_on=done + timedelta(days=20),
        content="合同、支付凭证、验收资料",
        answered_on=workday_until(done + timedelta(days=17)),
        answer_no=f"云函复〔{done.year}〕5号",
        complete=True,
    )


def _happened(case: Case, happened: date) -> SampleEntry:
    row = case.row
    return entry(
        "incident",
        row.code,
        ("security_incident", "meeting_minutes"),
        number=f"SJ{row.code[2:]}-1",
        kind="other",
        happened_on=happened,
        content="测试环境接口超时，影响联调两天",
        reported_on=happened,
        reported_to="department",
        closed_on=workday_until(happened + timedelta(days=9)),
        outcome="已扩容并复测通过",
    )

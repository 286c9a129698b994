"""What the registers say of a sample project: what follows from its dates, contracts and sums, and has happened by now.

Rows tell of a project that keeps to the measures; what its scenario does wrong stands in its dates and papers.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from admin.sample.cases import Case
from admin.sample.days import workday_until
from admin.sample.entries import after, entry
from admin.sample.model import SampleEntry
from admin.sample.registers_money import om_budgets, payments, performance, procurements, settlement, watched
from admin.sample.scenario import PS

_OPINIONS = ("finance", "cac", "secrecy", "miit", "police", "crypto", "bigdata")  # kinds, and the bodies that give them
_YEARS = 4


def entries_of(case: Case) -> tuple[SampleEntry, ...]:
    """In the order of the registers: a row comes after those it names."""
    makers = (
        _profile,
        _demand,
        _opinions,
        _approvals,
        _termination,
        _platforms,
        _system,
        _resource,
        procurements,
        payments,
        settlement,
        om_budgets,
        performance,
        watched,
    )
    return tuple(row for make in makers for row in make(case))


def of_units(cases: Sequence[Case], today: date) -> tuple[SampleEntry, ...]:
    """The word of each year on what each unit shares."""
    units = dict.fromkeys(case.row.unit for case in cases)
    last = today.year if today >= date(today.year, 1, 31) else today.year - 1
    return tuple(_shared(unit, number, year) for year in range(last - _YEARS, last + 1) for number, unit in enumerate(units, 11))


def _shared(unit: str, number: int, year: int) -> SampleEntry:
    return entry(
        "sharing_year",
        unit,
        (),
        year=year - 1,
        aggregation_done=True,
        not_shared=False,
        duplicate_collection=False,
        decided_by="bigdata",
        decided_on=workday_until(date(year, 1, 31)),
        number=f"云数函〔{year}〕{number}号",
    )


def _profile(case: Case) -> Iterator[SampleEntry]:
    yield entry(
        "profile",
        case.row.code,
        ("project_basic_info", "app_implementation_plan"),
        system_category="business_system",
        service_class="government_service",
        hosting="other" if case.row.classified else "gov_cloud",
        responsible_person=case.row.contact,
        lead_unit=case.row.unit if case.row.cross_department else "",
        needs_city_sharing=False,
        civil_works=False,
        high_energy=False,
        new_data_center=False,
        government_procured=True,
        merge_reason="small" if case.merged and case.row.mode != PS else "",
        terminated_on=case.dates.get("terminated_on"),
    )


def _demand(case: Case) -> Iterator[SampleEntry]:
    """Asked for by the end of September for the year in which it was decided upon."""
    decided = case.dates.get("fsr_on")
    if decided is None:
        return
    code, total = case.row.code, case.row.total_investment_fen
    submitted = workday_until(date(decided.year - 1, 9, 20))
    yield entry(
        "annual_demand",
        code,
        (),
        year=decided.year,
        submitted_on=submitted,
        amount_fen=total,
        platform_no=f"XQ{code[2:]}",
        receipt_no=f"HZ{code[2:]}",
        receipt_on=submitted,
        content=f"{case.system}相关功能",
    )
    yield entry(
        "annual_list",
        code,
        (),
        year=decided.year,
        approved_on=workday_until(decided - timedelta(days=20)),
        issuer="leading_group",
        number=f"云数领〔{decided.year}〕3号",
        item_no=code[-3:],
        amount_fen=total,
    )


def _opinions(case: Case) -> Iterator[SampleEntry]:
    decided = case.dates.get("fsr_on")
    if decided is None or case.scenario.round:
        return
    for number, kind in enumerate(_OPINIONS, 1):
        yield entry(
            "opinion",
            case.row.code,
            (f"opinion_{kind}", "consultation_letter"),
            kind=kind,
            issuer=kind,
            number=f"云{kind}函〔{decided.year}〕{case.row.code[-3:]}{number}号",
            asked_on=workday_until(decided - timedelta(days=40)),
            given_on=workday_until(decided - timedelta(days=12 + number)),
            conclusion="agree",
        )
    yield entry(
        "opinion",
        case.row.code,
        ("evaluation_report", "expert_opinion"),
        kind="evaluation",
        issuer="other",
        issuer_name="云川省工程咨询研究院",
        given_on=workday_until(decided - timedelta(days=8)),
        conclusion="conditional",
    )


def _approvals(case: Case) -> Iterator[SampleEntry]:
    row, decided = case.row, case.dates.get("fsr_on")
    if row.approved_on is None or case.scenario.round:
        return
    whole = row.mode == PS or case.merged
    if not whole and decided is not None:
        yield entry(
            "approval",
            row.code,
            ("fsr_approval",),
            kind="fsr",
            issuer="ndrc",
            number=f"云发改审〔{decided.year}〕{row.code[-3:]}号",
            approved_on=decided,
            investment_fen=row.total_investment_fen,
        )
    yield entry(
        "approval",
        row.code,
        ("plan_approval" if whole else "design_approval",),
        kind="plan" if whole else "design",
        issuer="ndrc",
        number=row.approval_no,
        approved_on=row.approved_on,
        investment_fen=row.total_investment_fen,
    )


def _termination(case: Case) -> Iterator[SampleEntry]:
    """Consent to an end (第30条第2款), where it was asked for."""
    ended = case.dates.get("terminated_on")
    if ended is not None and "termination" in case.scenario.papers:
        agreed = workday_until(ended - timedelta(days=6))
        yield entry(
            "approval",
            case.row.code,
            ("termination_approval",),
            kind="termination",
            issuer="leading_group",
            number=f"云数领〔{agreed.year}〕{case.row.code[-3:]}号",
            approved_on=agreed,
        )


def _platforms(case: Case) -> Iterator[SampleEntry]:
    row = case.row
    if (day := row.registered_on) is not None:
        yield entry(
            "platform",
            row.code,
            ("registration_receipt",),
            platform="registration",
            matter="registration",
            number=f"BA{row.code[2:]}",
            submitted_on=day,
            accepted_on=day,
            receipt_no=f"BAHZ{row.code[2:]}",
        )
        if not case.scenario.round:
            yield entry(
                "platform",
                row.code,
                ("application_package",),
                platform="approval",
                matter="application",
                number=f"{day:%y%m}-510000-04-04-{row.code[-4:]}00",
                submitted_on=day,
            )
    if (filed := case.dates.get("filed_on")) is not None:
        yield entry(
            "platform",
            row.code,
            ("acceptance_filing",),
            platform="registration",
            matter="acceptance",
            number=f"YS{row.code[2:]}",
            submitted_on=filed,
            recipient="leading_group_office",
        )


def _system(case: Case) -> Iterator[SampleEntry]:
    """Every new project builds a system; later ones extend or maintain it."""
    if case.predecessor is not None or case.row.approved_on is None or case.scenario.round:
        return
    running = case.dates.get("operation_start")
    catalogued = after(case, "acceptance_date", 15)
    yield entry(
        "system",
        case.row.unit,
        ("system_catalog_entry", "registration_receipt"),
        number=f"XT{case.row.code[2:]}",
        name=case.system,
        status="in_use" if running else "building",
        project=case.row.code,
        service_class="government_service",
        hosting="other" if case.row.classified else "gov_cloud",
        mlps_level=case.row.mlps_level,
        in_use_on=running,
        changed_on=running if running and case.row.acceptance_date else None,
        catalogued_on=catalogued or after(case, "approved_on", 20),
        receipt_no=f"ML{case.row.code[2:]}",
    )


def _resource(case: Case) -> Iterator[SampleEntry]:
    if case.row.approved_on is None or case.scenario.round or case.row.classified:
        return
    connected, number = case.dates.get("tested_on"), f"ZY{case.row.code[2:]}-01"
    yield entry(
        "resource",
        case.row.code,
        ("info_resource_catalog", "sharing_platform_access", "public_data_catalog_proof"),
        number=number,
        name=f"{case.system}业务数据",
        system="" if case.predecessor else f"XT{case.row.code[2:]}",
        sharing="conditional",
        connected=connected is not None,
        connected_on=connected,
        exchange_no=f"JH{case.row.code[2:]}" if connected else "",
        openness="conditional",
        public_catalog_no=f"GK{case.row.code[2:]}" if connected else "",
        public_catalog_on=connected,
        aggregated=connected is not None,
        exclusive=False,
        involves_secrets=False,
        catalogued_on=workday_until(case.row.approved_on - timedelta(days=90)),
    )

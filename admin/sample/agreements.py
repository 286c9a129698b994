"""The contracts of a sample project: who builds, supervises, tests, audits, serves and maintains, for how much.

Amounts are shares of the total investment, so that contracts never add up to more than was approved.
"""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from admin.sample.days import workday_until
from admin.sample.names import BODIES, METHODS, SUPERVISION_FIRMS, SUPPLIERS
from admin.sample.scenario import PS, Round, Scenario
from admin.sample.timeline import Dates
from ingest.ledger import ContractRow
from retention.compliance.periods import add_years, last_service_day


@dataclass(frozen=True)
class _Kind:
    """`share` of the total in thousandths; signed `delay` days after (before: negative) the date `since`."""

    type: str
    mark: str
    share: int
    since: str
    delay: int
    firm: str
    until: str
    method: str = "竞争性磋商"


_BUILT = (
    _Kind("build", "JS", 820, "contract_signed_on", 0, "supplier", "planned_completion", "公开招标"),
    _Kind("supervision", "JL", 25, "contract_signed_on", 3, "supervision_firm", "planned_completion"),
    _Kind("test", "RC", 18, "construction_start", 120, "tester", "planned_completion", "询价"),
    _Kind("test", "DB", 20, "construction_start", 130, "mlps_firm", "planned_completion", "询价"),
    _Kind("audit", "SJ", 8, "actual_completion", 10, "auditor_firm", "planned_acceptance", "询价"),
)
_PURCHASED = (
    _Kind("service", "FW", 900, "contract_signed_on", 0, "supplier", "planned_acceptance", "公开招标"),
    _Kind("test", "DB", 25, "construction_start", 130, "mlps_firm", "planned_completion", "询价"),
)
_YUAN = 100
_MARK = "YW"  # 运维; the number that follows is the year of the round, 00 for a contract over all of them


def partners(rng: random.Random) -> dict[str, str]:
    """Who works for the project, by the role's key; the public bodies and testers are the same for all."""
    return {**BODIES, "supplier": rng.choice(SUPPLIERS), "supervision_firm": rng.choice(SUPERVISION_FIRMS)}


def contracts(
    scenario: Scenario, code: str, total_fen: int, dates: Dates, firms: dict[str, str], rng: random.Random
) -> tuple[ContractRow, ...]:
    """The contracts signed by now."""
    if scenario.round:
        return _maintenance(scenario.round, code, total_fen, dates, firms)
    kinds = _PURCHASED if scenario.mode == PS else _BUILT
    return tuple(
        _contract(kind, code, total_fen, dates, firms, rng)
        for kind in kinds
        if kind.since in dates and dates[kind.since] + timedelta(days=kind.delay) <= dates["today"]
    )


def _contract(
    kind: _Kind, code: str, total_fen: int, dates: Dates, firms: dict[str, str], rng: random.Random
) -> ContractRow:
    signed = workday_until(dates[kind.since] + timedelta(days=kind.delay))
    start = signed + timedelta(days=7)
    end = dates.get(kind.until)
    return ContractRow(
        number=f"{code}-{kind.mark}01",
        project=code,
        type=kind.type,
        signed_on=signed,
        start_on=start,
        end_on=end if end and end > start else start + timedelta(days=180),
        amount_fen=_rounded(total_fen * kind.share // 1000),
        supplier=firms[kind.firm],
        method=rng.choice(METHODS) if kind.method == "公开招标" else kind.method,
    )


def _maintenance(
    plan: Round, code: str, total_fen: int, dates: Dates, firms: dict[str, str]
) -> tuple[ContractRow, ...]:
    """One contract a year, each continuing the last, and one for all years where the plan has it; only those signed."""
    annual = [] if plan.whole else [(year, year) for year in range(1, plan.index + 1) if year not in plan.skip]
    whole = [(1, plan.years)] if plan.whole or plan.framework else []
    rows: list[ContractRow] = []
    for begin, end in (*whole, *annual):
        first = add_years(dates["round_start"], begin - 1)
        signed = _signed(first, late=begin in plan.late)
        if signed > dates["today"]:
            continue
        last = last_service_day(dates["round_start"], end)
        years = end - begin + 1
        before = next((row for row in reversed(rows) if row.number.endswith(f"{_MARK}{begin - 1:02d}")), None)
        rows.append(
            ContractRow(
                number=f"{code}-{_MARK}{begin if years == 1 else 0:02d}",
                project=code,
                type="om",
                signed_on=signed,
                start_on=first,
                end_on=last + timedelta(days=plan.extra_days),
                amount_fen=_rounded(total_fen * years // plan.years),
                supplier=firms["supplier"],
                method="公开招标" if begin == 1 else "续签（分年签订）",
                renews=before.number if before and begin > 1 else "",
            )
        )
    return tuple(rows)


def _signed(start: date, *, late: bool) -> date:
    return workday_until(start + timedelta(days=33) if late else start - timedelta(days=10))


def _rounded(fen: int) -> int:
    """Whole hundreds of yuan, as bids are."""
    return fen // (100 * _YUAN) * (100 * _YUAN)

"""One case a scenario: the project's unit, system, code, dates, ledger row, contracts and the people around it."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import cycle
from typing import Any

from admin.sample.agreements import contracts, partners
from admin.sample.names import FUNDING, GIVEN_NAMES, PROVINCE, SURNAMES, UNITS, Unit
from admin.sample.people import SUPERVISOR, contact_of
from admin.sample.scenario import PS, SB, Scenario
from admin.sample.timeline import Dates, timeline
from ingest.ledger import ContractRow, ProjectRow

MOST_FOR_ONE_SCHEME_FEN = 2000 * 1_000_000
OUTSIDE = "YC2018-0903"
_WAN = 1_000_000
_MAINTAINED = ("应用软件", "数据资源", "网络与终端", "移动端", "接口交换", "基础环境", "门户")
_LEDGER_DATES = (
    "registered_on",
    "approved_on",
    "contract_signed_on",
    "construction_start",
    "planned_completion",
    "actual_completion",
    "trial_start",
    "trial_end_actual",
    "planned_acceptance",
    "extension_until",
    "acceptance_date",
    "operation_start",
    "warranty_end",
)


@dataclass(frozen=True)
class Case:
    """A project of the sample with all that its papers may mention. `firms` maps a role's key to a name."""

    scenario: Scenario
    unit: Unit
    system: str
    row: ProjectRow
    contracts: tuple[ContractRow, ...]
    dates: Dates
    firms: dict[str, str]
    predecessor: "Case | None"

    @property
    def merged(self) -> bool:
        """One implementation scheme instead of feasibility study and design: self-built up to 2,000 万元."""
        return (self.row.total_investment_fen or 0) <= MOST_FOR_ONE_SCHEME_FEN


def build_cases(scenarios: Sequence[Scenario], seed: int, today: date) -> tuple[Case, ...]:
    """Cases in the order of the scenarios; a project that follows another belongs to the same department."""
    cases: dict[str, Case] = {}
    fresh = _names()
    for number, scenario in enumerate(sorted(scenarios, key=lambda item: bool(item.predecessor)), 1):
        before = cases.get(scenario.predecessor)
        unit, system = (before.unit, before.system) if before else next(fresh)
        cases[scenario.key] = _case(scenario, number, unit, system, before, seed, today)
    return tuple(cases[scenario.key] for scenario in scenarios)


def stream(seed: int, *names: object) -> random.Random:
    """A stream of chance of its own for every thing, so that a change to one leaves the others as they are."""
    return random.Random(":".join(map(str, (seed, *names))))  # noqa: S311 - invented names, not secrets


def a_person(rng: random.Random) -> str:
    return rng.choice(SURNAMES) + "".join(rng.sample(GIVEN_NAMES, rng.choice((1, 2, 2))))


def _names() -> Iterator[tuple[Unit, str]]:
    """Departments in turn, each with its next system."""
    systems = {unit.name: cycle(unit.systems) for unit in UNITS}
    for unit in cycle(UNITS):
        yield unit, next(systems[unit.name])


def _case(
    scenario: Scenario, number: int, unit: Unit, system: str, before: Case | None, seed: int, today: date
) -> Case:
    rng = stream(seed, scenario.key)
    dates, firms = timeline(scenario, today, rng), partners(rng)
    code = f"YC{dates['registered_on'].year}-{number:04d}"
    total = rng.randint(45, 190) * _WAN if scenario.round else _investment(scenario, rng)
    contact = contact_of(unit)
    days: dict[str, Any] = {name: dates.get(name) for name in _LEDGER_DATES}
    row = ProjectRow(
        code=code,
        name=_name(scenario, number, unit, system),
        unit=unit.name,
        mode=PS if scenario.round else scenario.mode,
        kind=scenario.kind,
        predecessor=before.row.code if before else OUTSIDE if scenario.predecessor else "",
        classified=scenario.classified,
        cross_department=scenario.cross_department,
        mlps_level="" if scenario.classified else rng.choice(("三级", "三级", "二级")),
        funding_source="财政厅统筹安排" if scenario.round or scenario.mode == PS else rng.choice(FUNDING),
        total_investment_fen=total,
        approval_no=_approval_no(scenario, dates, rng),
        acceptance_result=scenario.result if "acceptance_date" in dates else "",
        contact=contact.display_name,
        contact_email=contact.email,
        supervisor=SUPERVISOR.display_name,
        supervisor_email=SUPERVISOR.email,
        **days,
    )
    rows = contracts(scenario, code, total, dates, firms, rng)
    return Case(scenario, unit, system, row, rows, dates, firms, before)


def _investment(scenario: Scenario, rng: random.Random) -> int:
    """万元 with two decimals, in fen; every third or so is small enough for a merged scheme."""
    wan = rng.randint(380, 1950) if rng.random() < 0.4 else rng.randint(2100, 6800)
    return (wan if scenario.mode == SB else wan // 4 + 120) * _WAN + rng.randint(0, 99) * 10_000


def _name(scenario: Scenario, number: int, unit: Unit, system: str) -> str:
    if scenario.classified:
        return f"{unit.name}第{number}号项目（题名已脱密）"
    if scenario.round:
        part = _MAINTAINED[number % len(_MAINTAINED)]
        return f"{PROVINCE}{system}{part}运行维护项目"
    suffix = {"new": "项目", "extend": "二期扩建项目", "upgrade": "升级改造项目"}[scenario.kind]
    return f"{PROVINCE}{system}{'购买服务项目' if scenario.mode == PS else suffix}"


def _approval_no(scenario: Scenario, dates: Dates, rng: random.Random) -> str:
    if "approved_on" not in dates:
        return ""
    prefix = "云财函" if scenario.round else "云发改审"
    return f"{prefix}〔{dates['approved_on'].year}〕{rng.randint(20, 480)}号"

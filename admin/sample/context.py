"""What the templates of the papers may mention of a case: names, amounts, days, and figures drawn by chance.

Templates are format strings: `{approved_on}` and `{approved_on:+30}` are days, `{n:20-90}` and `{pct:88-98}` figures.
"""

import random
from collections.abc import Mapping
from datetime import date, timedelta

from admin.sample.cases import Case, a_person, stream
from admin.sample.names import MODULES
from admin.sample.paper import chinese_day
from ingest.ledger import ContractRow

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿")
_MARKS = {"build": "contract", "service": "contract", "supervision": "supervision", "test": "test", "audit": "audit"}


class Facts(dict[str, object]):
    """The values of a template; a day that the project does not have (yet) reads as one given elsewhere."""

    def __missing__(self, name: str) -> object:
        if name.endswith(("_on", "_start", "_end", "_date", "_completion", "_acceptance", "_until", "_actual")):
            return _Elsewhere()
        raise KeyError(name)


class _Elsewhere:
    def __format__(self, spec: str) -> str:
        return "附件所列日期"


class _Day:
    def __init__(self, day: date) -> None:
        self.day = day

    def __format__(self, spec: str) -> str:
        if spec == "n":
            return self.day.strftime("%Y%m%d")
        if spec == "m":
            return f"{self.day.year}年{self.day.month}月"
        return chinese_day(self.day + timedelta(days=int(spec or 0)))


class _Figure:
    """A number between the two of the format: whole, or with one decimal for percentages."""

    def __init__(self, rng: random.Random, decimals: int = 0) -> None:
        self.rng, self.decimals = rng, decimals

    def __format__(self, spec: str) -> str:
        low, high = map(int, spec.split("-"))
        whole = self.rng.randint(low, high)
        return f"{whole}.{self.rng.randint(1, 9)}" if self.decimals else str(whole)


class _Person:
    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def __format__(self, spec: str) -> str:
        return a_person(self.rng)


def project_facts(case: Case, seed: int) -> Facts:
    """What all papers of a project agree on: its names, firms, people, modules, amounts and days."""
    rng = stream(seed, case.scenario.key, "facts")
    row = case.row
    facts = Facts(case.firms)
    facts.update(
        name=row.name,
        short=case.system,
        unit=row.unit,
        unit_short=case.unit.short,
        code=row.code,
        total=wan(row.total_investment_fen or 0),
        funding=row.funding_source,
        approval_no=row.approval_no,
        mlps_level=row.mlps_level,
        contact=row.contact,
        leader=a_person(rng),
        manager=a_person(rng),
        chief=a_person(rng),
        experts="、".join(a_person(rng) for _ in range(5)),
        **{f"m{n}": module for n, module in enumerate(rng.sample(MODULES, 6), 1)},
    )
    for contract in case.contracts:
        if contract.type in _MARKS:
            _add_contract(facts, _MARKS[contract.type], contract)
    facts.update({name: _Day(day) for name, day in case.dates.items()})
    return facts


def paper_facts(base: Facts, day: date, rng: random.Random, extra: Mapping[str, object]) -> Facts:
    """The project's facts and what belongs to one paper: its day, and a stream of figures of its own."""
    facts = Facts(base)
    facts.update(day=_Day(day), n=_Figure(rng), pct=_Figure(rng, 1), person=_Person(rng), **extra)
    return facts


def contract_facts(contract: ContractRow) -> dict[str, object]:
    """What the papers of one O&M contract mention of it."""
    year = int(contract.number[-2:])
    amount = contract.amount_fen or 0
    assert contract.start_on is not None
    assert contract.end_on is not None
    return {
        "om_no": contract.number,
        "om_year": f"第{'零一二三四五'[year]}年" if year else "多年总合同",
        "om_amount": wan(amount),
        "om_cn": chinese_amount(amount),
        "om_start": _Day(contract.start_on),
        "om_end": _Day(contract.end_on),
    }


def _add_contract(facts: Facts, mark: str, contract: ContractRow) -> None:
    amount = contract.amount_fen or 0
    prefix = "" if mark == "contract" else f"{mark}_"
    facts.setdefault(f"{mark}_no", contract.number)
    facts.setdefault(f"{prefix}amount", wan(amount))
    facts.setdefault(f"{mark}_cn" if prefix else "amount_cn", chinese_amount(amount))
    facts.setdefault(f"{prefix}first_payment", f"{amount * 3 // 10 / 100:,.2f}")
    facts.setdefault(f"{prefix}amount_fen", amount)


def wan(fen: int) -> str:
    """Fen as 万元 with two decimals and thousands separators."""
    return f"{fen / 1_000_000:,.2f}"


def chinese_amount(fen: int) -> str:
    """Whole yuan in the capital numerals of contracts: 壹佰贰拾万元整."""
    yuan, text, group = fen // 100, "", 0
    while yuan:
        yuan, part = divmod(yuan, 10_000)
        if part:
            text = _group(part) + _GROUPS[group] + ("零" if text and text[0] != "零" and _short(text) else "") + text
        group += 1
    return (text.lstrip("零") or "零") + "元整"


def _short(text: str) -> bool:
    """Whether the group to the right does not fill its thousands place, which is read with a 零."""
    return "仟" not in text.partition("万")[0]


def _group(part: int) -> str:
    text = ""
    for place, digit in enumerate(reversed(str(part))):
        if digit != "0":
            text = _DIGITS[int(digit)] + _PLACES[place] + text
        elif text and text[0] != "零":
            text = "零" + text
    return text

"""O&M contracts as 第42条 sees them: which are annual, which follow one another, and in what round.

Owns these relations; must not know rules or days judged beyond what the facts say.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from retention.compliance.facts import OM, ContractFacts, Facts
from retention.compliance.periods import ONE_DAY, add_years, fiscal_years, service_years

OWN_PROCUREMENT = "自行采购"
"""Outside government procurement (第43条), and so outside 第42条."""

_OVERLAP = timedelta(days=31)
# How far a next contract may start before the end of the last one; more overlap means two services side by side.


@dataclass(frozen=True, slots=True)
class Service:
    """An O&M contract with both its days, `start` not after `end`; the last day is included."""

    number: str
    start: date
    end: date
    signed_on: date | None
    renews: str

    @property
    def annual(self) -> bool:
        """At most one year; "from 1 January to 1 January" is how people write a year."""
        return self.end <= add_years(self.start, 1)


def procured(facts: Facts) -> tuple[ContractFacts, ...]:
    """The O&M contracts of the project that came from government procurement."""
    return tuple(contract for contract in facts.contracts_of(OM) if OWN_PROCUREMENT not in contract.method)


def service_of(contract: ContractFacts) -> Service | None:
    """None where a day is missing or the end lies before the start."""
    start, end = contract.start_on, contract.end_on
    if start is None or end is None or end < start:
        return None
    return Service(contract.number, start, end, contract.signed_on, contract.renews)


def services(facts: Facts) -> tuple[Service, ...]:
    return tuple(service for contract in procured(facts) if (service := service_of(contract)))


def gaps_in(contract: ContractFacts) -> tuple[str, ...]:
    """The fields that keep a contract from being judged, in the words of the ledger."""
    number, start, end = contract.number, contract.start_on, contract.end_on
    missing = [f"合同 {number} 的{name}" for name, day in (("开始日期", start), ("结束日期", end)) if day is None]
    if start is not None and end is not None and end < start:
        missing.append(f"合同 {number} 的正确起止日期（结束日期早于开始日期）")
    return tuple(missing)


def rounds(listed: Iterable[Service]) -> dict[str, tuple[Service, ...]]:
    """Annual contracts that renew one another, by the number of the first: the annual contracts of one procurement.

    A multi-year contract is a procurement of its own, so it neither joins nor continues a round.
    """
    annual = {service.number: service for service in listed if service.annual}
    found: dict[str, list[Service]] = {}
    for service in annual.values():
        found.setdefault(_first_of(service, annual), []).append(service)
    return {first: tuple(members) for first, members in found.items() if len(members) > 1}


def _first_of(service: Service, annual: dict[str, Service]) -> str:
    seen = {service.number}
    while service.renews in annual and service.renews not in seen:
        service = annual[service.renews]
        seen.add(service.number)
    return min(seen) if service.renews in seen else service.number


def years_of(facts: Facts, service: Service) -> Iterator[tuple[date, date]]:
    """The years for which a multi-year procurement needs a contract each; a last "year" of one day is a habit of
    writing, judged by the length of the contract."""
    cut = service_years if facts.settings.om_year == "service" else fiscal_years
    for first, last in cut(service.start, service.end):
        if first == service.start or last > first:
            yield first, last


def covering(first: date, last: date, listed: Iterable[Service]) -> Service | None:
    """The annual contract that covers the year, the earliest signed where there are several."""
    found = [service for service in listed if service.annual and service.start <= first and service.end >= last]
    return min(found, key=lambda service: (service.signed_on or date.max, service.number), default=None)


def successor(contract: ContractFacts, others: Iterable[ContractFacts]) -> ContractFacts | None:
    """The contract that says it renews this one, else the next one in time that renews no other."""
    listed = [other for other in others if other.number != contract.number]
    for other in listed:
        if other.renews == contract.number:
            return other
    start, end, numbers = contract.start_on, contract.end_on, {other.number for other in listed}
    if end is None:
        return None
    for other in listed:
        if other.start_on is None or other.renews in numbers:
            continue
        later = other.end_on is None or other.end_on > end
        if later and other.start_on >= end - _OVERLAP and (start is None or other.start_on > start):
            return other
    return None


def gap_days(contract: ContractFacts, following: ContractFacts) -> int:
    """Days without service between two contracts; 0 where unknown."""
    if contract.end_on is None or following.start_on is None:
        return 0
    return max((following.start_on - contract.end_on - ONE_DAY).days, 0)

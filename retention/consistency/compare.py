"""The comparisons: number, amount, supplier and days of a contract, across its papers and against the ledger.

An amount is compared as money: 万元, 元 and 大写 of one sum are the same. A later supplementary agreement may change
amount and term, so papers after it are not held against the contract. Silence contradicts nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from archive.field_kinds import FIELDS, shown
from retention.compliance.facts import ContractFacts
from retention.consistency.papers import (
    ACCEPTANCE,
    AUDIT,
    CHANGE,
    CONTRACT_TYPES,
    LEDGER,
    PaperFacts,
    Said,
    number_key,
    same_name,
)

PROBLEM, WARNING = "problem", "warning"
_LEDGER = {"contract_amount": "amount_fen", "party_b": "supplier", "signed_on": "signed_on", "start_on": "start_on", "end_on": "end_on"}
_CHANGED_LATER = ("contract_amount", "end_on")


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two places that cannot both be right. `id` follows from what they say: where that changes it is another one."""

    kind: str
    severity: str
    text: str
    left: Said
    right: Said

    @property
    def id(self) -> str:
        parts = (self.kind, self.left.document, self.left.value, self.right.document, self.right.value)
        return sha256("\0".join(parts).encode()).hexdigest()[:24]

    @property
    def unconfirmed(self) -> bool:
        """Whether it rests on a value that nobody has confirmed."""
        return not (self.left.confirmed and self.right.confirmed)


def contradictions(papers: Sequence[PaperFacts], contracts: Sequence[ContractFacts]) -> list[Contradiction]:
    """Of one project; each once, the gravest first."""
    found = {item.id: item for item in _all(papers, contracts)}
    return sorted(found.values(), key=lambda item: (item.severity != PROBLEM, item.kind, item.left.title, item.id))


def _all(papers: Sequence[PaperFacts], contracts: Sequence[ContractFacts]) -> Iterator[Contradiction]:
    changed = any(paper.type == CHANGE for paper in papers)
    for paper in papers:
        yield from _within(paper)
        if paper.type not in CONTRACT_TYPES:
            continue
        entry = _entry_of(paper, contracts)
        yield from _number(paper, contracts, entry)
        yield from _against_ledger(paper, entry, changed=changed)
        for other in papers:
            if other.type not in CONTRACT_TYPES and _about(other, paper, papers):
                yield from _across(paper, other, changed=changed)


def _within(paper: PaperFacts) -> Iterator[Contradiction]:
    """Figures and words of one contract's amount."""
    figures, words = paper.said.get("contract_amount"), paper.said.get("amount_in_words")
    if figures and words and figures.value != words.value:
        yield Contradiction("amount_in_words", PROBLEM, f"小写金额 {shown('contract_amount', figures.value)}与大写金额 "
                            f"{shown('contract_amount', words.value)}不一致。", figures, words)


def _entry_of(paper: PaperFacts, contracts: Sequence[ContractFacts]) -> ContractFacts | None:
    """The ledger's entry: by number, else the only one of the contract's kind."""
    number = number_key(paper.value("contract_no"))
    for contract in contracts:
        if number and number_key(contract.number) == number:
            return contract
    alike = [contract for contract in contracts if contract.type == CONTRACT_TYPES[paper.type]]
    return alike[0] if len(alike) == 1 else None


def _number(paper: PaperFacts, contracts: Sequence[ContractFacts], entry: ContractFacts | None) -> Iterator[Contradiction]:
    said = paper.said.get("contract_no")
    if said and entry and number_key(said.value) != number_key(entry.number):
        yield Contradiction("contract_no", WARNING, f"合同编号 {said.value} 与台账登记的 {entry.number} 不一致。", said,
                            Said(entry.number, quote=f"合同 {entry.number}"))


def _against_ledger(paper: PaperFacts, entry: ContractFacts | None, *, changed: bool) -> Iterator[Contradiction]:
    if entry is None:
        return
    for key, name in _LEDGER.items():
        listed, said = getattr(entry, name), paper.said.get(key)
        if said is None or listed in (None, "") or (changed and key in _CHANGED_LATER):
            continue
        value = listed.isoformat() if isinstance(listed, date) else str(listed)
        if not _same(key, said.value, value):
            listed_there = Said(value, quote=f"{LEDGER}合同 {entry.number}")
            yield _differ(key, said, listed_there, PROBLEM if key == "contract_amount" else WARNING)


def _about(other: PaperFacts, contract: PaperFacts, papers: Sequence[PaperFacts]) -> bool:
    """Whether a paper speaks of this contract: it names its number, or names none and there is only this contract."""
    number = number_key(other.value("contract_no"))
    if number:
        return number == number_key(contract.value("contract_no"))
    if other.type not in (*ACCEPTANCE, *AUDIT, CHANGE):
        return False
    main = [paper for paper in papers if paper.type in ("build_contract", "service_contract", "om_contract")]
    return len(main) == 1 and main[0] is contract


def _across(contract: PaperFacts, other: PaperFacts, *, changed: bool) -> Iterator[Contradiction]:
    for key in ("contract_amount", "party_a", "party_b", "signed_on"):
        left, right = contract.said.get(key), other.said.get(key)
        if left is None or right is None or (key == "contract_amount" and (changed or other.type == CHANGE)):
            continue
        if not _same(key, left.value, right.value):
            yield _differ(key, left, right, PROBLEM if key in ("contract_amount", "party_b") else WARNING)
    yield from _order(contract, other)


def _order(contract: PaperFacts, other: PaperFacts) -> Iterator[Contradiction]:
    """What is accepted, changed or audited was agreed on before."""
    signed = contract.said.get("signed_on")
    if signed is None or other.doc_date is None or other.type not in (*ACCEPTANCE, *AUDIT, CHANGE):
        return
    if other.doc_date < date.fromisoformat(signed.value):
        dated = other.said.get("doc_date") or Said(other.doc_date.isoformat(), other.id, other.title)
        text = f"《{other.title}》成文于 {other.doc_date}，早于合同签订日期 {signed.value}。"
        yield Contradiction("order", WARNING, text, signed, dated)


def _same(key: str, one: str, other: str) -> bool:
    return same_name(one, other) if key in ("party_a", "party_b") else one == other


def _differ(key: str, left: Said, right: Said, severity: str) -> Contradiction:
    text = f"{FIELDS[key].name}：《{left.title}》写作 {shown(key, left.value)}，{_place(right)}写作 {shown(key, right.value)}。"
    return Contradiction(key, severity, text, left, right)


def _place(said: Said) -> str:
    return f"《{said.title}》" if said.document else LEDGER

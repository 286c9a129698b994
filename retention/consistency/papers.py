"""What the comparison reads: values with their places, from documents and from the ledger, in one shape."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from archive.chinese import squash

SURE = 0.6
LEDGER = "台账"
CONTRACT_TYPES: Mapping[str, str] = {
    "build_contract": "build", "service_contract": "service", "supervision_contract": "supervision", "om_contract": "om",
    "test_contract": "test"}
ACCEPTANCE = ("preliminary_acceptance", "phase_acceptance", "unit_acceptance_report", "expert_acceptance_opinion",
              "acceptance_opinion", "acceptance_application", "completion_confirmation", "om_acceptance")
CHANGE, AUDIT = "supplement_agreement", ("third_party_audit_report", "government_audit_report", "financial_report")
_BRACKET = re.compile(r"\([^()]*\)$")


@dataclass(frozen=True, slots=True)
class Said:
    """One value as a paper or the ledger gives it. `document` is empty for the ledger."""

    value: str
    document: str = ""
    title: str = LEDGER
    page: int = 0
    quote: str = ""
    confirmed: bool = True


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """A document's type, date and values. `said` holds those sure enough to be compared."""

    id: str
    type: str
    title: str
    doc_date: date | None = None
    said: Mapping[str, Said] = field(default_factory=dict)

    def value(self, key: str) -> str:
        found = self.said.get(key)
        return found.value if found else ""


def same_name(one: str, other: str) -> bool:
    """Whether two names of an organisation are the same: bracketed additions and shortened forms do not count."""
    left, right = (_BRACKET.sub("", squash(name)) for name in (one, other))
    return left == right or (min(len(left), len(right)) >= 4 and (left in right or right in left))


def number_key(number: str) -> str:
    """A contract's number in comparable form: brackets, dashes and spaces are written as it pleases."""
    return re.sub(r"[\s()〔〕\[\]【】_—–\-/.]", "", squash(number))

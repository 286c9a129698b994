"""The register: every rule module, in the order of the articles. A module that is not listed here does not exist."""

from functools import cache
from types import ModuleType

from retention.compliance.rule import Rule
from retention.compliance.rules import (
    acceptance_materials,
    acceptance_report,
    acceptance_term,
    evidence_quality,
    om_contracts,
    sanctions,
    trial,
)

MODULES: tuple[ModuleType, ...] = (
    trial, acceptance_term, acceptance_report, acceptance_materials, evidence_quality, sanctions, om_contracts)


class DuplicateRule(Exception):
    """Two rules carry one id: a mistake in the code, found when the register is first read."""


def register(modules: tuple[ModuleType, ...]) -> dict[str, Rule]:
    """The rules of these modules by id, in order. Raises DuplicateRule."""
    found: dict[str, Rule] = {}
    for module in modules:
        for thing in vars(module).values():
            if isinstance(thing, Rule):
                if thing.id in found:
                    raise DuplicateRule(f"{thing.id} in {module.__name__} is already registered")
                found[thing.id] = thing
    return found


@cache
def all_rules() -> dict[str, Rule]:
    """Every rule by id."""
    return register(MODULES)

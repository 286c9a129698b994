"""The register: every rule module; the rules come in the order of the articles. A module that is not listed here does not exist."""

import re
from functools import cache
from types import ModuleType

from retention.compliance.rule import Rule
from retention.compliance.rules import (
    acceptance_materials,
    acceptance_report,
    acceptance_term,
    evidence_quality,
    filing,
    om_contracts,
    papers_asked,
    sanctions,
    trial,
)

MODULES: tuple[ModuleType, ...] = (
    trial, acceptance_term, acceptance_report, acceptance_materials, evidence_quality, sanctions, om_contracts, papers_asked,
    filing)


class DuplicateRule(Exception):
    """Two rules carry one id: a mistake in the code, found when the register is first read."""


def register(modules: tuple[ModuleType, ...]) -> dict[str, Rule]:
    """The rules of these modules by id, in order; a module may list made ones as RULES. Raises DuplicateRule."""
    found: dict[str, Rule] = {}
    for module in modules:
        for thing in (*vars(module).values(), *getattr(module, "RULES", ())):
            if isinstance(thing, Rule):
                if thing.id in found:
                    raise DuplicateRule(f"{thing.id} in {module.__name__} is already registered")
                found[thing.id] = thing
    return dict(sorted(found.items(), key=lambda item: _place(item[0])))


def _place(key: str) -> tuple[object, ...]:
    """R8-10 after R8-9; letters after numbers; the companion pack (X) last."""
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.findall(r"\d+|[A-Za-z]+", key))


@cache
def all_rules() -> dict[str, Rule]:
    """Every rule by id."""
    return register(MODULES)

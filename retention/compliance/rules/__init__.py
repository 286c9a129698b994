"""The register: every rule module; the rules come in the order of the articles. A module that is not listed here does not exist."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from types import ModuleType

from retention.compliance.rule import Rule
from retention.compliance.rules import (
    acceptance_materials,
    acceptance_report,
    acceptance_term,
    building,
    evidence_quality,
    filing,
    funding,
    kinds_of_project,
    om_contracts,
    oversight,
    papers_asked,
    performance,
    planning,
    preparing,
    procurement,
    registration,
    sanctions,
    security_checks,
    statutes,
    trial,
    unit_sanctions,
)

MODULES: tuple[ModuleType, ...] = (
    kinds_of_project, registration, planning, preparing, building, trial, acceptance_term, acceptance_report,
    acceptance_materials, evidence_quality, filing, sanctions, unit_sanctions, funding, procurement, om_contracts, oversight,
    performance, security_checks, papers_asked, statutes)


class DuplicateRule(Exception):
    """Two rules carry one id and version: a mistake in the code, found when the register is first read."""


class BadVersions(Exception):
    """A newer version of a rule does not take effect after the older one: nobody could say which holds."""


def register(modules: tuple[ModuleType, ...]) -> dict[str, Rule]:
    """The rules of these modules by id, in order, the newest version of each with those before it; a module may list made
    ones as RULES. Raises DuplicateRule, BadVersions."""
    found: dict[str, dict[int, Rule]] = defaultdict(dict)
    for module in modules:
        for thing in (*vars(module).values(), *getattr(module, "RULES", ())):
            if isinstance(thing, Rule):
                if thing.version in found[thing.id]:
                    raise DuplicateRule(f"{thing.id} in {module.__name__} is already registered")
                found[thing.id][thing.version] = thing
    newest = {key: _newest([versions[number] for number in sorted(versions, reverse=True)]) for key, versions in found.items()}
    return dict(sorted(newest.items(), key=lambda item: _place(item[0])))


def _newest(versions: Sequence[Rule]) -> Rule:
    """The first of these, which knows the others."""
    newest, *earlier = versions
    for later, before in zip(versions, earlier, strict=False):
        if (later.since or date.min) <= (before.since or date.min):
            raise BadVersions(f"{later.id}: version {later.version} must take effect after version {before.version}")
    return replace(newest, earlier=tuple(earlier)) if earlier else newest


def _place(key: str) -> tuple[object, ...]:
    """R8-10 after R8-9; letters after numbers; the companion pack (X) last."""
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.findall(r"\d+|[A-Za-z]+", key))


@cache
def all_rules() -> dict[str, Rule]:
    """Every rule by id."""
    return register(MODULES)

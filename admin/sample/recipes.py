"""The recipes of papers, from `papers/*.yaml`: which projects have one, when, under what names, saying what.

A recipe's keys are the fields of `Recipe`; an unknown key, form or date stops the loading with the recipe's type.
"""

from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from typing import Any

from archive.yaml_text import read_yaml

FORMS = ("pdf", "docx", "xlsx", "pptx", "txt", "html")
_STAGES = ("approval", "procurement", "building", "trial", "acceptance", "operation")


@dataclass(frozen=True)
class Recipe:
    """`who` names applicability: SB, PS, OM or ALL, then FULL or MERGED for the two ways of approval. `paper` marks a
    special paper that only scenarios which ask for it have. Full dossiers hold every paper. Of the rest `core` papers, which
    decide findings, are in that `share` of the projects, the others in far fewer. `yearly` names
    the first and last event between which there is one a year; `each: om` makes one for every O&M contract. `day` may
    name alternatives, divided by |. `doc_no` is a prefix, `unit` for the department's own, or `={fact}`.
    """

    type: str
    form: str
    title: str
    names: tuple[str, ...]
    day: str
    issuer: str
    body: tuple[str, ...]
    who: str = ""
    paper: str = ""
    layout: str = "report"
    doc_no: str = ""
    to: str = ""
    copy: str = ""
    conclusion: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    share: float = 1.0
    yearly: str = ""
    each: str = ""
    vague: bool = False
    core: bool = False


@cache
def recipes() -> tuple[Recipe, ...]:
    """All recipes in the order of a project's life. Raises ValueError naming what is wrong with which."""
    return tuple(_recipe(entry) for stage in _STAGES for entry in _read(f"{stage}.yaml"))


@cache
def snippets() -> dict[str, list[str]]:
    loaded: dict[str, list[str]] = _read("snippets.yaml")
    return loaded


def _read(name: str) -> Any:
    text = resources.files(__package__).joinpath("papers", name).read_text(encoding="utf-8")
    return read_yaml(text)


def _recipe(entry: dict[str, Any]) -> Recipe:
    known = {item.name for item in fields(Recipe)}
    if unknown := entry.keys() - known:
        raise ValueError(f"recipe {entry.get('type')}: unknown {', '.join(sorted(unknown))}")
    if entry["form"] not in FORMS:
        raise ValueError(f"recipe {entry['type']}: unknown form {entry['form']}")
    values = {**entry, "names": tuple(entry["names"]), "body": tuple(entry["body"])}
    values["facts"] = tuple((label, value) for label, value in entry.get("facts", ()))
    return Recipe(**values)

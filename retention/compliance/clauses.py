"""The clauses the rules rest on: data with a schema (clauses.yaml). Knows nothing of the rules that cite them."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from archive.yaml_text import read_yaml

DATA = Path(__file__).with_name("clauses.yaml")
_KEYS = {"instrument", "article", "paragraph", "item", "verified", "title", "summary", "unchecked", "needs"}
_REQUIRED = {"instrument", "verified", "title", "summary"}


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause in our own words. `instrument` is the title of the law or measure; `verified` False where the summary
    was not checked against an official text. `unchecked`: why no record can show whether it is kept, "" where one can.
    `needs`: what would have to be registered for it, or for the rest of it, to be checked, "" where nothing is missing.
    `instrument_key` is that of clauses.yaml."""

    id: str
    instrument: str
    article: int | None
    paragraph: int | None
    item: int | None
    title: str
    summary: str
    verified: bool
    unchecked: str = ""
    instrument_key: str = ""
    needs: str = ""

    @property
    def citation(self) -> str:
        """The Chinese way to cite it: 第31条第2款."""
        marks = ((self.article, "条"), (self.paragraph, "款"), (self.item, "项"))
        return "".join(f"第{number}{unit}" for number, unit in marks if number is not None) or self.title


@cache
def all_clauses() -> dict[str, Clause]:
    """Every clause by id, in the order of the file."""
    return read_clauses(DATA.read_text(encoding="utf-8"))


def read_clauses(text: str) -> dict[str, Clause]:
    """The clauses a YAML text holds. Raises ValueError where it does not keep to the schema."""
    raw: dict[str, Any] = read_yaml(text)
    instruments: dict[str, str] = raw["instruments"]
    return {key: _clause(key, line, instruments) for key, line in raw["clauses"].items()}


def _clause(key: str, line: dict[str, Any], instruments: dict[str, str]) -> Clause:
    if not _REQUIRED <= set(line) <= _KEYS or line["instrument"] not in instruments:
        raise ValueError(f"{key} needs {sorted(_REQUIRED)}, may have {sorted(_KEYS)}, and a known instrument")
    return Clause(key, instruments[line["instrument"]], line.get("article"), line.get("paragraph"), line.get("item"),
                  line["title"], line["summary"], bool(line["verified"]), line.get("unchecked", ""), line["instrument"],
                  line.get("needs", ""))

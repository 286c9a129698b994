"""What is registered of a project beyond the ledger (登记簿“项目特征”), read with "nobody said" kept apart from "no"."""

from archive.registers import register_of
from retention.compliance.facts import Facts
from retention.compliance.rows import Row

REGISTER = "profile"


def profile(facts: Facts) -> Row | None:
    return facts.row(REGISTER)


def flag(facts: Facts, name: str) -> bool | None:
    row = profile(facts)
    return None if row is None else row.flag(name)


def choice(facts: Facts, name: str) -> str:
    row = profile(facts)
    return "" if row is None else row.choice(name)


def fen(facts: Facts, name: str) -> int | None:
    row = profile(facts)
    return None if row is None else row.fen(name)


def label(name: str) -> str:
    """The field as people find it, to say that it is missing."""
    return f"项目特征“{register_of(REGISTER).column(name).title}”"

"""The sheets of the registers, made from their definitions: named as the register, headed by whose row it is."""

from collections.abc import Mapping

from archive.registers import REGISTERS
from archive.registers.columns import UNIT, Kind, Register
from archive.registers.columns import Column as RegisterColumn
from archive.registers.values import ledger_title
from ingest.ledger import columns
from ingest.ledger.columns import SHEETS as LEDGER
from ingest.ledger.columns import Column, Sheet

OWNER, EVIDENCE = "owner", "evidence"
_KINDS: Mapping[Kind, str] = {
    Kind.TEXT: columns.TEXT, Kind.DATE: columns.DAY, Kind.FEN: columns.MONEY, Kind.INTEGER: columns.INTEGER,
    Kind.PERCENT: columns.PERCENT, Kind.CHOICE: columns.CHOICE, Kind.FLAG: columns.FLAG, Kind.PROJECT: columns.CODE,
    Kind.CONTRACT: columns.KEY, Kind.SYSTEM: columns.KEY}


def _sheet(register: Register) -> Sheet:
    unit = register.scope == UNIT
    return Sheet(
        name=register.title, key=OWNER, same="", spans=register.spans, keys=(OWNER, *register.unique),
        columns=(Column(OWNER, "项目单位" if unit else "项目编号", columns.TEXT if unit else columns.CODE, required=True),
                 *(_column(column, register) for column in register.columns), Column(EVIDENCE, "佐证文件", columns.IDS)))


def _column(column: RegisterColumn, register: Register) -> Column:
    kind = columns.KEY if column.name in register.unique and column.kind is Kind.TEXT else _KINDS[column.kind]
    return Column(column.name, ledger_title(column), kind, column.required, {title: key for key, title in column.choices.items()})


REGISTER_SHEETS: Mapping[str, Sheet] = {key: _sheet(register) for key, register in REGISTERS.items()}
ALL_SHEETS: tuple[Sheet, ...] = (*LEDGER, *REGISTER_SHEETS.values())

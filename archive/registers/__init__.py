"""The registers (登记簿) the rules read, each one declarative definition; everything else is made from it.

Storage, operations, page, API, ledger sheet, reference page and the rules' rows have no list of registers or columns
of their own: a new register is one definition in `forms/`.
"""

from collections.abc import Mapping

from archive.errors import NotFound
from archive.registers.columns import Register
from archive.registers.forms import building, funding, oversight, planning, sharing

REGISTERS: Mapping[str, Register] = {form.key: form for form in (
    *planning.REGISTERS, *sharing.REGISTERS, *building.REGISTERS, *funding.REGISTERS, *oversight.REGISTERS)}
"""In the order in which people meet them; a register comes after those its columns name."""


def register_of(key: str) -> Register:
    """Raises NotFound."""
    if key not in REGISTERS:
        raise NotFound(what="登记簿", key=key[:40])
    return REGISTERS[key]

"""What people call the things that rules and registers speak of by their keys."""

from archive import taxonomy
from archive.registers import REGISTERS


def name_of(key: str) -> str:
    """The Chinese name of a document type or a register; the key itself where nothing knows it."""
    known = taxonomy.load()
    if key in known:  # asking for what is not there looks for what is like it: too slow for every line of a page
        return known.get(key).name
    return REGISTERS[key].title if key in REGISTERS else key

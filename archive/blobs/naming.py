"""How an object is named inside a store. Knows digests, not stores."""

from archive.errors import NotFound

_HEX = frozenset("0123456789abcdef")


def hex_of(digest: str) -> str:
    """The 64 hexadecimal digits of `sha256:<hex>`. Raises NotFound for anything else: no store can hold it."""
    algorithm, _, name = digest.partition(":")
    if algorithm != "sha256" or len(name) != 64 or not set(name) <= _HEX:
        raise NotFound(what="对象", key=digest)
    return name

"""Two things out of a signed value: the digests it states, and the name of the seal. Knows DER only as far as that needs.

The value is a SES_Signature (GM/T 0031-2014, GB/T 38540-2020), where a bit string holds the digest and the seal's
properties begin with a type and a name, or a PKCS#7 message (GM/T 0010), where an attribute holds the digest.
"""

from collections.abc import Iterator
from typing import NamedTuple

_SEQUENCE, _INTEGER, _BITS, _OCTETS, _OBJECT, _UTF8, _IA5 = 0x30, 0x02, 0x03, 0x04, 0x06, 0x0C, 0x16
_MESSAGE_DIGEST = bytes.fromhex("2a864886f70d010904")
_DIGEST_SIZES = frozenset({20, 32})
_MOST, _DEEPEST = 20_000, 24


class _Element(NamedTuple):
    tag: int
    start: int    # of its content
    end: int


def sealed_digests(value: bytes) -> set[bytes]:
    """Every digest that the value states."""
    found, after_name = set(), False
    for element in _walk(value):
        content = value[element.start:element.end]
        if element.tag == _BITS and len(content) - 1 in _DIGEST_SIZES and content[:1] == b"\0":
            found.add(content[1:])
        elif element.tag == _OCTETS and after_name and len(content) in _DIGEST_SIZES:
            found.add(content)
            after_name = False
        elif element.tag == _OBJECT:
            after_name = content == _MESSAGE_DIGEST
    return found


def seal_name(value: bytes) -> str:
    """The name in the seal's properties, which follow its header ("ES", version, maker); empty where there is none."""
    header = type_before = False
    for element in _walk(value):
        content = value[element.start:element.end]
        if element.tag == _IA5 and content == b"ES":
            header = True
        elif header and element.tag == _UTF8 and type_before:
            return content.decode("utf-8", "replace").strip()
        if element.tag != _SEQUENCE:
            type_before = element.tag == _INTEGER
    return ""


def _walk(data: bytes) -> Iterator[_Element]:
    """Elements in the order they are written, outer before inner; ends quietly where the bytes are no DER."""
    ends = [len(data)]
    at = 0
    for _ in range(_MOST):
        while ends and at >= ends[-1]:
            ends.pop()
        if not ends or (element := _element(data, at, ends[-1])) is None:
            return
        yield element
        inside = element.tag & 0x20 and len(ends) < _DEEPEST
        if inside:
            ends.append(element.end)
        at = element.start if inside else element.end


def _element(data: bytes, at: int, limit: int) -> _Element | None:
    if at + 2 > limit:
        return None
    tag, size, start = data[at], data[at + 1], at + 2
    if size & 0x80:
        count = size & 0x7F
        if not 1 <= count <= 4 or start + count > limit:
            return None
        size, start = int.from_bytes(data[start:start + count], "big"), start + count
    return _Element(tag, start, start + size) if start + size <= limit else None

"""Ways in which a file goes wrong on disks and lines, or is made wrong on purpose. All of it follows from the generator."""

import io
import random
import struct
import zipfile
from collections.abc import Callable

Mutation = Callable[[random.Random, bytes, bytes], bytes]
"""From a generator, a file, and another file to borrow from: a wrong file."""

EXTREMES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
MOST_MEMBER = 4 << 20


def flip_bits(rng: random.Random, data: bytes, _: bytes) -> bytes:
    wrong = bytearray(data)
    for _unused in range(rng.choice((1, 4, 32, 256))):
        wrong[rng.randrange(len(wrong))] ^= 1 << rng.randrange(8)
    return bytes(wrong)


def overwrite(rng: random.Random, data: bytes, _: bytes) -> bytes:
    start, length = _slice(rng, data)
    fill = rng.choice((b"\0", b"\xff", b"A", None))
    new = rng.randbytes(length) if fill is None else fill * length
    return data[:start] + new + data[start + length:]


def cut_off(rng: random.Random, data: bytes, _: bytes) -> bytes:
    return data[:rng.randrange(1, len(data))] if len(data) > 1 else data


def take_out(rng: random.Random, data: bytes, _: bytes) -> bytes:
    start, length = _slice(rng, data)
    return data[:start] + data[start + length:] or b"\0"


def repeat(rng: random.Random, data: bytes, _: bytes) -> bytes:
    start, length = _slice(rng, data)
    return data[:start] + data[start:start + length] * rng.choice((2, 3, 50)) + data[start + length:]


def splice(rng: random.Random, data: bytes, other: bytes) -> bytes:
    at, start = rng.randrange(len(data)), rng.randrange(len(other))
    return data[:at] + other[start:start + rng.randrange(1, 4096)] + data[at + rng.randrange(2) * 512:]


def false_numbers(rng: random.Random, data: bytes, _: bytes) -> bytes:
    """Lengths, offsets and counts of binary formats: some of these places are such."""
    wrong = bytearray(data)
    for _unused in range(rng.choice((1, 3, 12))):
        code = rng.choice(("<I", ">I", "<H", ">H"))
        size = struct.calcsize(code)
        if len(wrong) > size:
            value = rng.choice(EXTREMES) & (256 ** size - 1)
            struct.pack_into(code, wrong, rng.randrange(len(wrong) - size), value)
    return bytes(wrong)


def false_digits(rng: random.Random, data: bytes, _: bytes) -> bytes:
    """Numbers of text formats (PDF, XML, RTF) become huge, negative, or other numbers."""
    places = [n for n, byte in enumerate(data[:2_000_000]) if 48 <= byte <= 57]
    wrong = bytearray(data)
    for at in sorted(rng.sample(places, min(len(places), rng.choice((1, 5, 40)))), reverse=True):
        wrong[at:at + 1] = rng.choice((b"0", b"9", b"-1", b"99999999999", b"1e308"))
    return bytes(wrong)


def inside_package(rng: random.Random, data: bytes, other: bytes) -> bytes:
    """One member of a zip-based format goes wrong; the package around it stays whole, so that readers get that far."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            members = {info.filename: package.read(info) for info in package.infolist() if info.file_size <= MOST_MEMBER}
    except Exception:  # not a package, or one that is broken already
        return flip_bits(rng, data, other)
    if not members:  # cut down to an empty package, or one whose members are all too large to change
        return flip_bits(rng, data, other)
    chosen = rng.choice(sorted(members))
    deeper = rng.choice((flip_bits, overwrite, cut_off, take_out, repeat, splice, false_digits))
    members[chosen] = deeper(rng, members[chosen] or b"\0", other)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as package:
        for name, content in members.items():
            package.writestr(name, content)
    return target.getvalue()


MUTATIONS: tuple[Mutation, ...] = (
    flip_bits, overwrite, cut_off, take_out, repeat, splice, false_numbers, false_digits, inside_package, inside_package)


def mutated(rng: random.Random, data: bytes, other: bytes) -> bytes:
    """One to three things wrong with a file at once."""
    for _unused in range(rng.choice((1, 1, 2, 3))):
        data = rng.choice(MUTATIONS)(rng, data, other)
    return data


def _slice(rng: random.Random, data: bytes) -> tuple[int, int]:
    start = rng.randrange(len(data))
    return start, min(rng.choice((1, 16, 256, 4096)), len(data) - start)

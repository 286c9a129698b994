"""The names in an OLE2 compound file (MS-CFB): enough to tell a Word document from a workbook. Reads no stream."""

import struct
from pathlib import Path
from typing import BinaryIO

OLE2_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_END = 0xFFFFFFFA          # sector numbers from here on are marks, not sectors
_ENTRY = 128               # bytes of a directory entry
_MAX_DIRECTORY = 1 << 20   # bytes of directory looked at: 8,192 names


def stream_names(path: Path) -> frozenset[str]:
    """Names of streams and storages; empty where the file is damaged."""
    with path.open("rb") as file:
        try:
            return frozenset(_names(_directory(file)))
        except (struct.error, ValueError, OSError, OverflowError):
            return frozenset()


def _directory(file: BinaryIO) -> bytes:
    header = file.read(512)
    shift, = struct.unpack_from("<H", header, 30)
    if shift not in {9, 12}:
        raise ValueError("sector size")
    size = 1 << shift
    fat_sectors = [n for n in struct.unpack_from("<109I", header, 76) if n < _END]
    sector, = struct.unpack_from("<I", header, 48)
    directory = bytearray()
    while sector < _END and len(directory) < _MAX_DIRECTORY:
        directory += _sector(file, sector, size)
        sector = _next(file, sector, size, fat_sectors)
    return bytes(directory)


def _sector(file: BinaryIO, number: int, size: int) -> bytes:
    file.seek((number + 1) * size)
    return file.read(size)


def _next(file: BinaryIO, sector: int, size: int, fat_sectors: list[int]) -> int:
    """The sector that follows, from the allocation table; the end where the table goes on beyond the header."""
    index, at = divmod(sector, size // 4)
    if index >= len(fat_sectors):
        return _END
    return int(struct.unpack_from("<I", _sector(file, fat_sectors[index], size), at * 4)[0])


def _names(directory: bytes) -> list[str]:
    names = []
    for start in range(0, len(directory) - _ENTRY + 1, _ENTRY):
        length, kind = struct.unpack_from("<HB", directory, start + 64)
        if kind and 2 <= length <= 64:
            names.append(directory[start:start + length - 2].decode("utf-16-le", "ignore"))
    return names

"""Writing OLE2 compound files (MS-CFB) with real streams and storages, as the formats of old Office programs need them."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

_SECTOR, _MINI, _CUTOFF = 512, 64, 4096
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_NONE = 0xFFFFFFFF


@dataclass
class _Entry:
    name: str
    kind: int    # 1 storage, 2 stream, 5 root
    data: bytes = b""
    children: list["_Entry"] = field(default_factory=list)
    start: int = _END
    size: int = 0
    right: int = _NONE
    child: int = _NONE


def write(path: Path, streams: Mapping[str, bytes]) -> Path:
    """A compound file of these streams; `storage/stream` puts one into a storage."""
    root = _Entry("Root Entry", 5)
    for name, data in streams.items():
        *storages, last = name.split("/")
        parent = root
        for storage in storages:
            found = next((c for c in parent.children if c.name == storage), None)
            if found is None:
                found = _Entry(storage, 1)
                parent.children.append(found)
            parent = found
        parent.children.append(_Entry(last, 2, data, size=len(data)))
    entries: list[_Entry] = []
    _number(root, entries)
    path.write_bytes(_file(root, entries))
    return path


def _number(entry: _Entry, entries: list[_Entry]) -> int:
    at = len(entries)
    entries.append(entry)
    children = sorted(entry.children, key=lambda child: (len(child.name), child.name.upper()))
    previous: _Entry | None = None
    for child in children:
        number = _number(child, entries)
        if previous is None:
            entry.child = number
        else:
            previous.right = number
        previous = child
    return at


def _file(root: _Entry, entries: list[_Entry]) -> bytes:
    mini, mini_fat = bytearray(), []
    for entry in entries:
        if entry.kind == 2 and 0 < entry.size < _CUTOFF:
            entry.start = len(mini) // _MINI
            mini += entry.data.ljust(-(-entry.size // _MINI) * _MINI, b"\0")
            mini_fat += [*range(entry.start + 1, len(mini) // _MINI), _END]
    body, fat = bytearray(), []

    def put(data: bytes) -> int:
        start = len(body) // _SECTOR
        body.extend(data.ljust(max(-(-len(data) // _SECTOR), 1) * _SECTOR, b"\0"))
        fat.extend([*range(start + 1, len(body) // _SECTOR), _END])
        return start

    for entry in entries:
        if entry.kind == 2 and entry.size >= _CUTOFF:
            entry.start = put(entry.data)
    root.start, root.size = (put(bytes(mini)), len(mini)) if mini else (_END, 0)
    mini_start = put(struct.pack(f"<{len(mini_fat)}I", *mini_fat).ljust(_SECTOR, b"\xff")) if mini_fat else _END
    directory = put(b"".join(map(_packed, entries)))
    count = 1
    while len(fat) + count > count * _SECTOR // 4:
        count += 1
    first = len(fat)
    fat += [_FAT] * count + [_FREE] * (count * _SECTOR // 4 - len(fat) - count)
    body += struct.pack(f"<{len(fat)}I", *fat)
    return _header(directory, mini_start, -(-len(mini_fat) * 4 // _SECTOR), range(first, first + count)) + bytes(body)


def _header(directory: int, mini_start: int, mini_count: int, fat_sectors: range) -> bytes:
    header = bytearray(_SECTOR)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<HHHHH", header, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<IIIIIII", header, 44, len(fat_sectors), directory, 0, _CUTOFF, mini_start, mini_count, _END)
    struct.pack_into("<109I", header, 76, *fat_sectors, *[_FREE] * (109 - len(fat_sectors)))
    return bytes(header)


def _packed(entry: _Entry) -> bytes:
    name = (entry.name + "\0").encode("utf-16-le")
    packed = bytearray(128)
    packed[:len(name)] = name
    struct.pack_into("<HBBIII", packed, 64, len(name), entry.kind, 1, _NONE, entry.right, entry.child)
    struct.pack_into("<IQ", packed, 116, entry.start, entry.size)
    return bytes(packed)

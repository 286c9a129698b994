"""TAR bundles, packed or not, and single files packed with gzip, bzip2 or xz; by the standard library, read as a stream."""

import bz2
import gzip
import lzma
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from ingest.unpacking.entries import CHUNK, BadBundle, BadMember, Entry, Job, Kind
from ingest.unpacking.names import GBK, decoded, encoding_of

_MODES = {"application/gzip": "gz", "application/x-bzip2": "bz2", "application/x-xz": "xz", "application/x-tar": ""}
_ENDINGS = {"gz": (".gz", ".gzip", ".tgz"), "bz2": (".bz2", ".tbz", ".tbz2"), "xz": (".xz", ".txz")}
_ERRORS = (tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, OverflowError)
_TORN = "压缩包已损坏或不完整，读到这里为止。"


def entries(job: Job) -> Iterator[Entry]:
    packing = _MODES[job.media_type]
    if packing and not _is_tar(job, packing):
        yield Entry(_bare_name(job.filename, packing), read=lambda: _unpacked(job, packing))
        return
    try:
        mode: Any = f"r|{packing}"
        with tarfile.open(job.path, mode, errors="surrogateescape") as bundle:
            while (member := bundle.next()) is not None:
                bundle.members = []    # type: ignore[attr-defined]  # kept for seeking back, which a stream cannot
                if not member.isdir():
                    yield _entry(bundle, member)
    except _ERRORS as error:
        raise BadBundle(_TORN) from error


def _entry(bundle: tarfile.TarFile, member: tarfile.TarInfo) -> Entry:
    name = _name(member.name)
    if member.issym() or member.islnk():
        return Entry(name, 0, Kind.LINK, _name(member.linkname))
    if not member.isreg():
        return Entry(name, 0, Kind.DEVICE)
    return Entry(name, member.size, read=lambda: _read(bundle, member))


def _name(name: str) -> str:
    """Names that are no UTF-8 come with their bytes kept aside; older Chinese systems wrote GBK."""
    raw = name.encode("utf-8", "surrogateescape")
    return decoded(raw, encoding_of([raw]))


def _read(bundle: tarfile.TarFile, member: tarfile.TarInfo) -> Iterator[bytes]:
    stream = bundle.extractfile(member)
    if stream is None:
        raise BadMember("没有数据。")
    left = member.size
    while left and (chunk := stream.read(min(CHUNK, left))):
        left -= len(chunk)
        yield chunk
    if left:
        raise BadMember("数据不完整，压缩包在此处中断。")


def _is_tar(job: Job, packing: str) -> bool:
    """Whether the first block unpacked is the header of a tar: its own sum must be right."""
    try:
        with _opened(job, packing) as stream:
            block = stream.read(tarfile.BLOCKSIZE)
        tarfile.TarInfo.frombuf(block, GBK, "surrogateescape")
    except _ERRORS:
        return False
    return True


def _unpacked(job: Job, packing: str) -> Iterator[bytes]:
    try:
        with _opened(job, packing) as stream:
            while chunk := stream.read(CHUNK):
                yield chunk
    except _ERRORS as error:
        raise BadMember("数据已损坏或不完整。") from error


@contextmanager
def _opened(job: Job, packing: str) -> Iterator[IO[bytes]]:
    kinds: dict[str, Callable[[Path], IO[bytes]]] = {"gz": gzip.GzipFile, "bz2": bz2.BZ2File, "xz": lzma.LZMAFile}  # type: ignore[dict-item]
    with kinds[packing](job.path) as stream:
        yield stream


def _bare_name(filename: str, packing: str) -> str:
    for ending in _ENDINGS[packing]:
        if filename.lower().endswith(ending) and len(filename) > len(ending):
            return filename[:-len(ending)]
    return filename

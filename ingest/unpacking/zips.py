"""ZIP bundles (APPNOTE 6.3), by the standard library. Other documents in zip containers are left alone."""

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from itertools import pairwise

from ingest.media_types import LARGEST_DIRECTORY, directory_size
from ingest.unpacking.entries import CHUNK, BadBundle, BadMember, Entry, Job, Kind, NotABundle
from ingest.unpacking.names import UTF8, decoded, encoding_of

_UTF8_FLAG, _ENCRYPTED_FLAG, _UNICODE_PATH = 0x800, 0x1, 0x7075
_LOCAL_HEADER = 30
_LINK, _FORMAT, _UNIX = 0o120000, 0o170000, 3
_REGULAR = (0, 0o100000, 0o040000)
# At the root of a zip, each says that the whole is one document or program.
_PACKAGES = ("[content_types].xml", "ofd.xml", "mimetype", "meta-inf/manifest.mf", "meta-inf/container.xml",
             "androidmanifest.xml", "fixeddocumentsequence.fdseq", "index/document.iwa")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_ERRORS = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, RuntimeError)


def entries(job: Job) -> Iterator[Entry]:
    if directory_size(job.path) > LARGEST_DIRECTORY:
        raise BadBundle("成员目录过大，远超任何正常压缩包，没有解包。")
    try:
        container = zipfile.ZipFile(job.path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error) as error:
        raise BadBundle("压缩包已损坏或不完整，无法打开。") from error
    with container:
        infos = [info for info in container.infolist() if not info.filename.endswith("/")]   # is_dir() fails on no name
        _refuse_packages(infos)
        _refuse_overlaps(container.infolist())
        names = _names(infos)
        for info, name in zip(infos, names, strict=True):
            yield _entry(container, info, name)


def _refuse_packages(infos: list[zipfile.ZipInfo]) -> None:
    names = {info.filename.lower() for info in infos}
    for mark in _PACKAGES:
        if mark in names:
            raise NotABundle(mark=mark)


def _refuse_overlaps(infos: list[zipfile.ZipInfo]) -> None:
    """Members that share their bytes unpack to any size from a small file; no program that packs makes such."""
    spans = sorted((info.header_offset, info.header_offset + _LOCAL_HEADER + info.compress_size) for info in infos)
    if any(end > start for (_, end), (start, _) in pairwise(spans)):
        raise BadBundle("成员的数据相互重叠，这是“压缩炸弹”的手法，没有解包。")


def _names(infos: list[zipfile.ZipInfo]) -> list[str]:
    """As flagged or as written beside in Unicode; the others in the one encoding that fits them all."""
    raw = [None if info.flag_bits & _UTF8_FLAG else _raw(info) for info in infos]
    encoding = encoding_of(name for name in raw if name is not None)
    return [info.filename if name is None else _unicode_path(info, name) or decoded(name, encoding)
            for info, name in zip(infos, raw, strict=True)]


def _raw(info: zipfile.ZipInfo) -> bytes:
    return info.orig_filename.encode("cp437", "replace")


def _unicode_path(info: zipfile.ZipInfo, raw: bytes) -> str:
    """The Info-ZIP Unicode path (APPNOTE 4.6.9), valid while it belongs to the name beside it; empty where none is."""
    extra, at = info.extra, 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        body = extra[at + 4:at + 4 + size]
        if kind == _UNICODE_PATH and size > 5 and struct.unpack_from("<I", body, 1)[0] == zlib.crc32(raw):
            return body[5:].decode(UTF8, "replace")
        at += 4 + size
    return ""


def _entry(container: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> Entry:
    mode = info.external_attr >> 16 & _FORMAT if info.create_system == _UNIX else 0
    if mode == _LINK:
        return Entry(name, info.file_size, Kind.LINK)
    if mode not in _REGULAR:
        return Entry(name, info.file_size, Kind.DEVICE)
    if info.flag_bits & _ENCRYPTED_FLAG:
        return Entry(name, info.file_size, Kind.ENCRYPTED)
    if info.compress_type not in _METHODS:
        return Entry(name, info.file_size, Kind.UNSUPPORTED, f"压缩方法 {info.compress_type}")
    return Entry(name, info.file_size, read=lambda: _read(container, info))


def _read(container: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """The bytes, checked against the sum at the end. Never more than the size declared: zipfile holds to it."""
    try:
        with container.open(info) as member:
            while chunk := member.read(CHUNK):
                yield chunk
    except _ERRORS as error:
        raise BadMember("数据已损坏，与压缩包里的校验和不符。") from error

"""7z and RAR bundles, by libarchive (Debian's libarchive13). The only module that knows it."""

import ctypes
import ctypes.util
from collections.abc import Iterator
from ctypes import create_string_buffer
from typing import Any

from ingest.unpacking.entries import CHUNK, BadBundle, BadMember, Entry, Job, Kind
from ingest.unpacking.names import decoded, encoding_of

LIBRARY = "libarchive.so.13"
_FORMATS = {"application/x-7z-compressed": ("7zip",), "application/vnd.rar": ("rar", "rar5")}
_FATAL = -30
_LOCKED = ("encrypt", "passphrase", "password")
_TORN = "压缩包已损坏或不完整，读到这里为止。"
_NEEDS_PASSWORD = "压缩包设有口令，无法解包；请提供不加密的压缩包。"  # noqa: S105 - a sentence


def entries(job: Job) -> Iterator[Entry]:
    libarchive = _libarchive()
    try:
        with libarchive.read.new_archive_read("all", "none") as pointer:
            libarchive.ffi.read_open_filename_w(pointer, str(job.path), CHUNK)
            for member in libarchive.read.ArchiveRead(pointer):
                if not member.isdir:
                    yield _entry(libarchive, pointer, member)
    except libarchive.exception.ArchiveError as error:
        raise BadBundle(_NEEDS_PASSWORD if _is_locked(error) else _TORN) from error


def _libarchive() -> Any:
    """Its loader would start programs to find the library, which a confined process may not."""
    find, ctypes.util.find_library = ctypes.util.find_library, lambda name: LIBRARY
    try:
        import libarchive
        import libarchive.exception
        import libarchive.read
    except (OSError, AttributeError) as error:
        raise BadBundle("服务器没有安装解包 7z 和 RAR 的程序库（Debian 包 libarchive13），安装后可重新解包。") from error
    finally:
        ctypes.util.find_library = find
    return libarchive


def _entry(libarchive: Any, pointer: Any, member: Any) -> Entry:
    name, size = _name(libarchive, member), member.size
    size = -1 if size is None else int(size)
    if member.issym or member.islnk:
        return Entry(name, 0, Kind.LINK)
    if not member.isreg:
        return Entry(name, 0, Kind.DEVICE)
    if _is_encrypted(libarchive, member):
        return Entry(name, size, Kind.ENCRYPTED)
    return Entry(name, size, read=lambda: _read(libarchive, pointer))


def _is_encrypted(libarchive: Any, member: Any) -> bool:
    """Not among what libarchive-c binds; without it stored members of a locked RAR would come out as they are locked."""
    ask = libarchive.ffi.libarchive.archive_entry_is_data_encrypted
    ask.argtypes, ask.restype = [ctypes.c_void_p], ctypes.c_int
    return bool(ask(member._entry_p))


def _name(libarchive: Any, member: Any) -> str:
    """What the bundle says in Unicode, else its bytes in the encoding that fits them."""
    if wide := libarchive.ffi.entry_pathname_w(member._entry_p):
        return str(wide)
    raw = libarchive.ffi.entry_pathname(member._entry_p) or b""
    return decoded(raw, encoding_of([raw]))


def _read(libarchive: Any, pointer: Any) -> Iterator[bytes]:
    buffer = create_string_buffer(CHUNK)
    try:
        while count := libarchive.ffi.read_data(pointer, buffer, CHUNK):
            yield buffer.raw[:count]
    except libarchive.exception.ArchiveError as error:
        if _is_locked(error):
            raise BadMember("设有口令。", Kind.ENCRYPTED) from error
        raise BadMember("数据已损坏或压缩方法不受支持。") from error


def _is_locked(error: Exception) -> bool:
    return any(word in str(error).lower() for word in _LOCKED)

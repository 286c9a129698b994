"""OLE2 compound files (MS-CFB) as Word, PowerPoint and Outlook wrote them: their streams, and what they say of themselves."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ingest.extractors._properties import moment, properties
from ingest.extractors.base import Source, UnreadableFile

MOST_BYTES = 256 << 20   # of one stream
_TORN = (OSError, ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)


@contextmanager
def compound(source: Source) -> Iterator[Any]:
    """The open file. Raises UnreadableFile where its structure is damaged."""
    import olefile

    try:
        opened = olefile.OleFileIO(str(source.path))
    except _TORN as error:
        raise damaged() from error
    with opened:
        yield opened


def stream(opened: Any, name: str) -> bytes:
    """The bytes of a stream. Raises UnreadableFile where it is missing or damaged."""
    try:
        if opened.get_size(name) > MOST_BYTES:
            raise UnreadableFile(f"文件内部的“{name}”部分超过 {MOST_BYTES >> 20} MB，未读取文字。请拆分后上传。")
        return bytes(opened.openstream(name).read())
    except _TORN as error:
        raise damaged() from error


def damaged() -> UnreadableFile:
    return UnreadableFile("文件内部结构损坏或不完整，无法读取文字。请用办公软件打开并另存后上传新版本。")


def engine() -> str:
    import olefile

    return f"olefile {olefile.__version__}"


def summary(opened: Any) -> dict[str, str]:
    """The properties of the file's summary (MS-OLEPS); nothing where that is damaged."""
    try:
        said = opened.get_metadata()
    except _TORN:
        return {}
    encoding = _encoding(said.codepage)
    texts = {name: _text(value, encoding) for name, value in (
        ("title", said.title), ("author", said.author), ("subject", said.subject), ("keywords", said.keywords),
        ("comments", said.comments), ("creator", said.creating_application), ("modified_by", said.last_saved_by),
        ("company", said.company))}
    return properties(**texts, created=moment(said.create_time), modified=moment(said.last_saved_time),
                      printed=moment(said.last_printed), stated_pages=said.num_pages or None)


def _encoding(codepage: object) -> str:
    number = codepage & 0xFFFF if isinstance(codepage, int) else 936
    return {65001: "utf-8", 1200: "utf-16-le", 936: "gb18030", 0: "gb18030", 10008: "gb18030"}.get(number, f"cp{number}")


def _text(value: object, encoding: str) -> str:
    if not isinstance(value, bytes):
        return str(value or "")
    try:
        return value.decode(encoding, "replace").rstrip("\0")
    except LookupError:
        return value.decode("gb18030", "replace").rstrip("\0")

"""Office Open XML packages: opened only when they unpack to a sane size, parsed without entities or network.

Knows the package (parts and the relations between them), not what stands in a part. Relation and element names are
compared without their namespace, so the strict and the transitional flavour of the standard (ISO/IEC 29500) read alike.
"""

import posixpath
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from types import TracebackType
from typing import Any, NamedTuple, Self

from ingest.extractors.base import Source, UnreadableFile

MAX_XML_BYTES = 512 << 20   # all XML parts unpacked; pictures and films are never unpacked
MAX_RATIO = 250             # unpacked to packed, looked at above _SMALL
MAX_PARTS = 20_000
_SMALL = 16 << 20
_XML = (".xml", ".rels", ".vml")
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Relation(NamedTuple):
    kind: str     # last word of the relation's type: header, notesSlide, worksheet …
    target: str   # name of the part in the package


class Package:
    """An open package. Raises UnreadableFile where it is damaged, protected or a bomb."""

    def __init__(self, source: Source) -> None:
        self.warnings: list[str] = []
        self._relations: dict[str, dict[str, Relation]] = {}
        try:
            self._zip = zipfile.ZipFile(source.path)
        except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError) as error:
            raise _damaged(source) from error
        try:
            _refuse_bombs(self._zip.infolist())
        except UnreadableFile:
            self._zip.close()
            raise
        self.names = frozenset(self._zip.namelist())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._zip.close()

    def read(self, name: str) -> bytes:
        """The bytes of a part. Raises UnreadableFile where the part is missing or does not unpack."""
        try:
            return self._zip.read(name)
        except (KeyError, ValueError, zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
            raise UnreadableFile(f"文件内部缺少或损坏了“{name}”部分，无法读取。请用办公软件打开并另存后重新上传。") from error
        except Exception as error:
            if type(error).__module__ in {"zlib", "_lzma", "lzma"}:
                raise UnreadableFile(f"文件内部的“{name}”部分无法解压。请重新取得文件后上传新版本。") from error
            raise

    def parse(self, name: str) -> Any:
        """The root element of an XML part; one that is not well-formed is read as far as it goes, with a warning."""
        from lxml import etree

        data = self.read(name)
        try:
            return etree.fromstring(data, _parser(recover=False))
        except etree.XMLSyntaxError as error:
            root = etree.fromstring(data, _parser(recover=True)) if data.strip() else None
            if root is None:
                raise UnreadableFile(f"文件内部的“{name}”部分不是有效的 XML，无法读取。请另存后重新上传。") from error
            self.warnings.append(f"文件内部的“{name}”部分有语法错误，文字可能不全。")
            return root

    def main(self) -> str:
        """Name of the main part: the document, workbook or presentation."""
        for relation in self.related(""):
            if relation.kind == "officeDocument":
                return relation.target
        raise UnreadableFile("文件缺少主文档部分，不是完整的 Office 文件。请用办公软件打开并另存后重新上传。")

    def related(self, name: str) -> Iterable[Relation]:
        """Relations of a part (`""`: of the package) to parts that exist, in the order they are written."""
        return self.related_by_id(name).values()

    def related_by_id(self, name: str) -> Mapping[str, Relation]:
        if name not in self._relations:
            self._relations[name] = dict(self._read_relations(name))
        return self._relations[name]

    def _read_relations(self, name: str) -> Iterator[tuple[str, Relation]]:
        folder, _, base = name.rpartition("/")
        rels = posixpath.join(folder, "_rels", base + ".rels")
        for element in self.parse(rels).iterchildren("{*}Relationship") if rels in self.names else ():
            target = posixpath.normpath(posixpath.join("/", folder, element.get("Target", ""))).lstrip("/")
            if element.get("TargetMode") != "External" and target in self.names:
                yield element.get("Id", target), Relation(element.get("Type", "").rpartition("/")[2], target)


@cache
def _parser(*, recover: bool) -> Any:
    from lxml import etree

    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True,
                           remove_pis=True, huge_tree=False, recover=recover)


def _damaged(source: Source) -> UnreadableFile:
    with source.path.open("rb") as file:
        if file.read(8) == _OLE2:
            return UnreadableFile("文件设有打开密码，无法读取文字。请去除密码后上传新版本。")
    return UnreadableFile("文件的压缩结构损坏或不完整，无法打开。请从来源重新取得文件后上传新版本。")


def _refuse_bombs(parts: list[zipfile.ZipInfo]) -> None:
    """Sizes are those the package declares; zipfile never unpacks more of a part than it declares."""
    if len(parts) > MAX_PARTS:
        raise UnreadableFile(f"文件由 {len(parts)} 个部分组成，超过 {MAX_PARTS} 个的上限，疑似压缩炸弹，未读取文字。")
    if any(part.flag_bits & 1 for part in parts):
        raise UnreadableFile("文件的压缩包设有密码，无法读取文字。请去除密码后上传新版本。")
    xml = [part for part in parts if part.filename.lower().endswith(_XML)]
    size, packed = sum(part.file_size for part in xml), sum(part.compress_size for part in xml)
    if size > MAX_XML_BYTES or (size > _SMALL and size > MAX_RATIO * packed):
        raise UnreadableFile(f"文件解压后达 {size >> 20} MB（压缩包内 {packed / (1 << 20):.1f} MB），超过安全上限，"
                             "疑似压缩炸弹，未读取文字。确系正常文件时，请拆分后上传。")

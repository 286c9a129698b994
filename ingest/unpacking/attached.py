"""Files attached inside one document: PDF (ISO 32000-1, 7.11.4 and 12.5.6.15) by pikepdf, OFD (GB/T 33190-2016) by ofdkit."""

import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from ingest.unpacking.entries import CHUNK, BadBundle, BadMember, Entry, Job, pieces

_MOST_PAGES = 20_000


def pdf(job: Job) -> Iterator[Entry]:
    import pikepdf

    try:
        with pikepdf.open(job.path) as document:
            seen: set[tuple[int, int]] = set()
            for name, specification in _specifications(pikepdf, document):
                stream = _stream(specification)
                if stream is not None and (not stream.is_indirect or stream.objgen not in seen):
                    seen.add(stream.objgen)
                    yield Entry(name, read=lambda stream=stream: _decoded(pikepdf, stream))  # type: ignore[misc]
    except pikepdf.PasswordError as error:
        raise BadBundle("PDF 设有打开密码，无法查看里面是否附有文件。") from error
    except pikepdf.PdfError as error:
        raise BadBundle("PDF 已损坏，无法取出里面附的文件。") from error


def _specifications(pikepdf: Any, document: Any) -> Iterator[tuple[str, Any]]:
    """From the document's own list, then from the paper clips on its pages."""
    for key, attached in document.attachments.items():
        yield attached.filename or key, attached.obj
    for page in document.pages[:_MOST_PAGES]:
        for annotation in page.obj.get("/Annots", []):
            if isinstance(annotation, pikepdf.Dictionary) and annotation.get("/Subtype") == "/FileAttachment":
                specification = annotation.get("/FS")
                if isinstance(specification, pikepdf.Dictionary):
                    yield str(specification.get("/UF") or specification.get("/F") or "附件.bin"), specification


def _stream(specification: Any) -> Any:
    files = specification.get("/EF")
    for key in ("/UF", "/F", "/Unix", "/DOS", "/Mac"):
        if files is not None and (stream := files.get(key)) is not None:
            return stream
    return None


def _decoded(pikepdf: Any, stream: Any) -> Iterator[bytes]:
    """Piece by piece where the usual filter allows it: what a small stream unpacks to need not fit into memory."""
    try:
        usual = stream.get("/Filter") == "/FlateDecode" and stream.get("/DecodeParms") is None
        if not usual:
            yield from pieces(stream.read_bytes(pikepdf.StreamDecodeLevel.specialized))
            return
        inflater, packed = zlib.decompressobj(), stream.read_raw_bytes()
        while chunk := inflater.decompress(packed, CHUNK):
            packed = inflater.unconsumed_tail
            yield chunk
    except (pikepdf.PdfError, zlib.error) as error:
        if "bad_alloc" in str(error):    # how qpdf tells that memory ran out
            raise MemoryError from error
        raise BadMember("附件数据已损坏，或压缩方式不受支持。") from error


def ofd(job: Job) -> Iterator[Entry]:
    from ofdkit.errors import OFDError
    from ofdkit.package import Package

    try:
        with Package(job.path) as package:
            for listing in _listings(package):
                for attachment in _children(package.read_xml(listing), "Attachment"):
                    location = _text(attachment, "FileLoc")
                    if inner := package.resolve(listing, location):
                        yield Entry(_ofd_name(attachment, inner), read=lambda inner=inner: _part(package, inner))  # type: ignore[misc]
    except OFDError as error:
        raise BadBundle("OFD 文件已损坏，无法取出里面附的文件。") from error


def _listings(package: Any) -> Iterator[str]:
    """The list of attachments of each document in the package that has one."""
    root = package.resolve(None, "OFD.xml")
    for body in _children(package.read_xml(root), "DocBody") if root else ():
        document = package.resolve(root, _text(body, "DocRoot"))
        listing = package.resolve(document, _text(package.read_xml(document), "Attachments")) if document else None
        if listing:
            yield listing


def _ofd_name(attachment: Any, inner: str) -> str:
    """The name it bears, with the ending of the file it is: most programs leave that to `Format` or say nothing."""
    name, ending = str(attachment.get("Name") or ""), PurePosixPath(inner).suffix
    if not name:
        return PurePosixPath(inner).name
    return name if PurePosixPath(name).suffix.lower() == ending.lower() else name + ending


def _part(package: Any, name: str) -> Iterator[bytes]:
    from ofdkit.errors import OFDError

    try:
        yield from pieces(package.read(name))
    except OFDError as error:
        raise BadMember("附件数据已损坏，或大于 64 MiB。") from error


def _children(element: Any, name: str) -> list[Any]:
    return [child for child in element if child.tag.rpartition("}")[2] == name]


def _text(element: Any, name: str) -> str:
    return next((str(child.text or "").strip() for child in _children(element, name)), "")

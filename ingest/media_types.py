"""What a file is, by its bytes: magic numbers first, then the structure of containers. Nothing is executed or unpacked.

The file name only chooses where bytes cannot: between kinds of plain text, and for a container too damaged or too
protected to look inside. Standards: ISO 32000 (PDF), ISO/IEC 29500 (OOXML), GB/T 33190-2016 (OFD), MS-CFB (OLE2).
"""

import codecs
import re
import struct
import zipfile
import zlib
from pathlib import Path

from ingest.ole2 import OLE2_MAGIC, stream_names

UNKNOWN = "application/octet-stream"
EMPTY = "application/x-empty"
ZIP = "application/zip"
OLE2 = "application/x-ole-storage"
OFD = "application/ofd"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"

_HEAD = 4096
_TAIL = 22 + 65535 + 76         # end record of a zip with the longest comment, and the zip64 records before it
LARGEST_DIRECTORY = 16 << 20   # some 200,000 members
_MAGIC: tuple[tuple[bytes, int, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"), (b"\xff\xd8\xff", 0, "image/jpeg"), (b"GIF8", 0, "image/gif"),
    (b"II*\x00", 0, "image/tiff"), (b"MM\x00*", 0, "image/tiff"), (b"II+\x00", 0, "image/tiff"),
    (b"WEBP", 8, "image/webp"), (b"ftypheic", 4, "image/heic"), (b"\x00\x00\x00\x0cjP  ", 0, "image/jp2"),
    (b"Rar!\x1a\x07", 0, "application/vnd.rar"), (b"7z\xbc\xaf\x27\x1c", 0, "application/x-7z-compressed"),
    (b"\x1f\x8b\x08", 0, "application/gzip"), (b"ustar", 257, "application/x-tar"), (b"BZh", 0, "application/x-bzip2"),
    (b"\xfd7zXZ\x00", 0, "application/x-xz"), (b"{\\rtf", 0, "application/rtf"), (b"%!PS", 0, "application/postscript"),
    (b"AVI ", 8, "video/x-msvideo"), (b"WAVE", 8, "audio/wav"), (b"ID3", 0, "audio/mpeg"), (b"OggS", 0, "audio/ogg"),
    (b"fLaC", 0, "audio/flac"), (b"AIFF", 8, "audio/aiff"), (b"#!AMR", 0, "audio/amr"), (b"FLV\x01", 0, "video/x-flv"),
    (b"0&\xb2u\x8ef\xcf\x11", 0, "video/x-ms-asf"), (b"\0\0\x01\xba", 0, "video/mpeg"), (b"ftypM4A", 4, "audio/mp4"),
    (b"ftypqt", 4, "video/quicktime"),
    (b"ftyp", 4, "video/mp4"), (b"\x1aE\xdf\xa3", 0, "video/x-matroska"), (b"AC10", 0, "image/vnd.dwg"),
    (b"MZ", 0, "application/vnd.microsoft.portable-executable"), (b"\x7fELF", 0, "application/x-executable"),
)
_BMP_HEADERS = frozenset({12, 40, 52, 56, 64, 108, 124})    # the sizes of header there have been
_WORD, _SHEET, _SLIDES = "wordprocessingml", "spreadsheetml", "presentationml"
_OOXML: tuple[tuple[str, str], ...] = (   # content type of the main part, up to "+xml", and the type of such a file
    (f"{_WORD}.document.main", DOCX), (f"{_WORD}.template.main", DOCX.replace(".document", ".template")),
    ("vnd.ms-word.document.macroenabled.main", "application/vnd.ms-word.document.macroenabled.12"),
    (f"{_SHEET}.sheet.main", XLSX), (f"{_SHEET}.template.main", XLSX.replace(".sheet", ".template")),
    ("vnd.ms-excel.sheet.macroenabled.main", "application/vnd.ms-excel.sheet.macroenabled.12"),
    ("vnd.ms-excel.sheet.binary.macroenabled.main", "application/vnd.ms-excel.sheet.binary.macroenabled.12"),
    (f"{_SLIDES}.presentation.main", PPTX), (f"{_SLIDES}.slideshow.main", PPTX.replace(".presentation", ".slideshow")),
    (f"{_SLIDES}.template.main", PPTX.replace(".presentation", ".template")),
    ("vnd.ms-powerpoint.presentation.macroenabled.main", "application/vnd.ms-powerpoint.presentation.macroenabled.12"),
)
_OLE2_STREAMS: tuple[tuple[str, str], ...] = (   # Kingsoft's .wps, .et and .dps are these formats too
    ("WordDocument", "application/msword"), ("Workbook", "application/vnd.ms-excel"), ("Book", "application/vnd.ms-excel"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"), ("VisioDocument", "application/vnd.visio"),
    ("__properties_version1.0", "application/vnd.ms-outlook"),
)
_OFFICE_NAMES = {"docx": DOCX, "xlsx": XLSX, "pptx": PPTX, "docm": DOCX, "xlsm": XLSX, "pptm": PPTX, "ofd": OFD}
_TEXT_NAMES = {"csv": "text/csv", "md": "text/markdown", "json": "application/json", "eml": "message/rfc822",
               "mht": "multipart/related", "mhtml": "multipart/related"}
_HEADER = re.compile(r"(?m)^([A-Za-z][A-Za-z0-9-]{1,40}):[ \t]")
_TELLING = frozenset({"mime-version", "message-id", "received", "return-path", "dkim-signature"})   # no prose begins so
_HTML = re.compile(r"(?is)\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|title|meta|table|div|p)\b")


def identify(path: Path, filename: str) -> str:
    """The media type of a file. Every file has one: what no rule knows is `application/octet-stream`."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head:
        return EMPTY
    if b"%PDF-" in head[:1024]:     # where ISO 32000-1 Annex H has readers look for it
        return "application/pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _zip(path, filename)
    if head.startswith(OLE2_MAGIC):
        return _ole2(path, filename)
    for magic, at, media_type in _MAGIC:
        if head[at:at + len(magic)] == magic:
            return media_type
    return _weakly_marked(head) or _text(head, filename)


def _weakly_marked(head: bytes) -> str:
    """Formats whose mark is too short to be trusted alone: what follows it must fit too."""
    if head[:2] == b"BM" and len(head) > 18 and struct.unpack_from("<I", head, 14)[0] in _BMP_HEADERS:
        return "image/bmp"
    if len(head) > 4 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2 and head[2] >> 4 < 15 and head[2] & 0x0C != 0x0C:
        return "audio/mpeg"    # a frame of MPEG audio, layer III, without tags before it
    return ""


def _zip(path: Path, filename: str) -> str:
    if directory_size(path) > LARGEST_DIRECTORY:    # reading it would fill this process's memory
        return ZIP
    try:
        with zipfile.ZipFile(path) as container:
            names = {name.lower(): name for name in container.namelist()}
            if "ofd.xml" in names:
                return OFD
            if "[content_types].xml" in names:
                return _ooxml(_start(container, names["[content_types].xml"], 1 << 20)) or ZIP
            if "mimetype" in names:    # OpenDocument and EPUB name themselves in their first member
                declared = _start(container, names["mimetype"], 100).strip()
                return declared if re.fullmatch(r"[\w.+-]+/[\w.+-]+", declared) else ZIP
            return ZIP
    except (zipfile.BadZipFile, OSError, ValueError, OverflowError, RuntimeError, NotImplementedError, EOFError, zlib.error):
        return _OFFICE_NAMES.get(_extension(filename), ZIP)


def directory_size(path: Path) -> int:
    """Bytes of member list that a zip announces (APPNOTE 4.3.16, in zip64 files 4.3.14); 0 where it announces nothing."""
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - _TAIL, 0))
        tail = file.read()
    sizes = [0]
    for at in {len(tail) - 22, tail.rfind(b"PK\x05\x06")}:
        if at >= 0 and tail[at:at + 4] == b"PK\x05\x06" and at + 16 <= len(tail):
            sizes.append(struct.unpack_from("<I", tail, at + 12)[0] % 0xFFFFFFFF)    # all ones: see the zip64 record
        if at >= 76 and tail[at - 20:at - 16] == b"PK\x06\x07":
            sizes.append(struct.unpack_from("<Q", tail, at - 36)[0])
    return max(sizes)


def _start(container: zipfile.ZipFile, name: str, size: int) -> str:
    with container.open(name) as member:
        return member.read(size).decode("utf-8", "ignore").lower()


def _ooxml(content_types: str) -> str:
    return next((media_type for part, media_type in _OOXML if part in content_types), "")


def _ole2(path: Path, filename: str) -> str:
    streams = stream_names(path)
    if "EncryptedPackage" in streams or "EncryptionInfo" in streams:   # an OOXML file under a password
        return _OFFICE_NAMES.get(_extension(filename), OLE2)
    return next((media_type for stream, media_type in _OLE2_STREAMS if stream in streams), OLE2)


def _text(head: bytes, filename: str) -> str:
    text = _decoded(head)
    if text is None:
        return UNKNOWN
    if _HTML.match(text):
        return "application/xhtml+xml" if text.lstrip().startswith("<?xml") else "text/html"
    if text.lstrip().startswith("<?xml"):
        return "application/xml"
    return _message(text) or _TEXT_NAMES.get(_extension(filename), "text/plain")


def _message(text: str) -> str:
    """A message, or a web page saved as one, by the headers it begins with (RFC 5322, RFC 2557)."""
    block = text.lstrip("\ufeff\r\n").replace("\r\n", "\n").partition("\n\n")[0]
    names = {name.lower() for name in _HEADER.findall(block)}
    if not _HEADER.match(block) or not names & _TELLING:
        return ""
    related = re.search(r"(?im)^content-type:\s*multipart/related", block)
    return "multipart/related" if related and not names & {"to", "received"} else "message/rfc822"


def _decoded(head: bytes) -> str | None:
    """The head as text, None where it is not text: no encoding in use here puts control bytes into text."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head[:len(head) // 2 * 2].decode("utf-16", "replace")
    if re.search(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f]", head):
        return None
    for encoding in ("utf-8-sig", "gb18030", "big5"):
        try:
            return codecs.getincrementaldecoder(encoding)().decode(head)
        except UnicodeDecodeError:
            continue
    return head.decode("gb18030", "replace") if _few_faults(head) else None


def _few_faults(head: bytes) -> bool:
    return head.decode("gb18030", "replace").count("\ufffd") < len(head) / 50


def _extension(filename: str) -> str:
    return filename.rpartition(".")[2].lower() if "." in filename else ""


_WORD97, _EXCEL97, _SHOW97 = "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"
_ODF = "application/vnd.oasis.opendocument"
# What an extension promises, for those people rely on; several promises where programs save under one name.
_PROMISES: dict[str, frozenset[str]] = {extension: frozenset(types) for extension, types in {
    "pdf": {"application/pdf"}, "ofd": {OFD}, "docx": {DOCX}, "xlsx": {XLSX}, "pptx": {PPTX}, "doc": {_WORD97, "application/rtf"},
    "wps": {_WORD97, DOCX}, "xls": {_EXCEL97}, "et": {_EXCEL97, XLSX}, "ppt": {_SHOW97}, "dps": {_SHOW97, PPTX}, "zip": {ZIP},
    "rar": {"application/vnd.rar"}, "7z": {"application/x-7z-compressed"}, "png": {"image/png"}, "jpg": {"image/jpeg"},
    "jpeg": {"image/jpeg"}, "tif": {"image/tiff"}, "tiff": {"image/tiff"}, "bmp": {"image/bmp"}, "webp": {"image/webp"},
    "gif": {"image/gif"}, "txt": {"text/plain"}, "csv": {"text/csv"}, "html": {"text/html", "application/xhtml+xml"},
    "htm": {"text/html", "application/xhtml+xml"}, "rtf": {"application/rtf"}, "odt": {f"{_ODF}.text"},
    "ods": {f"{_ODF}.spreadsheet"}, "odp": {f"{_ODF}.presentation"}, "eml": {"message/rfc822"},
    "msg": {"application/vnd.ms-outlook"}, "mht": {"multipart/related", "message/rfc822"},
    "mhtml": {"multipart/related", "message/rfc822"}, "mp3": {"audio/mpeg"}, "wav": {"audio/wav"},
    "mp4": {"video/mp4", "video/quicktime"}, "avi": {"video/x-msvideo"}, "dwg": {"image/vnd.dwg"}}.items()}


def types_named(name: str) -> frozenset[str]:
    """The media types that a person means by an extension (`pdf`) or by the media type itself; none for what is neither."""
    return _PROMISES.get(name.lower().lstrip("."), frozenset({name}) if "/" in name else frozenset())


def disagreement(media_type: str, filename: str) -> str:
    """A sentence for the user where a file is not what its name says; empty where the two agree or nothing is known."""
    extension = _extension(filename)
    if extension not in _PROMISES or media_type in _PROMISES[extension]:
        return ""
    return f"文件名以“.{extension}”结尾，内容却是 {media_type}；按内容处理。请核对是否传错了文件。"

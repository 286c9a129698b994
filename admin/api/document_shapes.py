"""Documents, versions and texts as the API gives them. Digests are bare hexadecimal, as `sha256sum` prints them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal, cast

from pydantic import AliasChoices, Field

from admin.api.context import Asked, Listing, Masked, Paging, Strict
from archive.models import Document, Version
from archive.operations.documents import Filed

TypeSource = Literal["recognised", "given", "confirmed", "unrecognised"]
TextState = Literal["pending", "read", "ocr", "no_text", "garbled", "unreadable", "unsupported"]
RemarkSeverity = Literal["info", "warning", "problem"]
ScanVerdict = Literal["not_checked", "clean"]


class DocumentPath(Asked):
    id: str = Field(description="文件的标识")


class PagePath(DocumentPath):
    n: int = Field(ge=1, le=1_000_000, description="第几页，从 1 起")


class PageQuery(Asked):
    q: str = Field("", max_length=1000, description="在图片上标出的检索词，写法与检索相同")
    size: Literal["thumb", "page", "large"] = Field("page", description="大小：缩略图、通常、放大")
    version: int | None = Field(None, ge=1, description="第几版；不给则为当前版本")


class DocumentQuery(Paging):
    type: str = Field("", max_length=100, description="文件类型")
    stage: str = Field("", max_length=10, description="阶段")
    parent: str = Field("", max_length=100, description="原在哪个文件之内（压缩包、邮件等的标识）")
    label: str = Field("", max_length=20, description="标签：内部、工作秘密、含个人信息")
    type_source: TypeSource | None = Field(None, description="类型的来源")


class ContentQuery(Asked):
    version: int | None = Field(None, ge=1, description="第几版；不给则为当前版本")


class DocumentOut(Strict):
    """`state` says how far its text has come; `revision` grows with every change of the description.

    `parent` is the document it was inside of when it came (bundle, mail, PDF), `parent_path` its path in there; else empty.
    """

    id: str
    project: str
    unit: str
    type: str
    type_source: TypeSource
    stage: str
    title: Masked
    filename: Masked
    doc_date: date | None
    doc_no: Masked
    issuer: Masked
    conclusion: Masked
    catalogue_only: bool
    location: Masked
    parent: str
    parent_path: Masked
    labels: list[str] = Field(description="页面自称的标签：内部、工作秘密")
    personal: dict[str, int] = Field(description="个人信息的种类与个数")
    state: TextState = Field(validation_alias=AliasChoices("text_state", "state"))
    state_reason: Masked = Field(validation_alias=AliasChoices("text_reason", "state_reason"))
    version: int
    revision: int
    created_at: datetime


class RemarkOut(Strict):
    """What an engine has to say about the file: `code` for programs, `text` for people, `pages` from 1."""

    code: str
    severity: RemarkSeverity
    text: Masked
    pages: Sequence[int]


class DocumentDetail(DocumentOut):
    """One document with all that was found out about its file; `remarks`: the gravest first.

    `children` are the ids of the documents that were inside of it.
    """

    remarks: Sequence[RemarkOut]
    children: Sequence[str]


class DocumentList(Listing):
    items: Sequence[DocumentOut]


class VersionOut(Strict):
    """`puid`: the format in PRONOM, empty where unknown.

    `scan`: what the virus scanner `scan_engine` said when the file arrived; `scan_reason` says why it was not checked.
    """

    number: int
    sha256: str
    sm3: str
    size: int
    media_type: str
    puid: str
    filename: Masked
    scan: ScanVerdict
    scan_engine: str
    scan_reason: str
    scanned_at: datetime | None
    received_at: datetime

    @classmethod
    def of(cls, version: Version) -> "VersionOut":
        return cls(number=version.number, sha256=bare(version.sha256), sm3=bare(version.sm3), size=version.size,
                   media_type=version.media_type, puid=version.puid, filename=version.filename, scan=cast(ScanVerdict, version.scan),
                   scan_engine=version.scan_engine, scan_reason=version.scan_reason, scanned_at=version.scanned_at,
                   received_at=version.received_at)


class VersionList(Listing):
    items: Sequence[VersionOut]


class CopyOut(Strict):
    """The same bytes in another project you may see."""

    document: str
    project: str
    title: Masked


class FiledOut(Strict):
    """A file that was kept. `also_in`: where the same bytes are filed already, in other projects you may see."""

    id: str
    sha256: str
    size: int
    media_type: str
    type: str
    type_source: TypeSource
    state: TextState
    scan: ScanVerdict
    version: int
    title: Masked
    also_in: Sequence[CopyOut]


class DuplicateOut(FiledOut):
    """A file the dossier already holds: nothing was stored, this is the document that has it."""

    duplicate_of: str


class TextPage(Strict):
    page: int
    text: str


class TextOut(Strict):
    """The text of the current version. `state` other than `read` and `ocr` says why there is none, `reason` in words.

    `properties`: what the file says of itself. `image_pages` are pages that carry their text as a picture; `recognised`
    those of them that `ocr_engine` has read, with this mean `confidence` (0 to 1); `doubtful` those of them that a person
    should compare with the original.

    `masked`: personal numbers have `*` for their inner digits.
    """

    document: str
    version: int
    state: TextState
    reason: Masked
    page_count: int
    chars: int
    truncated: bool
    masked: bool
    engine: str
    warnings: Sequence[Masked]
    properties: dict[str, Masked]
    image_pages: Sequence[int]
    recognised: Sequence[int]
    doubtful: Sequence[int]
    confidence: float | None
    ocr_engine: str
    pages: Sequence[TextPage]


def filed_out(filed: Filed, copies: Sequence[Document] = ()) -> FiledOut:
    document, version = filed.document, filed.version
    facts = {"id": document.id, "sha256": bare(version.sha256), "size": version.size, "media_type": version.media_type,
             "type": document.type, "type_source": document.type_source, "state": document.text_state,
             "scan": version.scan, "version": version.number, "title": document.title,
             "also_in": [CopyOut(document=copy.id, project=copy.project, title=copy.title) for copy in copies]}
    return DuplicateOut.model_validate({**facts, "duplicate_of": document.id}) if filed.duplicate \
        else FiledOut.model_validate(facts)


def bare(digest: str) -> str:
    return digest.rpartition(":")[2]

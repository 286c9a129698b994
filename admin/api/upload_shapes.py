"""Uploads as the API shows them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from admin.api.context import Asked, Listing, Masked, Paging, Strict
from archive.models.uploads import Upload

State = Literal["receiving", "filed", "duplicate", "refused"]


class UploadPath(Asked):
    id: str = Field(max_length=100, description="上传的标识，取自 Location")


class UploadQuery(Paging):
    project: str = Field("", max_length=100, description="项目编号")
    batch: str = Field("", max_length=200, description="批次")
    state: State | None = Field(None, description="receiving 尚未收完或尚未归档")


class TusHeaders(BaseModel):
    """Every request of the protocol."""

    tus_resumable: str = Field("", alias="Tus-Resumable", description="1.0.0，必须给出，否则 412")


class CreationHeaders(TusHeaders):
    upload_length: str = Field("", alias="Upload-Length", description="文件的字节数，必须给出")
    upload_metadata: str = Field("", alias="Upload-Metadata", description=(
        "“键 Base64值”，以逗号分隔。必须有 project（项目编号）和 filename；可有 type、title、doc_date（归档时的著录）、"
        "batch（同一批次记入同一份移交清单）、path（清单中的路径）、fingerprint（同一人以同样的 fingerprint 和长度再次声明"
        "同一文件时，得到原来的上传）"))


class PartHeaders(TusHeaders):
    upload_offset: str = Field("", alias="Upload-Offset", description="从第几个字节继续，必须与已收到的相同，否则 409")
    upload_checksum: str = Field("", alias="Upload-Checksum", description="“算法 Base64”：sha1、sha256 或 sm3；不符则 460")


class OverrideHeaders(PartHeaders):
    override: str = Field("", alias="X-HTTP-Method-Override", description="PATCH 或 DELETE，供不能直接发出它们的客户端")


class UploadOut(Strict):
    """How far an upload has come; with its last byte, what became of the file. `code` and `message`: why it was refused."""

    id: str
    project: str
    filename: str
    path: str
    batch: str
    size: int
    offset: int
    state: State
    document: str | None
    sha256: str | None
    receipt: str | None
    code: str | None
    message: Masked | None
    created_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, upload: Upload) -> "UploadOut":
        names = ("id", "project", "filename", "path", "batch", "size", "offset", "state", "created_at", "expires_at")
        return cls(**{name: getattr(upload, name) for name in names}, document=upload.document or None,
                   sha256=upload.sha256.rpartition(":")[2] or None, receipt=upload.receipt or None,
                   code=upload.code or None, message=upload.message or None)


class UploadList(Listing):
    items: Sequence[UploadOut]

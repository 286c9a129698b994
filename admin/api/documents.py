"""Documents over HTTP: what they are, their bytes, text, pages as pictures, versions. Filing is `uploads`."""

from collections.abc import Sequence

from flask import Response, request

from admin.api.context import Paging, actor, answer, area, slice_of, system
from admin.api.document_shapes import (
    ContentQuery,
    DocumentDetail,
    DocumentList,
    DocumentOut,
    DocumentPath,
    DocumentQuery,
    PagePath,
    PageQuery,
    RemarkOut,
    TextOut,
    TextPage,
    VersionList,
    VersionOut,
    bare,
)
from admin.api.errors import BadRange, NoPicture
from admin.api.preconditions import etag_of
from admin.api.problems import responses
from admin.api.project_shapes import CodePath
from admin.previews import hits_on, picture_of, tag_of
from admin.web.downloads import is_fetched, send_version
from archive import queries
from archive.contents import children_of
from archive.errors import Damaged, NotFound
from archive.models import Document, TextRecord, Version
from archive.operations.access_log import record_download
from ingest.rendering import CannotRender
from search.query import parse

documents = area("documents", "文件")
BYTES = {"content": {"application/octet-stream": {"schema": {"type": "string", "contentMediaType": "application/octet-stream"}}}}
PNG = {"content": {"image/png": {"schema": {"type": "string", "contentMediaType": "image/png"}}}}
SANDBOXED = {"Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
             "Cache-Control": "private, no-cache"}


@documents.get("/projects/<code>/documents", responses={200: DocumentList, **responses(404)})
def listed(path: CodePath, query: DocumentQuery) -> Response:
    """一个案卷中的文件，新收的在前"""
    page = queries.list_documents(actor(), path.code, page=query.page, size=query.size, type_key=query.type,
                                  stage=query.stage, label=query.label, parent=query.parent, type_source=query.type_source or "")
    return answer(DocumentList.model_validate(page))


@documents.get("/documents/<id>", responses={200: DocumentDetail, **responses(404)})
def show(path: DocumentPath) -> Response:
    """一个文件的著录、对文件本身的发现（remarks）和取自其中的文件（children）"""
    document = queries.find_document(actor(), path.id)
    facts = DocumentOut.model_validate(document).model_dump()
    remarks = [RemarkOut.model_validate(item) for item in queries.remarks_of(actor(), path.id)]
    found = {"remarks": remarks, "children": children_of([document]).get(document.id, [])}
    return answer(DocumentDetail.model_validate({**facts, **found}), headers={"ETag": etag_of(document)})


@documents.get("/documents/<id>/content", responses={
    "200": {"description": "全部内容", **BYTES}, "206": {"description": "所要的一段", **BYTES},
    "302": {"description": "存储提供下载链接时：全部内容由 Location 处取得，链接一分钟内有效"},
    "304": {"description": "与 If-None-Match 相同"}, **responses(404, 416)})
def content(path: DocumentPath, query: ContentQuery) -> Response:
    """文件的原始内容；支持 Range 和 If-None-Match"""
    version = _version(path.id, query.version)
    try:
        response = send_version(system().blobs, version)
    except NotFound:
        raise Damaged(digest=version.sha256) from None  # the database names bytes that are not there
    if response.status_code == 416:
        raise BadRange(size=version.size)
    if is_fetched(response):
        record_download(actor(), system().clock, path.id, version.number)
    return response


@documents.get("/documents/<id>/text", responses={200: TextOut, **responses(404)})
def text(path: DocumentPath) -> Response:
    """当前版本的文字，逐页；个人信息遮盖中间各位"""
    document = queries.find_document(actor(), path.id)
    record, pages = queries.text_of(actor(), path.id)
    return answer(text_out(document, record, pages, masked=True))


def text_out(document: Document, record: TextRecord | None, pages: Sequence[str], *, masked: bool) -> TextOut:
    return TextOut.model_validate({
        "document": document.id, "version": document.version, "state": document.text_state,
        "reason": document.text_reason, "page_count": record.page_count if record else 0,
        "chars": record.chars if record else 0, "truncated": bool(record and record.truncated),
        "engine": record.engine if record else "", "warnings": list(record.warnings) if record else [],
        "properties": dict(record.properties) if record else {},
        **_recognition(record),
        "masked": masked, "pages": [TextPage(page=number, text=page) for number, page in enumerate(pages, 1)]})


@documents.get("/documents/<id>/pages/<n>", responses={
    "200": {"description": "这一页的图片", **PNG}, "304": {"description": "与 If-None-Match 相同"}, **responses(404, 415)})
def page_picture(path: PagePath, query: PageQuery) -> Response:
    """一页的图片（PNG）：PDF、OFD、图像和 Office 文件；给出 q 时标出检索词所在之处"""
    version = _version(path.id, query.version)
    try:
        marks = hits_on(system(), version, path.n, parse(query.q).required)
        tag = f"{bare(version.sha256)}-{tag_of(version, path.n, query.size, marks)}"
        if request.if_none_match.contains(tag):
            return Response(status=304, headers={"ETag": f'"{tag}"'})
        picture = picture_of(system(), version, path.n, query.size, marks)
    except CannotRender as refusal:
        raise NoPicture(filename=version.filename, reason=str(refusal)) from None
    return Response(picture, headers={"ETag": f'"{tag}"', **SANDBOXED}, mimetype="image/png")


@documents.get("/documents/<id>/versions", responses={200: VersionList, **responses(404)})
def versions(path: DocumentPath, query: Paging) -> Response:
    """文件的各个版本，新的在前"""
    found = [VersionOut.of(version) for version in queries.versions_of(actor(), path.id)]
    return answer(VersionList(**slice_of(found, query)))


def _recognition(record: TextRecord | None) -> dict[str, object]:
    """`confidence` is None where nothing was recognised."""
    record = record or TextRecord()
    return {"image_pages": list(record.image_pages), "recognised": list(record.recognised), "doubtful": list(record.doubtful),
            "confidence": record.confidence if record.recognised else None, "ocr_engine": record.ocr_engine}


def _version(key: str, number: int | None) -> Version:
    if number is None:
        return queries.current_version(actor(), key)
    for version in queries.versions_of(actor(), key):
        if version.number == number:
            return version
    raise NotFound(what="版本", key=f"{key}（第 {number} 版）")

"""Files that come in parts: the tus protocol 1.0.0 under `/api/v1/uploads`. The protocol itself is `admin.web.tus`."""

from typing import Any

from flask import Response, request

from admin.api.context import ROOT, actor, answer, area, system
from admin.api.problems import Responses, problem, responses
from admin.api.upload_shapes import (
    CreationHeaders,
    OverrideHeaders,
    PartHeaders,
    TusHeaders,
    UploadList,
    UploadOut,
    UploadPath,
    UploadQuery,
)
from admin.uploads import records
from admin.uploads.errors import BadRequest
from admin.web import tus
from archive.models.uploads import Upload

parts = area("uploads", "断点续传")
PATH = "/uploads/<id>"


def _says(text: str) -> dict[str, Any]:
    return {"description": text}


TAKEN: Responses = {204: _says("已收到；Upload-Offset 给出新的位置。收完时 Dangan-Upload-State 为 filed 或 duplicate，"
                               "Dangan-Document 为文件的标识"),
                    **responses(400, 404, 409, 410, 412, 413, 415, 421, 423, 460, 507)}


@parts.before_app_request
def _capabilities() -> Response | None:
    """OPTIONS is asked by those who have no token yet."""
    ours = request.blueprint == parts.name and request.method == "OPTIONS"
    return tus.options(system()) if ours else None


@parts.after_request
def _speak_protocol(response: Response) -> Response:
    response.headers.setdefault("Tus-Resumable", tus.VERSION)
    if response.status_code == 412:
        response.headers["Tus-Version"] = tus.VERSION
    return response


@parts.post("/uploads", responses={201: UploadOut, **responses(400, 404, 412, 413, 429, 507)})
def create(header: CreationHeaders) -> Response:
    """声明一个文件，之后分段上传（tus 1.0.0：creation）

    Location 为上传的地址，以 PATCH 向它发送内容。OPTIONS 给出支持的扩展与大小上限。中断后以 HEAD 查询已收到多少，
    从那里继续；收到的部分在服务器重启之后仍在。
    """
    upload = tus.create(system(), actor(), "api")
    headers = {**tus.headers_of(upload), "Location": f"{ROOT}/uploads/{upload.id}"}
    return answer(UploadOut.of(upload), 201, headers)


@parts.get("/uploads", responses={200: UploadList})
def listed(query: UploadQuery) -> Response:
    """本人未过期的上传，新的在前"""
    page = records.list_own(system(), actor(), project=query.project, batch=query.batch, state=query.state or "",
                            page=query.page, size=query.size)
    return answer(UploadList(items=[UploadOut.of(upload) for upload in page.items], total=page.total, page=page.page,
                             size=page.size))


@parts.get(PATH, responses={200: UploadOut, **responses(404, 410)})
def show(path: UploadPath) -> Response:
    """一个上传到了哪里，收完之后成了什么；HEAD 按 tus 协议答复"""
    upload = records.find(system(), actor(), path.id)
    if request.method == "HEAD":
        tus.require_protocol()
        return Response(status=200, headers=tus.headers_of(upload))
    return answer(UploadOut.of(upload), headers={"Cache-Control": "no-store"})


@parts.patch(PATH, responses=TAKEN)
def receive(path: UploadPath, header: PartHeaders) -> Response:
    """发送下一段（Content-Type: application/offset+octet-stream）

    收到最后一段后立即归档。被拒收时答复 422 和原因；答复丢失时，以 HEAD、GET 或空的一段再问，得到同样的结果。
    """
    return _receive(path.id)


@parts.delete(PATH, responses={204: _says("已取消，收到的部分已删除"), **responses(404, 410, 412, 423)})
def terminate(path: UploadPath, header: TusHeaders) -> Response:
    """取消一个上传；已经归档的文件不受影响"""
    return _terminate(path.id)


@parts.post(PATH, responses=TAKEN)
def overridden(path: UploadPath, header: OverrideHeaders) -> Response:
    """代替 PATCH 或 DELETE，由 X-HTTP-Method-Override 指明"""
    wanted = request.headers.get("X-HTTP-Method-Override", "").upper()
    if wanted == "PATCH":
        return _receive(path.id)
    if wanted == "DELETE":
        return _terminate(path.id)
    raise BadRequest(header="X-HTTP-Method-Override", problem="应为 PATCH 或 DELETE。")


def _receive(key: str) -> Response:
    tus.require_protocol()
    return _taken(tus.receive(system(), actor(), key))


def _terminate(key: str) -> Response:
    tus.require_protocol()
    records.terminate(system(), actor(), key)
    return Response(status=204)


def _taken(upload: Upload) -> Response:
    if tus.is_refused(upload):
        return problem(422, upload.code, upload.message, headers=tus.headers_of(upload))
    return Response(status=204, headers=tus.headers_of(upload))

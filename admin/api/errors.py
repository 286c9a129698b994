"""Refusals that only the API can give. What a resource refuses is an error of the core."""

from typing import ClassVar

from admin.web.errors import HttpRefusal


class Unauthenticated(HttpRefusal):
    code, status = "api.unauthenticated", 401
    text = "请求没有带有效的令牌。请在 Authorization 头中给出“Bearer 令牌”；令牌由 POST /api/v1/tokens 或 dangan user token 签发。"


class Precondition(HttpRefusal):
    code, status = "api.precondition-required", 428
    text = "修改{what}须带 If-Match，值为读取时得到的 ETag，以免覆盖他人的修改。请先读取，再提交。"


class Stale(HttpRefusal):
    code, status = "api.precondition-failed", 412
    text = "{what}“{key}”在您读取之后已被修改，您的修改没有保存。请重新读取，合并后再提交。"


class KeyReused(HttpRefusal):
    code, status = "api.idempotency-key-reused", 422
    text = "Idempotency-Key“{key}”已用于另一个内容不同的请求，本次请求没有执行。请换一个新的键。"


class KeyInUse(HttpRefusal):
    code, status = "api.idempotency-key-in-use", 409
    text = "带有 Idempotency-Key“{key}”的同一请求正在处理，本次请求没有执行。请稍后以原样重发，取得它的结果。"
    retry_after: ClassVar[int] = 2


class TooLarge(HttpRefusal):
    code, status = "api.too-large", 413
    text = "上传的内容超过上限 {limit}，没有保存。请拆分后再上传，或联系系统管理员调整 DANGAN_MAX_UPLOAD。"


class NoPicture(HttpRefusal):
    code, status = "api.no-picture", 415
    text = "“{filename}”不能显示为图片：{reason}请下载原文件查看。"


class BadRange(HttpRefusal):
    code, status = "api.range", 416
    text = "请求的字节范围超出文件（共 {size} 字节）。请按 Content-Range 给出的长度重新请求。"

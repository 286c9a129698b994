"""Why an upload cannot be begun or gone on with. Statuses are those of the tus protocol, 1.0.0."""

from typing import ClassVar

from admin.web.errors import HttpRefusal


class WrongProtocol(HttpRefusal):
    code, status = "upload.protocol", 412
    text = "请求须带 Tus-Resumable: 1.0.0；本服务器只懂 tus 协议的这一版。"


class WrongOffset(HttpRefusal):
    code, status = "upload.offset", 409
    text = "Upload-Offset 与已收到的 {offset} 字节不符，没有接收。请以 HEAD 查询后从那里继续。"


class WrongChecksum(HttpRefusal):
    code, status = "upload.checksum", 460
    text = "这一段的校验和与 Upload-Checksum 不符，已丢弃。请从原来的位置重新发送这一段。"


class NotBytes(HttpRefusal):
    code, status = "upload.content-type", 415
    text = "续传的 Content-Type 应为 application/offset+octet-stream。"


class Busy(HttpRefusal):
    """Another request writes to the same upload, or has its file read by the pipeline."""

    code, status = "upload.busy", 423
    text = "这个上传正由另一个请求写入或正在归档。请稍后以 HEAD 查询，再继续。"
    retry_after: ClassVar[int] = 2


class Expired(HttpRefusal):
    code, status = "upload.expired", 410
    text = "这个上传已过期（{day} 止），收到的部分不再保留。请重新上传。"


class Elsewhere(HttpRefusal):
    """What has come so far lies on another machine: the load balancer must bring this client there."""

    code, status = "upload.elsewhere", 421
    text = ("这个上传已收到的部分在另一台服务器上，这台服务器不能接着收。请稍后重试；若一直如此，请系统管理员让各网页进程"
            "共用一个数据文件夹，或让负载均衡把同一人固定到同一台。")


class TooManyOpen(HttpRefusal):
    code, status = "upload.too-many", 429
    text = "您未完成的上传已达 {most} 个，没有开始新的。请先完成或取消一些，再继续。"
    retry_after: ClassVar[int] = 60


class TooMuch(HttpRefusal):
    code, status = "upload.too-much", 413
    text = "收到的内容超过了声明的 Upload-Length（{size} 字节），多出的部分没有接收。"


class BadRequest(HttpRefusal):
    code, status = "upload.bad-request", 400
    text = "{header} 不正确：{problem}"

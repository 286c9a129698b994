"""What a person sees when something is refused, missing or broken: one page in Chinese, the right status, a way back.

Which status an error of the core has is `admin.web.errors`; the API has its own answers.
"""

import logging
from collections.abc import Mapping

from flask import current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from admin.web.errors import as_archive_error, status_of
from archive.errors import ArchiveError

log = logging.getLogger("dangan.web")
TITLES: Mapping[int, str] = {
    400: "请求不完整", 401: "请先登录", 403: "您的角色不能打开这里", 404: "没有找到", 405: "不能这样操作", 409: "与他人的修改冲突",
    413: "文件太大", 422: "没有被接受", 429: "请稍后再试", 500: "系统出错了", 503: "暂时不可用", 507: "磁盘空间不足",
}
MESSAGES: Mapping[int, str] = {
    400: "这个请求缺少必要的内容，没有处理。请返回上一页重试。",
    403: "当前账号没有权限。如确有需要，请联系安全保密管理员调整授权。",
    404: "这个地址没有内容，或者您无权查看。请核对地址或编号，或从导航重新进入。",
    405: "这个地址不接受此类操作。请从页面上的按钮进入。",
    413: "上传的内容超过了系统允许的大小，没有保存。请拆分后再上传，或联系系统管理员调整上限。",
    500: "程序遇到了没有预料到的情况，这次操作可能没有完成；已记入日志。请稍后重试，若仍出现请把时间告诉系统管理员。",
}
FORM_EXPIRED = "这个页面打开得太久或您已重新登录，安全校验没有通过，操作没有执行。请返回上一页，刷新后重新提交。"


def failed(error: Exception) -> ResponseReturnValue:
    """Any exception on a path of the pages: a refusal, an error of HTTP itself, or a bug."""
    if known := as_archive_error(error):
        return _refused(known)
    if isinstance(error, HTTPException):
        return _http(error)
    log.exception("unexpected error on %s %s", request.method, request.path, exc_info=error)
    return answer(500, MESSAGES[500])


def _refused(error: ArchiveError) -> ResponseReturnValue:
    """An error of the core, as a page or, for scripts, as JSON."""
    status = status_of(error)
    if status >= 500:
        log.error("%s %s: %s", request.method, request.path, error)
    return answer(status, str(error))


def _http(error: HTTPException) -> ResponseReturnValue:
    """No such address, wrong method, too large, or a form without its token."""
    if isinstance(error, CSRFError):
        return answer(400, FORM_EXPIRED)
    status = error.code or 500
    if status < 400:
        return error
    return answer(status, MESSAGES.get(status, MESSAGES[400] if status < 500 else MESSAGES[500]))


def answer(status: int, message: str) -> ResponseReturnValue:
    if request.headers.get("X-Requested-With") == "fetch":
        return jsonify(status="refused", message=message), status
    title = TITLES.get(status, TITLES[400] if status < 500 else TITLES[500])
    try:
        return render_template("pages/error.html", status=status, message=message, title=title), status
    except Exception:  # the page itself needs the database for the person's name; this one needs nothing
        log.exception("the error page could not be rendered")
        plain = current_app.jinja_env.get_template("pages/error_plain.html")
        return plain.render(status=status, message=message, title=title), status

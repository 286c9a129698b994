"""The description of the API (OpenAPI 3.1) and a page to read it. Everything comes from this installation.

The page is Swagger UI as its Python package carries it; our script only tells it where the description is, because the
site's policy forbids scripts inside a page.
"""

from importlib.util import find_spec
from pathlib import Path

from flask import Blueprint, Response, current_app, jsonify, send_from_directory
from flask_openapi3.openapi import OpenAPI
from flask_openapi3.types import SecuritySchemesDict

from admin.api.context import ROOT

DESCRIPTION = (
    "政务信息化项目档案系统的接口。以 Authorization: Bearer 令牌 访问；令牌由 POST /api/v1/tokens 或 dangan user token 签发。"
    "错误为 application/problem+json，其中 code 不变，detail 供人阅读。列表以 page（从 1 起）和 size（至多 200）翻页。"
    "日期为 YYYY-MM-DD，时刻为 RFC 3339，金额为整数分。写操作可带 Idempotency-Key。")
SECURITY_SCHEMES: SecuritySchemesDict = {"bearer": {"type": "http", "scheme": "bearer", "description": "API 令牌"}}
PAGE = """<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><title>档案 API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="{root}/docs/assets/css/swagger-ui.css"></head>
<body><div id="swagger-ui" data-url="{root}/openapi.json"></div>
<script src="{root}/docs/assets/js/swagger-ui-bundle.js"></script>
<script src="{root}/docs/start.js"></script></body>
</html>
"""
# Swagger UI sets styles on elements as it draws.
POLICY = ("default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; "
          "base-uri 'none'; frame-ancestors 'none'")

docs = Blueprint("api_docs", __name__, url_prefix=ROOT)


def assets() -> Path:
    """The folder of Swagger UI inside its package."""
    spec = find_spec("flask_openapi3_swagger")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "templates" / "swagger"


@docs.get("/openapi.json")
def description() -> Response:
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # the proxy hides what OpenAPI adds to Flask
    assert isinstance(app, OpenAPI)
    return jsonify(app.api_doc)


@docs.get("/docs")
def page() -> Response:
    return Response(PAGE.format(root=ROOT), mimetype="text/html", headers={"Content-Security-Policy": POLICY})


@docs.get("/docs/start.js")
def script() -> Response:
    return send_from_directory(Path(__file__).parent, "docs.js", mimetype="text/javascript")


@docs.get("/docs/assets/<path:name>")
def asset(name: str) -> Response:
    return send_from_directory(assets(), name)

"""What pydantic found wrong with a request, as a problem that names every field in Chinese."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response
from pydantic import ValidationError

from admin.api.problems import FieldProblem, problem

Say = Callable[[Mapping[str, Any]], str]
SAY: Mapping[str, Say] = {
    "missing": lambda c: "必须填写。",
    "extra_forbidden": lambda c: "没有这个参数或字段，请去掉或改正拼写。",
    "literal_error": lambda c: f"应为 {c['expected'].replace(' or ', '、').replace(', ', '、')} 之一。",
    "int_type": lambda c: "应为整数。",
    "int_parsing": lambda c: "应为整数。",
    "int_from_float": lambda c: "应为整数。",
    "bool_type": lambda c: "应为 true 或 false。",
    "bool_parsing": lambda c: "应为 true 或 false。",
    "string_type": lambda c: "应为文字。",
    "string_unicode": lambda c: "含有不成立的字符，请检查编码（UTF-8）。",
    "string_too_long": lambda c: f"不能超过 {c['max_length']} 个字符。",
    "string_too_short": lambda c: f"至少 {c['min_length']} 个字符。",
    "too_long": lambda c: f"不能超过 {c['max_length']} 项。",
    "greater_than_equal": lambda c: f"不能小于 {c['ge']}。",
    "less_than_equal": lambda c: f"不能大于 {c['le']}。",
    "model_type": lambda c: "请求体应为 JSON 对象，并以 Content-Type: application/json 发送。",
    "model_attributes_type": lambda c: "请求体应为 JSON 对象，并以 Content-Type: application/json 发送。",
    "value_error": lambda c: str(c["error"]),
}
DAY = "应为日期，写成 2024-03-01 的样子。"


def refuse(error: ValidationError) -> Response:
    """422 with one entry a field."""
    found = [FieldProblem(field=_field(item["loc"]), message=_say(item["type"], item.get("ctx", {})))
             for item in error.errors(include_url=False, include_input=False)]
    first = found[0]
    more = f"（另有 {len(found) - 1} 处）" if len(found) > 1 else ""
    return problem(422, "api.validation", f"{first.field}：{first.message}{more}", errors=found)


def _field(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "body"


def _say(kind: str, context: Mapping[str, Any]) -> str:
    if kind.startswith("date"):
        return DAY
    return SAY[kind](context) if kind in SAY else "值不正确，请对照 /api/v1/docs 检查。"

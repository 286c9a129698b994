"""Reading the form of a project's facts. Owns which field is of which kind; names and labels are the ledger's."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from admin.web.pages import words
from admin.web.pages.formats import FEN_IN_WAN
from admin.web.pages.shared import day_field
from archive.errors import Invalid
from archive.models import LEDGER_FIELDS

FLAGS = ("classified", "cross_department")
DATES = (
    "registered_on", "approved_on", "contract_signed_on", "construction_start", "planned_completion",
    "actual_completion", "trial_start", "trial_end_actual", "planned_acceptance", "extension_until",
    "acceptance_date", "operation_start", "warranty_end")
GROUPS: Mapping[str, tuple[str, ...]] = {
    "基本情况": ("name", "unit", "mode", "kind", "predecessor", "classified", "cross_department", "mlps_level"),
    "立项与资金": ("registered_on", "approved_on", "approval_no", "funding_source", "total_investment_fen"),
    "建设与试运行": ("contract_signed_on", "construction_start", "planned_completion", "actual_completion",
                     "trial_start", "trial_end_actual"),
    "验收与运行": ("planned_acceptance", "extension_until", "acceptance_date", "acceptance_result", "operation_start",
                   "warranty_end"),
    "联系": ("contact", "contact_email", "supervisor", "supervisor_email"),
}
LONGEST = 300


def project_values(form: Mapping[str, str]) -> dict[str, Any]:
    """Every ledger field as the model keeps it. Raises Invalid naming the field."""
    return {name: _value(name, form) for name in LEDGER_FIELDS}


def changes_of(project: Any, form: Mapping[str, str]) -> dict[str, Any]:
    """Only what the form changes in this project."""
    return {name: value for name, value in project_values(form).items() if getattr(project, name) != value}


def _value(name: str, form: Mapping[str, str]) -> Any:
    label = words.PROJECT_FIELDS[name]
    if name in DATES:
        return day_field(form, name, label)
    if name in FLAGS:
        return form.get(name) == "1"
    text = form.get(name, "").strip()
    if name == "total_investment_fen":
        return fen_of(text, label)
    for field, known in (("mode", words.MODES), ("kind", words.KINDS)):
        if name == field and text not in known:
            raise Invalid(field=label, problem="请从列表中选择。")
    if len(text) > LONGEST:
        raise Invalid(field=label, problem=f"超过 {LONGEST} 个字，请缩短。")
    return text


def fen_of(text: str, label: str) -> int | None:
    """万元 with up to six decimals as integer fen; None where empty. Raises Invalid."""
    cleaned = text.replace(",", "").replace("，", "")
    if not cleaned:
        return None
    try:
        fen = Decimal(cleaned) * FEN_IN_WAN
    except InvalidOperation:
        fen = Decimal("NaN")
    if not fen.is_finite() or fen < 0 or fen != fen.to_integral_value() or fen > 10**15:
        raise Invalid(field=label, problem=f"“{text[:30]}”不是金额，请以万元为单位填写数字，最多六位小数。")
    return int(fen)

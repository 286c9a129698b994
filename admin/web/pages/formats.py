"""How values look on a page: days in ISO form, instants in the archive's time zone, money in 万元, exact sizes.

Pure functions; `filters` hands them to Jinja. Must not know requests, people or the database.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from admin.web.pages import words
from archive import taxonomy
from archive.field_kinds import FIELDS, shown_masked
from archive.models.documents import TEXT_STATE_NAMES, TextState
from archive.names import name_of
from archive.permissions import ROLE_NAMES, Role
from archive.personal import mask, mask_values
from retention.compliance.clauses import all_clauses
from retention.headings import headed

NOTHING = "—"
FEN_IN_WAN = Decimal(1_000_000)
_CLAUSE = re.compile(r"(\d+)(?:\.(\d+))?(?:\((\d+)\))?")
_STEPS = ((1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "KB"))


def day(value: date | None) -> str:
    return value.isoformat() if value else NOTHING


def moment(zone: ZoneInfo) -> Callable[[datetime | None], str]:
    """A filter for instants: `2026-11-23 14:05`, in that zone."""
    def show(value: datetime | None) -> str:
        return value.astimezone(zone).strftime("%Y-%m-%d %H:%M") if value else NOTHING
    return show


def wan(fen: int | None) -> str:
    """Fen as 万元, exact, thousands separated: 123456789 fen is `123.456789`."""
    if fen is None:
        return NOTHING
    text = f"{Decimal(fen) / FEN_IN_WAN:,.6f}"
    return text.rstrip("0").rstrip(".")


def filesize(size: int) -> str:
    for step, unit in _STEPS:
        if size >= step:
            return f"{size / step:.1f} {unit}"
    return f"{size} 字节"


def left(days: int | None) -> str:
    """Days left as people say it; negative days are overdue."""
    if days is None:
        return ""
    if days < 0:
        return f"逾期 {-days} 天"
    return f"还有 {days} 天" if days else "今天到期"


def seconds(value: float) -> str:
    if value < 60:
        return f"{value:.0f} 秒"
    if value < 3600:
        return f"{value / 60:.0f} 分钟"
    return f"{value / 3600:.1f} 小时"


def yes(value: object) -> str:
    return "是" if value else "否"


def type_name(key: str) -> str:
    """The Chinese name of a document type or a register; the key itself where nothing knows it."""
    return name_of(key) or "未识别"


def stage_name(code: str) -> str:
    return str(taxonomy.load().stages.get(code, code or "未分阶段"))


def role_name(value: str) -> str:
    return ROLE_NAMES.get(Role(value), value) if value in {role.value for role in Role} else value


def text_state(value: str) -> str:
    return TEXT_STATE_NAMES.get(TextState(value), value)


def media(value: str) -> str:
    return words.MEDIA.get(value, value)


def shown(value: object) -> str:
    """Any value of a finding's inputs or of an audit entry's detail, as one line."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return yes(value)
    if isinstance(value, Mapping):
        return "；".join(f"{name}：{shown(inner)}" for name, inner in value.items())
    if isinstance(value, (list, tuple)):
        return "、".join(shown(inner) for inner in value) or NOTHING
    return str(mask_values(value))


def citation(id: str) -> str:
    """A clause the Chinese way; for clauses the register does not describe, from the form of its id."""
    known = all_clauses().get(id)
    if known is not None:
        return known.citation
    parts = _CLAUSE.fullmatch(id)
    if parts is None:
        return id
    return "".join(f"第{number}{unit}" for number, unit in zip(parts.groups(), ("条", "款", "项"), strict=True) if number)


def is_known_clause(id: str) -> bool:
    return id in all_clauses()


def unverified(id: str) -> bool:
    known = all_clauses().get(id)
    return known is not None and not known.verified


def anchor(id: str) -> str:
    """An id that may stand in an address: letters, digits, dots and hyphens."""
    return re.sub(r"[^0-9A-Za-z.-]", "-", id).strip("-")


def wan_input(value: object) -> str:
    """For an input: what was typed, or the stored fen as 万元 without separators."""
    return wan(value).replace(",", "") if isinstance(value, int) else str(value or "")


def pair(value: str) -> tuple[str, str]:
    """A value that is its own label, for choices."""
    return value, value


def without(values: Mapping[str, str], *names: str) -> dict[str, str]:
    return {name: value for name, value in values.items() if name not in names}


def named(table: Mapping[str, str]) -> Callable[[str], str]:
    return lambda value: table.get(value, value or NOTHING)


def filters(timezone: str) -> dict[str, Callable[..., Any]]:
    """Every filter by its name in the templates."""
    return {
        "day": day, "moment": moment(ZoneInfo(timezone)), "wan": wan, "filesize": filesize, "left": left,
        "seconds": seconds, "yes": yes, "type_name": type_name, "stage_name": stage_name, "role_name": role_name,
        "text_state": text_state, "media": media, "shown": shown, "citation": citation, "unverified": unverified, "anchor": anchor,
        "known_clause": is_known_clause,
        "masked": mask, "wan_input": wan_input, "pair": pair, "without": without,
        "headed": headed, "severity": named(words.SEVERITIES), "outcome": named(words.OUTCOMES), "status": named(words.STATUSES),
        "change": named(words.CHANGES), "target": named(words.TARGETS), "mode": named(words.MODES),
        "kind": named(words.KINDS), "contract": named(words.CONTRACTS), "material": named(words.MATERIALS),
        "level": named(words.LEVELS), "source": named(words.SOURCES), "action": named(words.ACTIONS),
        "job_outcome": named(words.JOB_OUTCOMES), "mail_state": named(words.MAIL_STATES),
        "index_state": named(words.INDEX_STATES), "sort_name": named(words.SORTS),
        "field_name": named(words.PROJECT_FIELDS), "member_outcome": named(words.MEMBER_OUTCOMES),
        "value_name": lambda key: FIELDS[key].name if key in FIELDS else key,
        "field_value": lambda value, key: shown_masked(key, value),
    }

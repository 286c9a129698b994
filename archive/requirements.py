"""Which materials a project's dossier must hold, with the article that asks for each.

Joins the taxonomy (who needs a type, and how much) with `requirements.yaml` (the acceptance list of Art. 31, merged
papers, O&M projects). Must not know documents or the state of a dossier (`dossier.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from archive import taxonomy
from archive.taxonomy import BadTaxonomy, DocumentType, Taxonomy
from archive.yaml_text import read_yaml

SELF_BUILD, SERVICE_PURCHASE = "self_build", "service_purchase"
OM = "om"
LEVELS = {"M": "mandatory", "E": "expected", "r": "recommended", "-": ""}
_MODE_CODES = {SELF_BUILD: "SB", SERVICE_PURCHASE: "PS"}
_PARTS = frozenset({"acceptance", "modes", "optional_for_purchase", "om", "om_clauses", "alternatives", "notes"})


@dataclass(frozen=True, slots=True)
class ProjectProfile:
    """What decides which materials are asked for. mode: self_build or service_purchase. kind: new, extend, upgrade, om."""

    mode: str
    kind: str = "new"
    classified: bool = False
    cross_department: bool = False


@dataclass(frozen=True, slots=True)
class Requirement:
    """One material. level: mandatory, expected or recommended. clause: article of the 2021 measures, "" where practice
    asks for it. alternatives: types that also satisfy it. note: what to know, for the reader of the dossier."""

    type: str
    name: str
    stage: str
    level: str
    clause: str = ""
    alternatives: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Tables:
    """requirements.yaml, checked against the taxonomy."""

    acceptance: Mapping[str, Mapping[str, str]]
    modes: Mapping[str, Mapping[str, str]]
    optional_for_purchase: frozenset[str]
    om: Mapping[str, str]
    om_clauses: Mapping[str, str]
    alternatives: Mapping[str, tuple[str, ...]]
    notes: Mapping[str, str]


@cache
def required_materials(profile: ProjectProfile) -> tuple[Requirement, ...]:
    """The materials asked of such a project, by stage, within a stage in the order of the taxonomy."""
    known = taxonomy.load()
    wanted = (_requirement(kind, profile) for code in known.stages for kind in known.by_stage(code))
    return tuple(requirement for requirement in wanted if requirement is not None)


def _requirement(kind: DocumentType, profile: ProjectProfile) -> Requirement | None:
    level = _om_level(kind, profile) if profile.kind == OM else _level(kind, profile)
    if not level:
        return None
    tables = _tables()
    clause = kind.clause or ""
    if profile.kind == OM:
        clause = tables.om_clauses.get(kind.key, clause)
    return Requirement(kind.key, kind.name, kind.stage, level, clause, tables.alternatives.get(kind.key, ()),
                       tables.notes.get(kind.key, ""))


def _level(kind: DocumentType, profile: ProjectProfile) -> str:
    """How much a project that is built or bought needs this type; "" where it is not asked for."""
    tables, mode = _tables(), _MODE_CODES[profile.mode]
    if row := tables.acceptance.get(kind.key):
        return LEVELS[row[f"{mode}-{'CL' if profile.classified else 'NC'}"]]
    if not _concerns(kind, mode, profile):
        return ""
    if row := tables.modes.get(kind.key):
        return LEVELS[row[mode]]
    if kind.requirement not in ("mandatory", "expected"):
        return ""
    if mode == "PS" and kind.stage in tables.optional_for_purchase:
        return "recommended"
    return kind.requirement


def _om_level(kind: DocumentType, profile: ProjectProfile) -> str:
    return LEVELS[_tables().om.get(kind.key, "-")] if _fits(kind, profile) else ""


def _concerns(kind: DocumentType, mode: str, profile: ProjectProfile) -> bool:
    modes = {"SB", "PS", "OM"} & set(kind.applies)
    return (not modes or mode in modes) and _fits(kind, profile)


def _fits(kind: DocumentType, profile: ProjectProfile) -> bool:
    """Secrecy and cooperation: a type for 涉密, 非涉密 or 跨部门 projects concerns only those."""
    return (not ("CL" in kind.applies and not profile.classified)
            and not ("NC" in kind.applies and profile.classified)
            and not ("XD" in kind.applies and not profile.cross_department))


@cache
def _tables() -> Tables:
    raw = read_yaml(files("archive").joinpath("requirements.yaml").read_text(encoding="utf-8"))
    return check_tables(raw, taxonomy.load())


def check_tables(raw: Mapping[str, Any], known: Taxonomy) -> Tables:
    """The tables, or BadTaxonomy where they name a type, a stage or a level that does not exist."""
    _must(isinstance(raw, dict) and raw.keys() == _PARTS, "顶层", f"应当恰有 {'、'.join(sorted(_PARTS))}")
    for part in _PARTS - {"optional_for_purchase"}:
        for key in (*raw[part], *(k for keys in raw[part].values() if part == "alternatives" for k in keys)):
            _must(key in known, part, f"没有文件类型 {key}")
    for part in ("acceptance", "modes"):
        columns = {"SB-NC", "SB-CL", "PS-NC", "PS-CL"} if part == "acceptance" else {"SB", "PS"}
        for key, row in raw[part].items():
            _must(row.keys() == columns and set(row.values()) <= LEVELS.keys(), f"{part} 的 {key}",
                  f"应为 {'、'.join(sorted(columns))} 各给一个 {'、'.join(LEVELS)}")
    _must(set(raw["om"].values()) <= LEVELS.keys(), "om", f"应为 {'、'.join(LEVELS)} 之一")
    _must(set(raw["optional_for_purchase"]) <= known.stages.keys(), "optional_for_purchase", "有未定义的阶段")
    return Tables(raw["acceptance"], raw["modes"], frozenset(raw["optional_for_purchase"]), raw["om"],
                   raw["om_clauses"], {key: tuple(keys) for key, keys in raw["alternatives"].items()}, raw["notes"])


def _must(holds: bool, where: str, problem: str) -> None:
    if not holds:
        raise BadTaxonomy(where=f"requirements.yaml {where}", problem=problem)

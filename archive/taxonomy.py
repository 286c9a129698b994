"""The document types of a dossier: their names, stages, retention, and the words they are recognised by.

Owns the meaning of `taxonomy.yaml`. Must not know how recognition scores a file, nor which project needs what
(`requirements.py`).
"""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import yaml

from archive.errors import ArchiveError
from archive.yaml_text import read_yaml

OTHER = "other"
APPLIES = ("SB", "PS", "OM", "NC", "CL", "XD", "ALL")
REQUIREMENTS = {"M": "mandatory", "E": "expected", "O": "optional", "cond": "conditional"}
RETENTION_YEARS: dict[str, int | None] = {"permanent": None, "30y": 30, "10y": 10}
_WANTED = frozenset({"key", "name", "stage", "class", "applies", "requirement", "retention", "verified"})
_ALLOWED = _WANTED | {"condition", "floor_years", "clause", "keywords", "not", "issuer"}


class UnknownDocumentType(ArchiveError):
    """Facts: `key`, and `nearest`, the known keys most like it."""

    code = "archive.unknown-document-type"
    text = "没有文件类型“{key}”。{hint}"

    def __init__(self, key: str, nearest: Sequence[str]) -> None:
        hint = f"是否想用：{'、'.join(nearest)}？" if nearest else "请在文件类型表中查找可用的类型代码。"
        super().__init__(key=key, nearest=tuple(nearest), hint=hint)


class BadTaxonomy(ArchiveError):
    """The table of types does not follow its own schema. Facts: `where`, `problem`."""

    code = "archive.bad-taxonomy"
    text = "文件类型表有误，{where}：{problem}。请更正 taxonomy.yaml 后重新启动。"


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to name a type: all `words` in the name or heading and, where given, all `text` in the first pages."""

    words: tuple[str, ...]
    text: tuple[str, ...] = ()

    @property
    def length(self) -> int:
        return sum(map(len, self.words))


@dataclass(frozen=True, slots=True)
class DocumentType:
    """One entry of the table.

    annex_class: class of the annex of 档发〔2008〕3号. applies: codes of APPLIES. requirement: a value of REQUIREMENTS,
    with `condition` in words. retention: a key of RETENTION_YEARS, a proposal unless `retention_verified`. floor_years:
    years from the end of procurement during which destruction is barred (政府采购法第42条). clause: article of the 2021
    measures that asks for it, or None. negatives: words in a name that rule the type out. issuer: one of
    these must be in the first pages before the type is accepted without a person.
    """

    key: str
    name: str
    stage: str
    annex_class: str
    applies: tuple[str, ...]
    requirement: str
    retention: str
    retention_verified: bool
    condition: str = ""
    floor_years: int | None = None
    clause: str | None = None
    keywords: tuple[Alternative, ...] = ()
    negatives: tuple[str, ...] = ()
    issuer: tuple[str, ...] = ()

    @property
    def retention_years(self) -> int | None:
        """Years to keep; None means for ever."""
        return RETENTION_YEARS[self.retention]


@dataclass(frozen=True)
class Taxonomy:
    """All types in table order. stages: code to name, in the order of a project's life."""

    version: int
    stages: Mapping[str, str]
    types: tuple[DocumentType, ...]
    index: Mapping[str, DocumentType]

    def get(self, key: str) -> DocumentType:
        """Raises UnknownDocumentType, naming the nearest keys."""
        try:
            return self.index[key]
        except KeyError:
            raise UnknownDocumentType(key, difflib.get_close_matches(key, self.index, n=3)) from None

    def by_stage(self, code: str) -> tuple[DocumentType, ...]:
        return tuple(kind for kind in self.types if kind.stage == code)

    def __contains__(self, key: object) -> bool:
        return key in self.index


@cache
def load() -> Taxonomy:
    """The table this release ships. Raises BadTaxonomy."""
    return parse(files("archive").joinpath("taxonomy.yaml").read_text(encoding="utf-8"))


@cache
def revision() -> str:
    """Names this state of the table: what was recognised by another one may be recognised again."""
    return sha256(files("archive").joinpath("taxonomy.yaml").read_bytes()).hexdigest()[:8]


def parse(text: str) -> Taxonomy:
    """Read and check a table. Raises BadTaxonomy at the first entry that does not follow the schema."""
    try:
        raw = read_yaml(text)
    except yaml.YAMLError as error:
        raise BadTaxonomy(where="全文", problem=f"不是合法的 YAML（{error}）") from error
    _check(isinstance(raw, dict) and raw.keys() == {"version", "stages", "types"}, "顶层",
           "应当恰有 version、stages、types 三项")
    _check(type(raw["version"]) is int, "顶层", "version 应为整数")
    stages = raw["stages"]
    _check(isinstance(stages, dict) and all(isinstance(s, str) for pair in stages.items() for s in pair), "stages",
           "应为阶段代码到名称的对照")
    _check(isinstance(raw["types"], list), "types", "应为列表")
    types = tuple(_type(n, entry, stages) for n, entry in enumerate(raw["types"], 1))
    return Taxonomy(raw["version"], MappingProxyType(stages), types, MappingProxyType(_index(types)))


def _index(types: Sequence[DocumentType]) -> dict[str, DocumentType]:
    index: dict[str, DocumentType] = {}
    names: dict[str, str] = {}
    for kind in types:
        _check(kind.key not in index, f"类型 {kind.key}", "key 重复")
        _check(kind.name not in names, f"类型 {kind.key}", f"名称与 {names.get(kind.name)} 重复")
        index[kind.key], names[kind.name] = kind, kind.key
    _check(OTHER in index, "types", f"缺少兜底类型 {OTHER}")
    return index


def _type(number: int, raw: Any, stages: Mapping[str, str]) -> DocumentType:
    _check(isinstance(raw, dict), f"第 {number} 个类型", "应为字段对照")
    where = f"第 {number} 个类型（{raw.get('key', '缺 key')}）"
    _check(not (missing := sorted(_WANTED - raw.keys())), where, f"缺少字段 {'、'.join(missing)}")
    _check(not (unknown := sorted(map(str, raw.keys() - _ALLOWED))), where, f"有不认识的字段 {'、'.join(unknown)}")
    for field in ("key", "name", "class"):
        _check(isinstance(raw[field], str) and raw[field] != "", where, f"{field} 应为非空文字")
    _check(raw["stage"] in stages, where, f"阶段 {raw['stage']!r} 未定义")
    _check(raw["requirement"] in REQUIREMENTS, where, f"requirement 应为 {'、'.join(REQUIREMENTS)} 之一")
    _check(raw["retention"] in RETENTION_YEARS, where, f"retention 应为 {'、'.join(RETENTION_YEARS)} 之一")
    _check(isinstance(raw["verified"], bool), where, "verified 应为 true 或 false")
    applies = _words(raw["applies"], where, "applies")
    _check(bool(applies) and set(applies) <= set(APPLIES), where, f"applies 只能取 {'、'.join(APPLIES)}")
    return DocumentType(
        raw["key"], raw["name"], raw["stage"], raw["class"], applies, REQUIREMENTS[raw["requirement"]],
        raw["retention"], raw["verified"], condition=_text(raw, "condition", where) or "",
        floor_years=_floor(raw, where), clause=_text(raw, "clause", where),
        keywords=_alternatives(raw.get("keywords", []), where), negatives=_words(raw.get("not", []), where, "not"),
        issuer=_words(raw.get("issuer", []), where, "issuer"))


def _text(raw: Mapping[str, Any], field: str, where: str) -> str | None:
    value = raw.get(field)
    _check(value is None or isinstance(value, str), where, f"{field} 应为文字（加引号）")
    return value


def _floor(raw: Mapping[str, Any], where: str) -> int | None:
    floor, years = raw.get("floor_years"), RETENTION_YEARS[raw["retention"]]
    _check(floor is None or (type(floor) is int and floor > 0), where, "floor_years 应为正整数")
    _check(floor is None or years is None or floor <= years, where, "保管期限短于 floor_years")
    return floor


def _alternatives(raw: Any, where: str) -> tuple[Alternative, ...]:
    _check(isinstance(raw, list), where, "keywords 应为列表")
    return tuple(_alternative(entry, where) for entry in raw)


def _alternative(raw: Any, where: str) -> Alternative:
    if isinstance(raw, dict):
        _check(raw.keys() == {"all", "text"}, where, "keywords 的条件写法应为 {all: […], text: […]}")
        words, text = _words(raw["all"], where, "all"), _words(raw["text"], where, "text")
    else:
        words, text = _words(raw, where, "keywords"), ()
    _check(bool(words), where, "keywords 里有空的一项")
    return Alternative(words, text)


def _words(raw: Any, where: str, field: str) -> tuple[str, ...]:
    _check(isinstance(raw, list) and all(isinstance(word, str) and word for word in raw), where, f"{field} 应为文字列表")
    return tuple(raw)


def _check(holds: bool, where: str, problem: str) -> None:
    if not holds:
        raise BadTaxonomy(where=where, problem=problem)

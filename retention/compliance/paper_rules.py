"""Reads paper_rules.yaml: rules that are nothing but papers, as `Rule`s. Owns the schema; the judging is `papers`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from archive.yaml_text import read_yaml
from retention.compliance import scope
from retention.compliance.anchors import NAMES
from retention.compliance.facts import Facts
from retention.compliance.findings import Severity, Verdict
from retention.compliance.papers import Paper, judged
from retention.compliance.rule import COMPANION, MEASURES, Rule
from retention.compliance.scope import Scope
from retention.compliance.stages import type_name

DATA = Path(__file__).with_name("paper_rules.yaml")
_RULE = {"title", "clause", "also", "severity", "targets", "applies", "before", "papers", "note", "version", "pack", "since"}
_RULE_NEEDS = {"title", "clause", "severity", "targets", "before", "papers"}
_PAPER = {"any", "name", "undated", "issuer", "joint", "mentions", "applies"}


@dataclass(frozen=True, slots=True)
class PaperRule:
    """A rule with the papers it asks for and whom it concerns, for whoever lists them all."""

    rule: Rule
    papers: tuple[Paper, ...]


@cache
def paper_rules() -> tuple[PaperRule, ...]:
    """The rules of paper_rules.yaml."""
    return read_rules(DATA.read_text(encoding="utf-8"))


def read_rules(text: str) -> tuple[PaperRule, ...]:
    """The rules a YAML text holds. Raises ValueError where it does not keep to the schema."""
    raw: dict[str, dict[str, Any]] = read_yaml(text)
    return tuple(_rule(key, line) for key, line in raw.items())


def _rule(key: str, line: Mapping[str, Any]) -> PaperRule:
    if not _RULE_NEEDS <= set(line) <= _RULE or line["before"] not in NAMES:
        raise ValueError(f"{key} needs {sorted(_RULE_NEEDS)}, may have {sorted(_RULE)}, and a known event of {sorted(NAMES)}")
    papers = papers_of(key, line)
    types = tuple(dict.fromkeys(kind for paper in papers for kind in paper.types))

    def judge(facts: Facts) -> Iterator[Verdict]:
        for paper in papers:
            yield judged(facts, paper)

    made = Rule(key, line["title"], line["clause"], Severity(line["severity"]), tuple(line["targets"]),
                _arithmetic(papers, line), judge, _scope(key, line.get("applies", ())), tuple(line.get("also", ())), types,
                line.get("version", 1), pack=line.get("pack", MEASURES), since=line.get("since"), judged_by=_judged_by(line))
    return PaperRule(made, papers)


def _judged_by(line: Mapping[str, Any]) -> str:
    """Statutes are judged by their own event, the measures by the approval."""
    return str(line["before"]) if line.get("pack") == COMPANION else "approval"


def papers_of(key: str, line: Mapping[str, Any]) -> tuple[Paper, ...]:
    """The papers of a rule. Raises ValueError."""
    return tuple(_paper(key, entry, line["before"]) for entry in line["papers"])


def _paper(key: str, entry: str | Mapping[str, Any], event: str) -> Paper:
    line: Mapping[str, Any] = {"any": [entry]} if isinstance(entry, str) else entry
    if "any" not in line or not set(line) <= _PAPER:
        raise ValueError(f"{key}: a paper is a type, or has any and of {sorted(_PAPER)}")
    types, more = tuple(line["any"]), {name: tuple(line.get(name, ())) for name in ("issuer", "joint", "mentions")}
    name = line.get("name") or "或".join(map(type_name, types))
    return Paper(types, name, event, not line.get("undated", False), more["issuer"], more["joint"], more["mentions"],
                 _scope(key, line.get("applies", ())))


def _scope(key: str, names: tuple[str, ...] | list[str]) -> Scope:
    unknown = [name for name in names if name not in scope.NAMED]
    if unknown:
        raise ValueError(f"{key}: no scope is called {unknown}; known are {sorted(scope.NAMED)}")
    chosen = tuple(scope.NAMED[name] for name in names)
    if len(chosen) <= 1:
        return chosen[0] if chosen else scope.everything
    return lambda facts: next((reason for one in chosen if (reason := one(facts))), "")


def _arithmetic(papers: tuple[Paper, ...], line: Mapping[str, Any]) -> str:
    event, listed = NAMES[line["before"]], "、".join(paper.name for paper in papers)
    text = f"{event}前应有：{listed}。"
    if any(paper.dated for paper in papers):
        text += f"成文日期不晚于{event}日期（未注明的按归档日期）。"
    if issuers := tuple(dict.fromkeys(word for paper in papers for word in paper.issuer)):
        text += f"出具单位：{'、'.join(issuers)}。"
    if words := tuple(dict.fromkeys(word for paper in papers for word in paper.mentions)):
        text += f"文字中应有：{'、'.join(words)}（自动识别，待确认）。"
    note: str = line.get("note", "")
    return text + f"{event}后满归档期限仍没有的为缺失；该阶段没有任何材料归档的不作判断。" + note

"""Makes the cases of a rule that asks for papers from its line in cases/papers.yaml: every outcome, both sides of each day."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

from archive.yaml_text import read_yaml
from tests.compliance.cases_reader import FOLDER, Case, make_facts

EVENT, AFTER = date(2024, 6, 10), date(2024, 6, 11)
LAST, LATE = date(2024, 7, 10), date(2024, 7, 11)  # thirty days to bring it in
# A paper of each group of stages that no rule of papers.yaml asks for: it shows that the stage has been filed.
BESIDE = ("consultation_letter", "tender_clarification", "meeting_minutes", "trial_run_record", "om_incident")


EVENTS = {"approved_on": "批复", "contract_signed_on": "签订合同", "construction_start": "开工", "trial_start": "试运行",
          "acceptance_date": "申请验收", "operation_start": "投入运行"}
"""What the day of a ledger field is called, where the line does not say `event`."""


@cache
def paper_lines() -> dict[str, dict[str, Any]]:
    lines: dict[str, dict[str, Any]] = read_yaml((FOLDER / "papers.yaml").read_text(encoding="utf-8"))
    return lines


def paper_cases() -> Iterator[Case]:
    for rule, line in paper_lines().items():
        for key, words in line["papers"].items():
            yield from _cases(rule, line, key, words)


def _cases(rule: str, line: dict[str, Any], key: str, words: list[str]) -> Iterator[Case]:
    needed, event = line.get("documents_of", {}).get(key, []), line.get("event", EVENTS[line["field"]])
    inside = {**line.get("inside", {}), **line.get("inside_of", {}).get(key, {}), line["field"]: EVENT}
    base = {"project": inside, "registers": line.get("registers", {})}

    def case(name: str, today: date, documents: list[Any], expect: dict[str, Any], **changes: Any) -> Case:
        """What is asked for, before what and what of it is there is said by every finding; a waived paper is not asked for."""
        facts = make_facts(base, {"project": changes, "documents": [*needed, *documents]}, today)
        said: dict[str, Any] = {"material": key, "event": event, "event_day": None if line["field"] in changes else EVENT.isoformat(),
                "documents": [f"d{len(needed)}"] if paper["type"] in [one["type"] for one in documents if isinstance(one, dict)] else []}
        told = {"milestones": [], "inputs": said} if "waived" not in changes else {"inputs": {}}
        return Case(f"{rule}: {key} {name} [{today}]", rule, key, facts, {**told, **expect})

    paper, missed = {"type": key, "terms": words}, {"outcome": "failed", "severity": line["severity"]}
    bring = {"clears": "归档，或按规定登记豁免。", "steps": f"{event} {EVENT}（"}
    late = {"steps": f"材料形成后归档期限 30 天：最迟 {LAST} 归档", "clears": bring["clears"], "reason": f"{EVENT}"}
    yield case("is there on the day", LATE, [paper | {"doc_date": EVENT}], {"outcome": "passed", "steps": f"：{EVENT}"})
    yield case("is to come", EVENT, [], {"outcome": "due", "due_on": EVENT, "days_left": 0, **bring})
    yield case("is not in yet", AFTER, list(BESIDE), {"outcome": "due", "due_on": LAST, **late})
    yield case("may come in on the last day", LAST, list(BESIDE), {"outcome": "due", "days_left": 0})
    yield case("is missing", LATE, list(BESIDE), {"due_on": LAST, "quiet": True, **missed, **late})
    if not needed:
        yield case("cannot be missed in a stage nobody filed", LATE, [], {"outcome": "unknown", "steps": late["steps"], "reason": "还没有任何材料归档"})
    yield case("has no date to be due by", date(2024, 1, 1), [], {"outcome": "due", "due_on": None, "clears": bring["clears"]},
               **{line["field"]: None})
    yield case("was waived", LATE, list(BESIDE), {"outcome": "not_applicable"}, waived=[key])
    if key in line.get("undated", ()):
        yield case("may be younger", LATE, [paper | {"doc_date": AFTER}], {"outcome": "passed"})
    else:
        yield case("is a day late", LATE, [paper | {"doc_date": AFTER}], missed | {
            "reason": f"（{AFTER}）晚于{event}（{EVENT}）", "steps": f"：{AFTER}", "clears": "更正登记有误的日期", "quiet": False})
        yield case("bears no date", LATE, [paper], {"outcome": "unknown", "steps": "：未注明日期", "reason": "成文日期"})
        yield case("was filed in time", LATE, [paper | {"filed_on": EVENT}], {"outcome": "passed"})
    if words:
        yield case("says half", LATE, [paper | {"doc_date": EVENT, "terms": words[1:]}], missed | {
            "reason": f"没有识别到{words[0]}。（依据自动识别的文字，待确认。）", "clears": f"归档含有{words[0]}的", "steps": f"：{EVENT}"})
        yield case("says nothing we can read", LATE, [paper | {"doc_date": EVENT, "terms": []}], {
            "outcome": "unknown", "reason": "没有识别出应有的内容", "steps": f"：{EVENT}"})
    facts = make_facts(base, {"project": line["outside"], "documents": list(BESIDE)}, LATE)
    outside = Case(f"{rule}: {key} outside", rule, key, facts, {"outcome": "not_applicable"})
    yield outside if any(f.subject == key for f in outside.found) else Case(
        outside.name, rule, "", facts, {"outcome": "not_applicable"})

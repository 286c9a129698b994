"""The page `docs/rule-cases.md`: every row of the register, its rules, how many cases each outcome has, and which terms and thresholds have cases on both sides.

`python -m tests.compliance.register_page` writes it; a test compares it. Rows come from cases/rows.yaml, which was written
from the design of the register and not from the code, so that a row without a rule is seen.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from archive.yaml_text import read_yaml
from retention.compliance.findings import Outcome
from retention.compliance.rule import COMPANION
from retention.compliance.rules import all_rules
from tests.compliance.boundaries import boundaries_of, watched
from tests.compliance.cases_reader import FOLDER
from tests.compliance.outcomes import OUTCOMES
from tests.compliance.test_cases import CASES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "rule-cases.md"
WORDS = {Outcome.PASSED: "符合", Outcome.FAILED: "违反", Outcome.DUE: "待办", Outcome.NOT_APPLICABLE: "不适用", Outcome.UNKNOWN: "无法判断"}
_SEVERAL = {"R22-1": tuple(f"R22-{number}" for number in range(1, 8))}


@cache
def rows() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = read_yaml((FOLDER / "rows.yaml").read_text(encoding="utf-8"))
    return found


def rules_of(row: str) -> tuple[str, ...]:
    return _SEVERAL.get(row, (row,))


def beside() -> tuple[str, ...]:
    """Rules of the measures that no row names, and the companion pack."""
    listed = {rule for row in rows() for rule in rules_of(row)}
    return tuple(rule for rule in all_rules() if rule not in listed)


def render() -> str:
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for case in CASES:
        counted[case.rule][case.finding().outcome] += 1
    head = f"| 登记行 | 条 | 规则 | 名称 | {' | '.join(WORDS.values())} | 界限 |\n|---|---|---|---|{'---|' * len(WORDS)}---|"
    own = [line for row, said in rows().items() for line in _lines(row, said["article"], rules_of(row), counted)]
    extra = [line for rule in beside() for line in _lines(
        "配套" if all_rules()[rule].pack == COMPANION else "另加", all_rules()[rule].clause, (rule,), counted)]
    return "\n".join([
        "# 登记册各行的规则和案例", "", "<!-- 由 python -m tests.compliance.register_page 生成，请勿手改 -->", "",
        f"登记册共 {len(rows())} 行，已实现 {sum(set(rules_of(row)) <= set(all_rules()) for row in rows())} 行；"
        f"另有 {len(beside())} 条配套和补充规则。案例共 {len(CASES)} 个。数字为该结果的案例数；“–”表示该规则不会得出这一结果"
        "（`tests/compliance/cases/outcomes.yaml` 写明，随机性质测试核对）。", "",
        "“界限”一栏列出该规则的期限和门槛（`tests/compliance/cases/boundaries.yaml`，依设计写出）：✓ 表示案例站在界限的两侧（最后一个合格的值"
        "和第一个不合格的值，相差一天、一分、一个百分点的百分之一），规则得出不同的结果；由案例量出，缺一侧时测试不通过。"
        "“–”表示没有期限和门槛，只问有无、是否。", "", head, *own, "", "## 登记册以外的规则", "", head, *extra, ""])


def _lines(row: str, article: str, rules: tuple[str, ...], counted: dict[str, Counter[str]]) -> Iterator[str]:
    for rule in rules:
        cells = [str(counted[rule][outcome]) if outcome in OUTCOMES[rule] else "–" for outcome in WORDS]
        yield f"| {row} | {article} | {rule} | {all_rules()[rule].title} | {' | '.join(cells)} | {_boundaries(rule)} |"


def _boundaries(rule: str) -> str:
    return "；".join(f"{one['says']} {'✓' if watched(rule, one) else '✗'}" for one in boundaries_of(rule)) or "–"


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")

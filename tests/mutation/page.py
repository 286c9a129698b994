"""What a run found, summed up (`latest.json`), and the page `docs/mutation.md` made from it."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from tests.mutation.judging import KILLED, STILLBORN, SURVIVED, TIMED_OUT
from tests.mutation.mutants import ROOT, modules, mutants_of

HERE = Path(__file__).parent
LATEST, PAGE, EXPLAINED = HERE / "latest.json", ROOT / "docs" / "mutation.md", HERE / "survivors.yaml"
APPROVED = "test_findings_say_what_was_approved"
_PREFIX = "retention.compliance."


def summed(lines: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The counts by module, how many lived when they were first judged, and every survivor."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    survivors, lived_first = [], 0
    for line in lines:
        counts[line["module"]]["approved text" if by_text(line) else line["fate"]] += 1
        lived_first += line.get("first", line["fate"]) == SURVIVED
        if line["fate"] == SURVIVED:
            survivors.append({name: line[name] for name in ("module", "line", "kind", "key")})
    return {"modules": {name: {"mutants": len(mutants_of(name)), **counts[name]} for name in modules() if mutants_of(name)},
            "lived_first": lived_first,
            "survivors": sorted(survivors, key=lambda one: (one["module"], one["line"], one["key"]))}


def by_text(line: Mapping[str, Any]) -> bool:
    """Found by the approved text alone, which was asked last."""
    return bool(line["fate"] == KILLED and line["by"].startswith(APPROVED))


def lives(line: Mapping[str, Any]) -> bool:
    return line["fate"] == SURVIVED or by_text(line)


def latest() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(LATEST.read_text(encoding="utf-8"))
    return found


def explanations() -> dict[str, dict[str, str]]:
    """Why survivors live: by module, key of the mutant (or the function and a colon, for all in it) and the reason."""
    found: dict[str, dict[str, str]] = yaml.safe_load(EXPLAINED.read_text(encoding="utf-8"))
    return found


def explained(survivor: Mapping[str, Any]) -> str:
    known = explanations().get(survivor["module"].removeprefix(_PREFIX), {})
    return known.get(survivor["key"]) or known.get(survivor["key"].partition(":")[0] + ":", "")


def figures(counts: Mapping[str, int]) -> tuple[int, int, int, int, int]:
    """Judged, killed by what was asked for, killed by approved text alone, survived, and stillborn, which are not judged."""
    killed, text = counts.get(KILLED, 0) + counts.get(TIMED_OUT, 0), counts.get("approved text", 0)
    survived = counts.get(SURVIVED, 0)
    return killed + text + survived, killed, text, survived, counts.get(STILLBORN, 0)


def render(found: Mapping[str, Any]) -> str:
    by_module: Mapping[str, Mapping[str, int]] = found["modules"]
    total = Counter[str]()
    for counts in by_module.values():
        total.update(counts)
    rows = [*((name.removeprefix(_PREFIX), counts) for name, counts in by_module.items()), ("合计", total)]
    judged = figures(total)[0] + figures(total)[4]
    first = f"{100 * (1 - found['lived_first'] / figures(total)[0]):.1f}%"
    lines = ["| 模块 | 变异体总数 | 参加判断 | 由案例和测试发现 | 仅由文字快照发现 | 存活 | 发现率 | 不能载入 |",
             "|---|---|---|---|---|---|---|---|", *(_row(name, counts) for name, counts in rows)]
    return "\n".join([
        "# 规则的变异测试", "", "<!-- 由 python -m tests.mutation --page 生成，请勿手改 -->", "",
        f"每次只改错规则代码的一处，再看测试是否发现。共有 {total['mutants']} 个变异体，本次判断了 {judged} 个"
        f"{'（全部）' if judged >= total['mutants'] else '（按固定种子从每个模块按比例抽取）'}。", "",
        "改的有：比较和边界、与或非、条件取反、去掉条件的一部分、加减乘除、数值加一减一、文字键、返回值、删除语句、参数交换和遗漏、"
        "最大最小和任一全部、严重程度。不改的有：类型标注、导入、说明文字、日志、缓存和数据类的装饰器，以及只作解释用的中文文字（其中计算的部分照改）。",
        "", "判断时先运行规则案例（只运行经过被改函数的案例；案例写明结论、期限、程度，规则的每一种答复另有一个案例写明全文、依据、计算步骤和消除办法，"
        "对照事实逐条核对），再运行登记册、期间、结论等测试，最后对照文字快照（`tests/compliance/approved.jsonl`：每个案例结论的全文，"
        "由程序从现有代码写出、没有逐条由人核对；它只发现“有变化”，不独立说明对错，所以单列）。需要数据库的测试和随机性质测试没有参加，参加了只会发现更多。"
        "代码本身必须先全部通过。改后不能载入的不计入总数；超时的计为发现。目标为 90%。",
        "", f"**第一次判断时发现 {first}**（存活 {found['lived_first']} 个）：那时没有案例是为这一次的样本写的（约一成与上一次的样本重合），所以这个数大致也适用于没有抽到的。"
        "存活的逐个看过，能区分的补了案例，再判断一次（`--again`）；下表和存活清单是补了之后的。", "", *lines, "", *_survivors(found["survivors"]), ""])


def _row(name: str, counts: Mapping[str, int]) -> str:
    judged, killed, text, survived, stillborn = figures(counts)
    rate = f"{100 * (killed + text) / judged:.1f}%" if judged else "–"
    return f"| {name} | {counts['mutants']} | {judged} | {killed} | {text} | {survived} | {rate} | {stillborn} |"


def _survivors(found: Sequence[Mapping[str, Any]]) -> list[str]:
    rows = [f"| {one['module'].removeprefix(_PREFIX)}:{one['line']} | {one['kind']} | `{_shown(one['key'])}` | {explained(one) or '尚未说明'} |"
            for one in found]
    return [f"## 存活的（{len(found)} 个）", "", "| 位置 | 种类 | 改动 | 为什么没有发现 |", "|---|---|---|---|", *rows]


def _shown(key: str) -> str:
    short = key if len(key) <= 160 else f"{key[:100]} … {key[-55:]}"
    return short.replace("|", "\\|").replace("`", "'")

"""`python -m tests.mutation [MODULE …]`: breaks the rules, one thing at a time, and keeps what became of each mutant.

    --sample N   so many mutants in all, drawn from every module in proportion (none given: all of them)
    --seed S     of the drawing; the same seed draws the same mutants
    --workers W  children at a time
    --out FILE   a line of JSON a mutant; what is there already is not judged again, so a run goes on where it stopped
    --again      judges anew what lived, or was found by the approved text alone, after cases were added: what a case found, it
                 finds again. What became of a mutant the first time is kept beside it (`first`): cases written for the very
                 mutants that were drawn say nothing of the others
    --page       writes tests/mutation/latest.json and docs/mutation.md from FILE
"""

import argparse
import json
import random
import sys
from pathlib import Path
from typing import Any

from tests.mutation import pool
from tests.mutation.mutants import drawn, modules
from tests.mutation.page import LATEST, PAGE, lives, render, summed


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("modules", nargs="*", default=list(modules()))
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--seed", type=int, default=20261128)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path("mutation.jsonl"))
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--page", action="store_true")
    chosen = parser.parse_args()
    mutants = list(drawn(chosen.modules, chosen.sample, chosen.seed))
    random.Random(chosen.seed).shuffle(mutants)  # what is judged when somebody stops the run is a fair sample as well
    pool.load()
    if fault := pool.baseline():
        print(f"the tests do not pass on the code as it is: {fault}", file=sys.stderr)
        return 1
    before = {_name(line): line.get("first", line["fate"]) for line in _lines(chosen.out)}
    keep_only(mutants, chosen.out, chosen.again)
    judge_all(mutants, chosen.out, chosen.workers, before)
    if chosen.page:
        lines = _lines(chosen.out)
        LATEST.write_text(json.dumps(summed(lines), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        PAGE.write_text(render(summed(lines)), encoding="utf-8")
    return 0


def keep_only(mutants: list[pool.Mutant], out: Path, again: bool) -> None:
    """Of the lines kept those of mutants that are still drawn, and where they are to be judged again those a test killed."""
    drawn_now = {(mutant.module, mutant.key) for mutant in mutants}
    kept = [line for line in _lines(out) if _name(line) in drawn_now and not (again and lives(line))]
    out.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in kept), encoding="utf-8")


def judge_all(mutants: list[pool.Mutant], out: Path, workers: int, before: dict[tuple[str, str], str]) -> None:
    known = {_name(line) for line in _lines(out)}
    left = [mutant for mutant in mutants if (mutant.module, mutant.key) not in known]
    with out.open("a", encoding="utf-8") as file:
        for mutant, fate, by in pool.judged(left, workers):
            file.write(json.dumps({"module": mutant.module, "line": mutant.line, "kind": mutant.kind, "key": mutant.key,
                                   "fate": fate, "by": by, "first": before.get((mutant.module, mutant.key), fate)},
                                  ensure_ascii=False) + "\n")
            file.flush()


def _name(line: dict[str, Any]) -> tuple[str, str]:
    return line["module"], line["key"]


def _lines(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()] if out.exists() else []


if __name__ == "__main__":
    sys.exit(main())

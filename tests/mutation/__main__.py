"""`python -m tests.mutation [MODULE …]`: breaks the rules, one thing at a time, and keeps what became of each mutant.

    --sample N   so many mutants in all, drawn from every module in proportion (none given: all of them)
    --seed S     of the drawing; the same seed draws the same mutants
    --workers W  children at a time
    --out FILE   a line of JSON a mutant; what is there already is not judged again, so a run goes on where it stopped
    --page       writes tests/mutation/latest.json and docs/mutation.md from FILE
"""

import argparse
import json
import random
import sys
from pathlib import Path

from tests.mutation import pool
from tests.mutation.mutants import drawn, modules
from tests.mutation.page import LATEST, PAGE, render, summed


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("modules", nargs="*", default=list(modules()))
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--seed", type=int, default=20211005)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path("mutation.jsonl"))
    parser.add_argument("--page", action="store_true")
    chosen = parser.parse_args()
    mutants = list(drawn(chosen.modules, chosen.sample, chosen.seed))
    random.Random(chosen.seed).shuffle(mutants)  # what is judged when somebody stops the run is a fair sample as well
    pool.load()
    if fault := pool.baseline():
        print(f"the tests do not pass on the code as it is: {fault}", file=sys.stderr)
        return 1
    judge_all(mutants, chosen.out, chosen.workers)
    if chosen.page:
        lines = [json.loads(line) for line in chosen.out.read_text(encoding="utf-8").splitlines()]
        LATEST.write_text(json.dumps(summed(lines), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        PAGE.write_text(render(summed(lines)), encoding="utf-8")
    return 0


def judge_all(mutants: list[pool.Mutant], out: Path, workers: int) -> None:
    kept = out.read_text(encoding="utf-8").splitlines() if out.exists() else []
    known = {(line["module"], line["key"]) for line in map(json.loads, kept)}
    left = [mutant for mutant in mutants if (mutant.module, mutant.key) not in known]
    with out.open("a", encoding="utf-8") as file:
        for mutant, fate, by in pool.judged(left, workers):
            file.write(json.dumps({"module": mutant.module, "line": mutant.line, "kind": mutant.kind, "key": mutant.key,
                                   "fate": fate, "by": by}, ensure_ascii=False) + "\n")
            file.flush()


if __name__ == "__main__":
    sys.exit(main())

"""That mutants are made as they should be and judged rightly; and, as a slow test, that the tests of the rules kill them."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutation.changes import changes
from tests.mutation.mutants import drawn, modules, mutants_of
from tests.mutation.page import LATEST, PAGE, explained, figures, latest, render, summed

SAMPLE, LEAST = 1600, 0.9
"""The goal is nine in ten."""


def made(source: str) -> set[str]:
    """The source after each single change."""
    found, count = set(), len(list(changes(ast.parse(source))))
    for number in range(count):
        tree = ast.parse(source)
        list(changes(tree))[number].make()
        found.add(ast.unparse(tree))
    return found


@pytest.mark.parametrize(("source", "wanted"), [
    ("x = a < b", {"x = a <= b"}),
    ("x = a and b", {"x = a or b", "x = a", "x = b"}),
    ("x = not a", {"x = a"}),
    ("x = a + 1", {"x = a - 1", "x = a + 2", "x = a + 0"}),
    ("x = f(a, k=b)", {"x = f(a)"}),
    ("x = min(a, b)", {"x = max(a, b)", "x = min(b, a)"}),
    ("x = Severity.H", {"x = Severity.M"}),
    ("x = {'key': a}", {"x = {'keyX': a}"}),
    ("x = a if b else c", {"x = a if not b else c"}),
    ("x = f'还有 {n} 天'", set()),
    ("x = '说明'", set()),
    ("x = f(a, a)", set()),
    ("import a\nlog.info('x')\ndef f(a: int = c) -> str: ...", set())])
def test_a_change_is_one_mistake(source: str, wanted: set[str]) -> None:
    assert made(source) == wanted


def test_functions_lose_what_they_return_or_do() -> None:
    assert "def f():\n    return None" in made("def f():\n    return g()")
    assert "def f():\n    pass" in made("def f():\n    g()")


def test_a_sample_is_drawn_from_every_module_and_always_the_same() -> None:
    first, again = drawn(modules(), 200, 1), drawn(modules(), 200, 1)
    assert first == again
    assert {mutant.module for mutant in first} == {name for name in modules() if mutants_of(name)}
    assert first != drawn(modules(), 200, 2)


def test_the_page_is_made_from_the_latest_run() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(latest()), f"python -m tests.mutation --page, or edit {LATEST.name}"


def test_every_survivor_of_the_latest_run_says_why_it_lives() -> None:
    assert [one["key"] for one in latest()["survivors"] if not explained(one)] == []


@pytest.mark.slow
@pytest.mark.timeout(3 * 3600)
def test_the_tests_of_the_rules_kill_most_mutants(tmp_path: Path) -> None:
    """In a process of its own: this one has loaded rules already, and children are forked from it."""
    out = tmp_path / "mutation.jsonl"
    subprocess.run([sys.executable, "-m", "tests.mutation", "--sample", str(SAMPLE), "--out", str(out)], check=True, timeout=3 * 3600)
    found = summed(json.loads(line) for line in out.read_text(encoding="utf-8").splitlines())
    totals = [figures(counts) for counts in found["modules"].values()]
    judged, survived = sum(one[0] for one in totals), sum(one[3] for one in totals)
    assert judged > SAMPLE // 2
    assert survived <= (1 - LEAST) * judged, found["survivors"]

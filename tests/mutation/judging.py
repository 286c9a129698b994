"""Judges one mutant in a forked child: the change is put in place, and the tests of the rules are asked.

Only tests that need nothing but the code are asked, in this process: the rule cases, then the tests of the register and of
what the rules stand on. Tests with fixtures and the Hypothesis properties would find more; they are not asked, because a
mutant must be judged in a second. What is found without them is found.
"""

import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from types import ModuleType
from typing import Any

from tests.mutation.mutants import Mutant
from tests.mutation.placing import put_in_place
from tests.mutation.reach import concerned

CASES = "tests.compliance.test_cases"
BESIDE = ("tests.compliance.test_register", "tests.unit.retention.test_periods", "tests.unit.retention.test_conclusions",
          "tests.compliance.test_parts", "tests.unit.retention.test_rows", "tests.unit.retention.test_rule_versions",
          "tests.compliance.test_rows", "tests.compliance.test_inputs", "tests.compliance.test_counted", "tests.compliance.test_approved")
STILLBORN, KILLED, SURVIVED, TIMED_OUT = "stillborn", "killed", "survived", "timed out"
Test = tuple[str, Callable[[], None], Any]
"""Its name, the test with its parameters, and the case it asks (None: it asks something else)."""


def judge(mutant: Mutant | None) -> tuple[str, str]:
    """What became of the mutant (of the code as it is, where None), and by which test."""
    function = ""
    if mutant is not None:
        try:
            function = put_in_place(mutant)
        except Exception as fault:
            return STILLBORN, repr(fault)[:200]
    for where in (CASES, *BESIDE):
        try:
            tests = _concerned(_tests_of(import_module(where)), mutant, function)
        except Exception as fault:  # the cases can no longer even be read
            return KILLED, f"{where}: {fault!r}"[:200]
        if fault := _first_failure(_nearest_first(tests, mutant)):
            return KILLED, fault
    return SURVIVED, ""


def _concerned(tests: Sequence[Test], mutant: Mutant | None, function: str) -> Sequence[Test]:
    """Without the cases that do not run through what was changed."""
    return [one for one in tests if one[2] is None or mutant is None or concerned(one[2], mutant, function)]


def _first_failure(tests: Sequence[Test]) -> str:
    for name, test, _ in tests:
        try:
            test()
        except BaseException as fault:  # pytest's own failures are no Exceptions
            return f"{name}: {fault!r}"[:300]
    return ""


def _tests_of(module: ModuleType) -> Sequence[Test]:
    return [made for name, thing in vars(module).items() if name.startswith("test_") and inspect.isfunction(thing)
            for made in _plain(name, thing)]


def _plain(name: str, test: Callable[..., None]) -> Iterator[Test]:
    """A test with the parameters its marks give it; none where it wants a fixture or is a property."""
    lines: list[dict[str, Any]] = [{}]
    for mark in getattr(test, "pytestmark", ()):
        names, values = mark.args[0], mark.args[1]
        keys = [key.strip() for key in names.split(",")] if isinstance(names, str) else list(names)
        lines = [{**line, **dict(zip(keys, value if len(keys) > 1 else (value,), strict=True))} for line in lines for value in values]
    if hasattr(test, "is_hypothesis_test") or set(inspect.signature(test).parameters) != set(lines[0] if lines else ()):
        return
    for line in lines:
        yield f"{name}[{line['case'].name}]" if "case" in line else name, _with(test, line), line.get("case")


def _with(test: Callable[..., None], line: dict[str, Any]) -> Callable[[], None]:
    return lambda: test(**line)


def _nearest_first(tests: Sequence[Test], mutant: Mutant | None) -> Sequence[Test]:
    """The cases of rules that live in the changed module first: most mutants end there."""
    module = sys.modules.get(mutant.module) if mutant else None
    rules = {thing.id for thing in vars(module).values() if hasattr(thing, "judge") and hasattr(thing, "id")} if module else set()
    return sorted(tests, key=lambda test: test[0].partition("[")[2].partition(":")[0] not in rules)

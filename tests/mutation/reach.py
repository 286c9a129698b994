"""Which functions of the rules each case runs through: a mutant elsewhere cannot change what the case finds.

Every case is asked once, before children are forked, while the functions it enters are noted. What is kept for all cases
(the register, the clauses) is made on the way of the first that needs it: a function on that way concerns every case.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from functools import cache
from types import CodeType, FrameType
from typing import Any

from tests.mutation.mutants import PACKAGE, Mutant, path_of

Name = tuple[str, str]
_reached: dict[int, frozenset[Name]] = {}
_for_all: set[Name] = set()


def trace(cases: Any) -> None:
    """Asks every case, and keeps what it found."""
    for case in cases:
        with _noting(seen := set[Name]()):
            case.found  # noqa: B018
        _reached[id(case)] = frozenset(seen)


def concerned(case: Any, mutant: Mutant, function: str) -> bool:
    """Whether the function with other code is on the way of this case; then what was found for it is forgotten."""
    name = (str(path_of(mutant.module)), function)
    if function and name not in _for_all and id(case) in _reached and name not in _reached[id(case)]:
        return False
    case.__dict__.pop("found", None)
    for kept in set(vars(case.facts)) - {item.name for item in fields(case.facts)}:
        del case.facts.__dict__[kept]
    return True


@contextmanager
def _noting(seen: set[Name]) -> Iterator[None]:
    keeping = list[FrameType]()

    def note(frame: FrameType, event: str, argument: object) -> None:
        code = frame.f_code
        if event == "return" and keeping and keeping[-1] is frame:
            keeping.pop()
        if event != "call" or not code.co_filename.startswith(str(PACKAGE)):
            return
        if code in _keepers():
            keeping.append(frame)
        name = (code.co_filename, code.co_qualname.partition(".<locals>")[0])
        seen.add(name)
        if keeping:
            _for_all.add(name)

    _keepers()
    sys.setprofile(note)
    try:
        yield
    finally:
        sys.setprofile(None)


@cache
def _keepers() -> frozenset[CodeType]:
    """The functions whose answer is kept for whoever asks next; a few answers are kept by the facts, and so by the case."""
    things = (thing for name, module in list(sys.modules.items()) if name.startswith("retention.") for thing in vars(module).values())
    return frozenset(_code(thing) for thing in things if hasattr(thing, "cache_parameters") and thing.cache_parameters()["maxsize"] != 8)


def _code(thing: Callable[..., object]) -> CodeType:
    return thing.__wrapped__.__code__  # type: ignore[attr-defined, no-any-return]

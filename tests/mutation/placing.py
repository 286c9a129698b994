"""Puts a mutant in the place of the loaded code, in the cheapest way that is sure to reach everybody who holds it.

A change inside a function: the function stays what everybody imported and gets other code. A change outside functions in a
module of rules: the module is loaded again and the register made anew. Any other, and every change of a function that is
called while the rules are loaded: the rules and their tests are loaded again as a whole.
"""

import ast
import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec, spec_from_loader
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

from tests.mutation.mutants import PACKAGE, Mutant, modules, mutated, path_of

RULES = "retention.compliance.rules"
_RELOADED = ("retention", "tests.compliance", "tests.unit.retention")
_called_while_loading: set[tuple[str, str]] = set()


@contextmanager
def watched_loading() -> Iterator[None]:
    """Notes which functions of the rules run while they and their tests are loaded: these cannot be given other code later."""
    def note(frame: FrameType, event: str, argument: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(str(PACKAGE)):
            _called_while_loading.add((frame.f_code.co_filename, frame.f_code.co_qualname.partition(".<locals>")[0]))

    sys.setprofile(note)
    try:
        yield
    finally:
        sys.setprofile(None)


def put_in_place(mutant: Mutant) -> str:
    """The name of the function that has other code now, "" where more than one function may behave otherwise. Raises whatever
    loading the changed code raises."""
    code = mutated(mutant)
    if mutant.body and (given := _give_code(mutant, code)):
        _forget_kept()
        return given
    if _of_rules_alone(mutant):
        _load_again(mutant, code)
    else:
        _load_all_again(mutant, code)
    return ""


class _Changed(MetaPathFinder, Loader):
    """Gives the mutated code to whoever imports the module."""

    def __init__(self, module: str, code: CodeType) -> None:
        self.module, self.code = module, code

    def find_spec(self, name: str, path: Any = None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name != self.module:
            return None
        at = path_of(name)
        spec = spec_from_loader(name, self, origin=str(at), is_package=at.name == "__init__.py")
        if spec is not None and spec.submodule_search_locations is not None:
            spec.submodule_search_locations = [str(at.parent)]
        return spec

    def exec_module(self, module: ModuleType) -> None:
        module.__file__ = str(path_of(self.module))
        exec(self.code, module.__dict__)


def _give_code(mutant: Mutant, code: CodeType) -> str:
    """The name of the function that was changed, where it could be found and given the changed code."""
    outer = next((found for found in _codes(code) if f"{mutant.function}.".startswith(f"{found.co_qualname}.")), None)
    if outer is None or (str(path_of(mutant.module)), outer.co_qualname) in _called_while_loading:
        return ""
    function = _function(sys.modules[mutant.module], outer.co_qualname)
    if function is None or function.__code__.co_freevars != outer.co_freevars:
        return ""
    function.__code__ = outer
    return outer.co_qualname


def _codes(code: CodeType) -> Iterator[CodeType]:
    """The functions of a module and the methods of its classes, none of the functions inside these."""
    for found in code.co_consts:
        if isinstance(found, CodeType):
            is_function = bool(found.co_flags & inspect.CO_NEWLOCALS)
            yield from (found,) if is_function else _codes(found)


def _function(module: ModuleType, name: str) -> FunctionType | None:
    """The function behind a name: of a rule its judge, of a kept one the one that is kept, of a property its getter."""
    thing: Any = module
    for part in name.split("."):
        thing = vars(thing).get(part)
    for inside in ("judge", "fget", "func", "__wrapped__", "__func__"):
        thing = getattr(thing, inside, thing)
    return thing if isinstance(thing, FunctionType) and thing.__qualname__ == name else None


def _forget_kept() -> None:
    for name, module in list(sys.modules.items()):
        if name.startswith("retention."):
            for thing in vars(module).values():
                if hasattr(thing, "cache_clear"):
                    thing.cache_clear()


def _of_rules_alone(mutant: Mutant) -> bool:
    """A module of rules from which no other module takes anything."""
    return not mutant.body and mutant.module.startswith(f"{RULES}.") and mutant.module not in taken_from()


@cache
def taken_from() -> frozenset[str]:
    """The modules from which another one takes something."""
    nodes = (node for name in modules() for node in ast.walk(ast.parse(path_of(name).read_text(encoding="utf-8"))))
    return frozenset(node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module)


def _load_again(mutant: Mutant, code: CodeType) -> None:
    spec = _Changed(mutant.module, code).find_spec(mutant.module)
    assert spec is not None
    module = module_from_spec(spec)
    exec(code, module.__dict__)
    register = sys.modules[RULES]
    register.MODULES = tuple(module if old.__name__ == mutant.module else old for old in register.MODULES)  # type: ignore[attr-defined]
    setattr(register, mutant.module.rpartition(".")[2], module)
    sys.modules[mutant.module] = module
    _forget_kept()


def _load_all_again(mutant: Mutant, code: CodeType) -> None:
    for name in [name for name in sys.modules if name.startswith(_RELOADED)]:
        del sys.modules[name]
    sys.meta_path.insert(0, _Changed(mutant.module, code))
    import_module(mutant.module)
    import_module(RULES)

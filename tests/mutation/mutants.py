"""The mutants of the rules: which there are, which are drawn, and the module of one as compiled code."""

import ast
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from types import CodeType

from tests.mutation.changes import changes

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "retention" / "compliance"


@dataclass(frozen=True)
class Mutant:
    """The `number`th change of a module. `key` names it in words that survive changes elsewhere in the module."""

    module: str
    number: int
    line: int
    kind: str
    key: str
    function: str
    body: bool


def modules() -> tuple[str, ...]:
    """The modules of the rules and of what they stand on, by their dotted names."""
    return tuple(".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
                 for path in sorted(PACKAGE.rglob("*.py")) if path.read_text(encoding="utf-8").count("\n") > 1)


def path_of(module: str) -> Path:
    plain = ROOT.joinpath(*module.split(".")).with_suffix(".py")
    return plain if plain.exists() else ROOT.joinpath(*module.split("."), "__init__.py")


@cache
def mutants_of(module: str) -> tuple[Mutant, ...]:
    tree, seen, found = ast.parse(_source(module)), dict[str, int](), list[Mutant]()
    for number, change in enumerate(changes(tree)):
        key = f"{change.function or 'module'}: {change.words}"
        seen[key] = seen.get(key, 0) + 1
        again = f" #{seen[key]}" if seen[key] > 1 else ""
        found.append(Mutant(module, number, change.line, change.kind, key + again, change.function, change.body))
    return tuple(found)


def mutated(mutant: Mutant) -> CodeType:
    """The module's code with this one change in it."""
    tree = ast.parse(_source(mutant.module))
    change = next(islice(changes(tree), mutant.number, None))
    change.make()
    return compile(ast.fix_missing_locations(tree), str(path_of(mutant.module)), "exec")


def drawn(chosen: Iterable[str], sample: int, seed: int) -> Sequence[Mutant]:
    """All mutants of these modules, or so many of each, in proportion to what it has and never none. Each module is drawn by
    itself, so that a change of one does not draw others anew."""
    listed = {module: mutants_of(module) for module in chosen}
    total = sum(map(len, listed.values()))
    if not sample or sample >= total:
        return [mutant for found in listed.values() for mutant in found]
    return [mutant for module, found in listed.items() if found
            for mutant in sorted(random.Random(f"{seed} {module}").sample(found, max(1, min(len(found), round(sample * len(found) / total)))),
                                 key=lambda mutant: mutant.number)]


def _source(module: str) -> str:
    return path_of(module).read_text(encoding="utf-8")

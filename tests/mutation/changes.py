"""What can be changed in a module: each change is one node put in the place of another, as a person might have got it wrong.

Left alone: annotations, imports, docstrings, what is logged, how a function is kept (`cache`) or a class made (`dataclass`),
and texts of Chinese characters, which explain and decide nothing. What is counted *inside* such a text is changed.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

_CHINESE = re.compile(r"[\u3000-\u9fff\uff00-\uffef]")
_SKIPPED_FIELDS = {"annotation", "returns", "type_params", "format_spec"}
_KEEPING = {"cache", "lru_cache", "cached_property", "dataclass", "property"}
_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In}
_OPPOSITE = (ast.Eq, ast.NotEq, ast.Is, ast.IsNot, ast.In, ast.NotIn)
_COUNTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult, ast.BitAnd: ast.BitOr}
_CALLED = {"min": "max", "max": "min", "any": "all", "all": "any"}
_WEIGHED = {"C": "H", "H": "M", "M": "L", "L": "I", "I": "L"}


@dataclass(frozen=True)
class Change:
    """`new` in the place of what stands in `field` (at `index`, in a list) of `owner`.

    function: the dotted name of what it is in. body: it is inside a function's body and so changes nothing while the
    module is loaded, unless the function is called then.
    """

    kind: str
    function: str
    body: bool
    line: int
    owner: ast.AST
    field: str
    index: int | None
    old: ast.AST
    new: ast.AST

    @property
    def words(self) -> str:
        return f"{_text(self.old)} -> {_text(self.new)}"

    def make(self) -> None:
        if self.index is None:
            setattr(self.owner, self.field, self.new)
        else:
            getattr(self.owner, self.field)[self.index] = self.new


def changes(tree: ast.Module) -> Iterator[Change]:
    """Every change, always in the same order for the same source."""
    yield from _inside(tree, "", False)


def _inside(owner: ast.AST, function: str, body: bool) -> Iterator[Change]:
    for field, value in ast.iter_fields(owner):
        if field in _SKIPPED_FIELDS:
            continue
        for index, child in enumerate(value) if isinstance(value, list) else ((None, value),):
            if isinstance(child, ast.AST) and not _left_alone(owner, field, child):
                named = f"{function}.{child.name}".strip(".") if isinstance(child, ast.FunctionDef | ast.ClassDef) else function
                within = body or (isinstance(owner, ast.FunctionDef) and field == "body")
                for kind, new in _wrongs(owner, field, child):
                    if _text(new) == _text(child):  # two equal arguments in each other's place
                        continue
                    yield Change(kind, function, within, getattr(child, "lineno", 0), owner, field, index, child, new)
                yield from _inside(child, named, within)


def _text(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())


def _left_alone(owner: ast.AST, field: str, child: ast.AST) -> bool:
    if isinstance(child, ast.Import | ast.ImportFrom):
        return True
    if field == "decorator_list":
        called = child.func if isinstance(child, ast.Call) else child
        return isinstance(called, ast.Name) and called.id in _KEEPING
    if isinstance(child, ast.Expr):
        logged = isinstance(child.value, ast.Call) and _text(child.value.func).startswith("log.")
        return logged or isinstance(child.value, ast.Constant)
    if isinstance(child, ast.Assign):
        union = isinstance(child.value, ast.BinOp) and isinstance(child.value.op, ast.BitOr) and isinstance(owner, ast.Module)
        return union or _text(child.targets[0]) in ("__all__", "log")  # a union of types says nothing when it runs
    return False


def _wrongs(owner: ast.AST, field: str, node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """What may be wrong about this node, each under the name of its kind."""
    if field == "test" or (isinstance(owner, ast.comprehension) and field == "ifs"):
        yield from _negated(node)
    yield from _statement(node)
    if isinstance(node, ast.Compare):
        yield from _comparisons(node)
    elif isinstance(node, ast.BoolOp):
        yield from _connected(node)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "negation dropped", node.operand
    elif isinstance(node, ast.BinOp):
        yield from _arithmetic(node)
    elif isinstance(node, ast.Constant) and not isinstance(owner, ast.JoinedStr):
        yield from _constant(node)
    elif isinstance(node, ast.Call):
        yield from _call(node)
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Severity":
        yield "severity", ast.Attribute(node.value, _WEIGHED[node.attr], ast.Load())


def _negated(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    same = isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], _OPPOSITE)
    if isinstance(node, ast.expr) and not same and not isinstance(node, ast.UnaryOp):
        yield "condition negated", ast.UnaryOp(ast.Not(), node)


def _statement(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.Return) and node.value is not None and not isinstance(node.value, ast.Constant):
        yield "returns nothing", ast.Return(ast.Constant(None))
    elif isinstance(node, ast.Expr | ast.AugAssign | ast.Raise):
        yield "statement removed", ast.Pass()
    elif isinstance(node, ast.Continue):
        yield "leaves the loop", ast.Break()


def _comparisons(node: ast.Compare) -> Iterator[tuple[str, ast.AST]]:
    for place, op in enumerate(node.ops):
        ops = [*node.ops[:place], _COMPARED[type(op)](), *node.ops[place + 1:]]
        yield "comparison", ast.Compare(node.left, ops, node.comparators)


def _connected(node: ast.BoolOp) -> Iterator[tuple[str, ast.AST]]:
    yield "and/or", ast.BoolOp(ast.And() if isinstance(node.op, ast.Or) else ast.Or(), node.values)
    for place in range(len(node.values)):
        left = [*node.values[:place], *node.values[place + 1:]]
        yield "operand dropped", ast.BoolOp(node.op, left) if len(left) > 1 else left[0]


def _arithmetic(node: ast.BinOp) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node.op, ast.BitOr):  # of dictionaries and sets
        yield "left alone", node.left
        yield "right alone", node.right
    elif type(node.op) in _COUNTED:
        yield "arithmetic", ast.BinOp(node.left, _COUNTED[type(node.op)](), node.right)


def _constant(node: ast.Constant) -> Iterator[tuple[str, ast.AST]]:
    value = node.value
    if isinstance(value, bool):
        yield "constant", ast.Constant(not value)
    elif isinstance(value, int):
        yield "constant", ast.Constant(value + 1)
        yield "constant", ast.Constant(value - 1)
    elif isinstance(value, str) and not _CHINESE.search(value):
        yield "constant", ast.Constant(f"{value}X")


def _call(node: ast.Call) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node.func, ast.Name) and node.func.id in _CALLED:
        yield "other function", ast.Call(ast.Name(_CALLED[node.func.id], ast.Load()), node.args, node.keywords)
    for place in range(len(node.args) - 1):
        swapped = [*node.args[:place], node.args[place + 1], node.args[place], *node.args[place + 2:]]
        yield "arguments swapped", ast.Call(node.func, swapped, node.keywords)
    for place, keyword in enumerate(node.keywords):
        if keyword.arg is not None:
            yield "argument dropped", ast.Call(node.func, node.args, [*node.keywords[:place], *node.keywords[place + 1:]])

"""The arrows of docs/architecture.md, third-party homes, sizes, cycles: what keeps the tree readable."""

import ast
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ALLOWED: dict[str, set[str]] = {
    "archive": set(), "ingest": {"archive"}, "search": {"archive"}, "retention": {"archive"},
    "admin": {"archive", "ingest", "search", "retention"}}
HOMES = {
    "mongoengine": ("archive/models/", "retention/models.py", "retention/change_models.py"), "minio": ("archive/blobs/s3",),
    "elasticsearch": ("search/backends/",), "tantivy": ("search/backends/",), "flask": ("admin/web/", "admin/api/"),
    "flask_admin": ("admin/web/",), "apscheduler": ("admin/scheduler.py",)}
FILE_WALL, FUNCTION_WALL = 400, 50
FILES = sorted(path for package in ALLOWED for path in (ROOT / package).rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> Iterator[str]:
    """Every module imported, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_the_packages_are_all_looked_at() -> None:
    assert {name_of(path).split("/")[0] for path in FILES} == ALLOWED.keys()


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_imports_follow_the_arrows(path: Path) -> None:
    own = name_of(path).split("/")[0]
    wrong = {top for top in (name.split(".")[0] for name in imports(path)) if top in ALLOWED and top != own
             and top not in ALLOWED[own]}
    assert not wrong, f"{own} may not import {sorted(wrong)}: see docs/architecture.md"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_third_party_libraries_stay_in_their_homes(path: Path) -> None:
    name = name_of(path)
    wrong = {top for top in (module.split(".")[0] for module in imports(path))
             if top in HOMES and not name.startswith(HOMES[top])}
    assert not wrong, f"{name} may not import {sorted(wrong)}: its home is {[HOMES[top] for top in wrong]}"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_clock_and_environment_have_one_reader(path: Path) -> None:
    text, name = path.read_text(encoding="utf-8"), name_of(path)
    if name != "archive/clock.py":
        for call in ("date.today(", "datetime.now(", "datetime.utcnow(", "time.time("):
            assert call not in text, f"{name} asks the machine for the time ({call}): take a Clock"
    if name != "admin/settings.py":
        for call in ("os.environ", "os.getenv"):
            assert call not in text, f"{name} reads the environment: settings are admin/settings.py's"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_files_and_functions_stay_readable(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= FILE_WALL
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= FUNCTION_WALL, f"{node.name} has {length} lines"


def test_there_are_no_import_cycles() -> None:
    modules = {name_of(path)[:-3].replace("/", ".").removesuffix(".__init__"): path for path in FILES}
    graph = {module: set(edges(path, modules.keys())) - {module} for module, path in modules.items()}
    assert [cycle for cycle in strongly_connected(graph) if len(cycle) > 1] == []


def edges(path: Path, modules: Collection[str]) -> Iterator[str]:
    """The modules this one needs. `from package import module` needs the module, not what else the package holds."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                if inner in modules or node.module in modules:
                    yield inner if inner in modules else node.module


def strongly_connected(graph: dict[str, set[str]]) -> list[list[str]]:
    """Tarjan's components."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for following in graph[node]:
            if following not in index:
                visit(following)
                low[node] = min(low[node], low[following])
            elif following in stack:
                low[node] = min(low[node], index[following])
        if low[node] == index[node]:
            component: list[str] = []
            while not component or component[-1] != node:
                component.append(stack.pop())
            found.append(component)

    for node in graph:
        if node not in index:
            visit(node)
    return found


def test_no_module_takes_a_standard_library_name() -> None:
    import sys

    names = {path.stem for path in FILES if path.parent.parent == ROOT}
    assert not names & sys.stdlib_module_names

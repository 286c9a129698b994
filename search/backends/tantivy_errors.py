"""What Tantivy's failures mean here: while reading, an index to rebuild; while writing, an engine that is down."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.errors import EngineDown
from search.errors import IndexNeedsRebuild


@contextmanager
def as_damage(folder: Path) -> Iterator[None]:
    """Raises IndexNeedsRebuild for whatever Tantivy cannot read."""
    try:
        yield
    except BaseException as error:
        if not _is_engine_failure(error):
            raise
        raise IndexNeedsRebuild(reason=f"{folder.name} 已损坏或缺少文件（{_short(error)}）") from error


@contextmanager
def as_write_failure() -> Iterator[None]:
    """Raises EngineDown for whatever Tantivy cannot write: a full disk, a dead indexing thread."""
    try:
        yield
    except BaseException as error:
        if not _is_engine_failure(error) and not isinstance(error, RuntimeError):
            raise
        raise EngineDown(engine="检索索引", reason=_short(error)) from error


def _is_engine_failure(error: BaseException) -> bool:
    """Tantivy's errors arrive as ValueError; what it did not foresee, as a PanicException outside Exception."""
    return isinstance(error, ValueError | OSError) or type(error).__name__ == "PanicException"


def _short(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]

"""What every page area shares: its blueprint, the system and the actor, and reading simple values from a request."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache, wraps
from hashlib import sha256
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from flask import Blueprint, current_app, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from admin.system import System
from admin.web.auth import current_actor, current_person, local_path, sign_in_required
from archive.access import Actor, require
from archive.errors import ArchiveError, Invalid
from archive.permissions import Permission

__all__ = ["actor", "area", "back", "clean_query", "current_person", "day_field", "needs", "page_number", "pages_of",
           "system", "today", "told"]

EXTENSION = "dangan.system"
P = ParamSpec("P")
R = TypeVar("R")


def area(name: str, import_name: str) -> Blueprint:
    """The blueprint of one page area: nothing in it is shown to anybody who is not signed in."""
    blueprint = Blueprint(name, import_name)
    blueprint.before_request(sign_in_required)
    return blueprint


def system() -> System:
    found: System = current_app.extensions[EXTENSION]
    return found


def actor() -> Actor:
    return current_actor()


def today() -> date:
    return system().clock.today()


def needs(permission: Permission) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """The page is for those who hold the permission; others get NotPermitted. What they see in it is the query's."""
    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            require(actor(), permission)
            return view(*args, **kwargs)
        return guarded
    return decorate


def page_number() -> int:
    value = request.args.get("page", "")
    return min(max(int(value), 1), 1_000_000) if value.isascii() and value.isdigit() and len(value) < 8 else 1


def pages_of(total: int, size: int) -> int:
    return max((total + size - 1) // size, 1)


def day_field(values: Mapping[str, str], name: str, label: str) -> date | None:
    """A date typed or picked in a form; None where it is empty. Raises Invalid naming the field."""
    text = values.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid(field=label, problem=f"“{text[:30]}”不是日期，请写成 2024-03-01 的样子。") from None


def clean_query(names: Sequence[str]) -> dict[str, str]:
    """The filters of this page that are set, trimmed: for links that keep them."""
    found = {name: request.args.get(name, "").replace("\0", "").strip()[:1001] for name in names}
    return {name: value for name, value in found.items() if value}


def back(endpoint: str, **values: Any) -> Response:
    """To where the form says it came from, else to this page."""
    return redirect(local_path(request.form.get("next", ""), url_for(endpoint, **values)))


def told(work: Callable[[], object], done: str) -> bool:
    """Do it and tell the person how it went, as a message on the next page; whether it was done."""
    try:
        work()
    except ArchiveError as refusal:
        flash(str(refusal), "danger")
        return False
    flash(done, "success")
    return True


@cache
def fingerprint(path: Path) -> str:
    """Changes with the file's content, so browsers may keep static files for long."""
    return sha256(path.read_bytes()).hexdigest()[:8]


def asset(filename: str) -> str:
    """The address of one of our own static files."""
    folder = Path(str(current_app.static_folder))
    return url_for("static", filename=filename, v=fingerprint(folder / filename))

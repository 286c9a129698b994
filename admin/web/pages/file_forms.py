"""Forms that bring a file: the form's token is in the body, so the body is read before it is known; this keeps the order.

First what the person may do, then room for the file, then the form with its token, then the view.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from admin.web.auth import CHECKS_ITSELF, check_form

P = ParamSpec("P")
R = TypeVar("R")


def takes_file(may: Callable[..., object], expect: Callable[[], None]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """`may` raises where this person may not, `expect` allows the request its size. Innermost of the decorators."""
    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            may(*args, **kwargs)
            expect()
            check_form()
            return view(*args, **kwargs)
        setattr(guarded, CHECKS_ITSELF, True)
        return guarded
    return decorate

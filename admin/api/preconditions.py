"""ETag and If-Match: a change names the state it was made from, so nobody overwrites what they have not seen."""

from flask import request

from admin.api.errors import Precondition, Stale
from archive.models import Revisioned


def etag_of(record: Revisioned) -> str:
    return f'"{record.revision}"'


def matched(record: Revisioned, what: str, key: str) -> int:
    """The revision the change starts from. Raises Precondition without If-Match, Stale where it names another state."""
    if "If-Match" not in request.headers:
        raise Precondition(what=what)
    if not request.if_match.contains(str(record.revision)):
        raise Stale(what=what, key=key)
    return record.revision

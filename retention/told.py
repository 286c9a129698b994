"""What was told already: the ledger of mails, by address, and that of the inboxes, by person.

Both only grow, so a plan asks for the keys it may settle and not for all there is.
"""

from collections.abc import Collection, Iterator
from typing import Any

from archive.transaction import collection
from retention.models import InboxLine, Mention

_AT_ONCE = 2000


def mailed(keys: Collection[str]) -> set[tuple[str, str]]:
    """(address, key) of every mail that told one of these keys."""
    return {(row["address"], row["key"]) for some in _pieces(keys) for row in _found(Mention, "key", some, "address")}


def in_inboxes(keys: Collection[str]) -> set[tuple[str, str]]:
    """(id of the person, key) of every line that holds one of these keys."""
    return {(row["person"], key) for some in _pieces(keys) for row in _found(InboxLine, "keys", some, "person") for key in row["keys"]}


def _found(model: type[InboxLine] | type[Mention], field: str, keys: list[str], whose: str) -> Any:
    return collection(model).find({field: {"$in": keys}}, {"_id": 0, whose: 1, field: 1})


def _pieces(keys: Collection[str]) -> Iterator[list[str]]:
    ordered = sorted(keys)
    return (ordered[start:start + _AT_ONCE] for start in range(0, len(ordered), _AT_ONCE))

"""The external versions that decide which of two writes stands, whoever sends it, in whatever order they arrive.

    version = epoch * 2^40 + (revision + 1)      a document
    version = epoch * 2^40                       the place of a removed one, which opens the next epoch

Elasticsearch itself forgets a deletion after `index.gc_deletes` (or a restart), and refuses a lower version until then.
Both are wrong here: a write that was on its way when the document was removed must not bring it back, however late, and
a document filed anew begins again at revision 1. So a removed document leaves an empty one that no search sees; a
rebuild leaves it behind.
"""

_EPOCH = 1 << 40


def for_put(held: int | None, revision: int) -> int:
    """To be refused by the server where it is below what is held by then."""
    return (held or 0) // _EPOCH * _EPOCH + revision + 1


def for_removal(held: int | None) -> int:
    return ((held or 0) // _EPOCH + 1) * _EPOCH


def for_refill(revision: int) -> int:
    """Of the first epoch: below every removal since the rebuild began."""
    return revision + 1


def revision(held: int | None) -> int | None:
    """What the caller calls the version; None where nothing is held, or the place of something removed."""
    low = (held or 0) % _EPOCH
    return low - 1 if low else None

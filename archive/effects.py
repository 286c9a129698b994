"""Which lanes have work after an event. A lane is one kind of work: it has its own queue, pace and failures.

Names only: what a lane does is `admin/subscriptions.py`. An event is finished when every lane it went to is done.
"""

from collections.abc import Mapping

READ, INDEX, JUDGE, UNPACK = "read", "index", "judge", "unpack"
FIELDS, TELL = "fields", "tell"
GUARD, ERASE, LOOK, OCR = "guard", "erase", "look", "ocr"
LANES = (READ, INDEX, JUDGE, UNPACK, GUARD, ERASE, LOOK, OCR, FIELDS, TELL)
FILED, UNREAD, TEXT_READ, CHANGED = "document.filed", "document.unread", "document.text-read", "document.changed"
PROJECT, BUNDLE = "project.changed", "document.bundle"
UNIT = "unit.changed"  # what a unit's own registers say: all its projects are judged again
FILED_WHOLE = "document.filed-whole"  # with everything that can be known of its text: what is left is to compare it with others
WITHDRAWN = "document.withdrawn"  # one that bears a secrecy marking is gone; its bytes follow
DECIDED = "secrecy.decided"  # a request to look again at what was refused for its marking
SCANNED, HALF_RECOGNISED = "document.scanned", "document.half-recognised"

EFFECTS: Mapping[str, tuple[str, ...]] = {
    FILED: (INDEX, JUDGE, GUARD, FIELDS),
    FILED_WHOLE: (INDEX, JUDGE, GUARD),
    UNREAD: (READ,),
    TEXT_READ: (INDEX, JUDGE, GUARD, FIELDS),
    CHANGED: (INDEX, JUDGE),
    PROJECT: (JUDGE,),
    UNIT: (JUDGE,),
    BUNDLE: (UNPACK,),
    WITHDRAWN: (INDEX, JUDGE, ERASE),
    DECIDED: (TELL,),
    SCANNED: (LOOK, OCR),
    HALF_RECOGNISED: (OCR,),
}
"""The lanes of each kind of event, stored with the event when it happens. A kind that is not here has no effects."""

# Before there was `document.unread`, whatever was filed went through all of them.
EFFECTS_BEFORE: Mapping[str, tuple[str, ...]] = {**EFFECTS, FILED: (READ, INDEX, JUDGE)}

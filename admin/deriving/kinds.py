"""The kinds of derived things: which engine made the one a document has, which would make it now, and making it again.

A kind looks at documents in batches; `Item` holds what all kinds want to know of one. Making again is what the engines do
for new files as well, so whatever holds there (refusing secrets, a person's word) holds here.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from admin.previews import can_show, drawn_by
from admin.system import System
from archive.models import Document, Remarks, TextRecord, Unpacking, Version
from archive.models.fields import DocumentFields
from archive.operations.descriptions import Described, record_descriptions
from archive.operations.layouts import layouts_of
from archive.queries import pages_by_version
from archive.transaction import collection
from ingest.describe import describe, recogniser
from ingest.extractors import engine_of
from ingest.field_reading import FieldReader
from ingest.fields import EXTRACTOR
from ingest.ocr import looking, numbering
from ingest.ocr.lane import Recogniser
from ingest.ocr.looking import ScanJudge
from ingest.ocr.port import MEDIA_TYPES
from ingest.reading import PendingReader
from ingest.unpacking.telling import SOURCE as UNPACKER


@dataclass(frozen=True, slots=True)
class Item:
    """A document whose text is known, its current version, and what was read of it."""

    document: Document
    version: Version
    record: TextRecord


@dataclass(frozen=True, slots=True)
class Made:
    """What made the thing that is there (empty: nobody noted it, or there is none yet) and what would make it now.

    `again`: there is a reason besides to make it again.
    """

    by: str
    now: str
    again: bool = False

    @property
    def old(self) -> bool:
        return self.by != self.now or self.again


@dataclass(frozen=True)
class Engines:
    """The engines of one command. Close them."""

    system: System
    reader: PendingReader
    recogniser: Recogniser
    judge: ScanJudge
    fields: FieldReader = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", FieldReader(self.system.clock))

    @classmethod
    def of(cls, system: System) -> "Engines":
        return cls(system, PendingReader(system.blobs, system.sandbox, system.clock),
                   Recogniser(system.blobs, system.ocr, system.clock), ScanJudge(system.blobs, system.clock))

    def close(self) -> None:
        self.judge.close()


Look = Callable[[System, Sequence[Item]], Mapping[str, Made]]
"""By document, for those that have, or should have, such a thing."""
Make = Callable[[Engines, Item, "datetime | None"], None]
"""Make it anew; with a moment: also what was made by the same engine before that."""


@dataclass(frozen=True, slots=True)
class Kind:
    """`threads`: how many documents at once, where the engine has as many hands."""

    key: str
    name: str
    look: Look
    make: Make
    threads: int = 1


def _texts(_: System, items: Sequence[Item]) -> Mapping[str, Made]:
    return {item.document.id: Made(item.record.reader or _first(item.record.engine), engine_of(item.version.media_type))
            for item in items}


def _first(engines: str) -> str:
    """Of a text that was kept before its reader was noted: without what recognised it, and the encoding it was in."""
    return engines.partition("；")[0].partition(" (")[0]


def _scans(items: Sequence[Item]) -> list[Item]:
    return [item for item in items if item.record.image_pages and item.version.media_type in MEDIA_TYPES]


def _qualities(_: System, items: Sequence[Item]) -> Mapping[str, Made]:
    """The look at the pictures, and at the page numbers once they are recognised."""
    names = "|".join(source.partition(" ")[0] for source in (looking.SOURCE, numbering.SOURCE))
    rows = collection(Remarks).find({"version": {"$in": [item.version.id for item in items]}, "source": {"$regex": f"^({names}) "}},
                                    {"version": 1, "source": 1})
    said: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        said[row["version"]].add(row["source"])
    made = {}
    for item in _scans(items):
        now = {looking.SOURCE, *([numbering.SOURCE] if _is_whole(item) else ())}
        made[item.document.id] = Made(", ".join(sorted(said[item.version.id] & now)), ", ".join(sorted(now)))
    return made


def _is_whole(item: Item) -> bool:
    return set(item.record.recognised) >= set(item.record.image_pages)


def _layouts(system: System, items: Sequence[Item]) -> Mapping[str, Made]:
    engine = system.ocr.engine
    return {item.document.id: Made(item.record.ocr_engine, engine) for item in _scans(items)} if engine else {}


def _candidates(_: System, items: Sequence[Item]) -> Mapping[str, Made]:
    return {item.document.id: Made(item.document.recogniser, recogniser()) for item in items}


def _values(_: System, items: Sequence[Item]) -> Mapping[str, Made]:
    rows = collection(DocumentFields).find({"_id": {"$in": [item.version.id for item in items]}}, {"extractor": 1})
    by = {row["_id"]: row.get("extractor", "") for row in rows}
    return {item.document.id: Made(by.get(item.version.id, ""), EXTRACTOR) for item in items if item.record.chars}


def _members(system: System, items: Sequence[Item]) -> Mapping[str, Made]:
    """Of those that were taken apart, or refused to be: the others wait in their lane."""
    found = {one.id: one for one in Unpacking.objects(id__in=[item.version.id for item in items])}
    return {item.document.id: Made(found[item.version.id].engine or UNPACKER, UNPACKER,
                                   system.unpacker.may_yield_more(found[item.version.id]))
            for item in items if item.version.id in found}


def _pictures(system: System, items: Sequence[Item]) -> Mapping[str, Made]:
    """Of those of which pictures lie in the cache; what was drawn by several is as old as the oldest."""
    made = {}
    for item in items:
        if can_show(item.version.media_type) and (names := system.derived.names(item.version.sha256)):
            now = drawn_by(item.version)
            made[item.document.id] = Made(now if all(now in name for name in names) else "", now)
    return made


def _read(engines: Engines, item: Item, _: datetime | None) -> None:
    engines.reader.read_document(item.document.id, again=True)


def _judge(engines: Engines, item: Item, _: datetime | None) -> None:
    engines.judge.judge(item.document.id)
    if _is_whole(item):
        pages = pages_by_version([item.version.id]).get(item.version.id, [])
        numbering.note_numbering(engines.system.clock, item.version.id, pages, layouts_of(item.version.id))


def _recognise(engines: Engines, item: Item, since: datetime | None) -> None:
    engines.recogniser.renew_document(item.document.id, since)


def _describe(engines: Engines, item: Item, _: datetime | None) -> None:
    """From the text that is kept, with the headings its reader saw; a text that was kept without them is read again."""
    if not item.record.reader:
        engines.reader.read_document(item.document.id, again=True)
        return
    pages = pages_by_version([item.version.id]).get(item.version.id, [])
    described = describe(item.document.filename, pages, item.record.headings, unit=item.document.unit)
    record_descriptions(engines.system.clock, [Described(item.document.id, item.version.id, described)])


def _read_values(engines: Engines, item: Item, _: datetime | None) -> None:
    engines.fields.read([item.document])


def _unpack(engines: Engines, item: Item, _: datetime | None) -> None:
    engines.system.unpacker.unpack_document(item.document.id, again=True)


def _forget(engines: Engines, item: Item, since: datetime | None) -> None:
    """They are drawn when somebody looks, by the engines of then."""
    derived, now = engines.system.derived, drawn_by(item.version)
    derived.drop(item.version.sha256, [name for name in derived.names(item.version.sha256) if since or now not in name])


KINDS: tuple[Kind, ...] = (
    Kind("unpack", "包内文件", _members, _unpack),
    Kind("text", "文字与属性", _texts, _read, threads=2),
    Kind("quality", "扫描质量", _qualities, _judge),
    Kind("ocr", "光学识别", _layouts, _recognise),
    Kind("types", "类型识别", _candidates, _describe),
    Kind("fields", "字段", _values, _read_values),
    Kind("pictures", "页面图像缓存", _pictures, _forget),
)
"""In this order: what is made of a text comes after the text."""

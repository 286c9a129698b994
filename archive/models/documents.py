"""Documents, their immutable versions, and the text read from them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar

from mongoengine import (
    BooleanField,
    DateField,
    DateTimeField,
    DictField,
    EmbeddedDocumentListField,
    FloatField,
    IntField,
    ListField,
    LongField,
    StringField,
)

from archive.models.base import Model, Part, Revisioned, new_id


class TextState(StrEnum):
    """How far the text of a version has come. `pending` is the only one that changes again by itself."""

    PENDING = "pending"
    READ = "read"
    OCR = "ocr"
    NO_TEXT = "no_text"
    GARBLED = "garbled"
    UNREADABLE = "unreadable"
    UNSUPPORTED = "unsupported"

    @property
    def label(self) -> str:
        return TEXT_STATE_NAMES[self]


TEXT_STATE_NAMES = {
    TextState.PENDING: "正在读取", TextState.READ: "已读取", TextState.OCR: "光学识别", TextState.NO_TEXT: "没有文字层",
    TextState.GARBLED: "文字层乱码", TextState.UNREADABLE: "损坏或无法读取", TextState.UNSUPPORTED: "不读取文字",
}


class Candidate(Part):
    """A proposed document type with its reasons."""

    type: str = StringField(required=True)
    score: int = IntField(required=True)
    reasons: list[str] = ListField(StringField())


class Document(Revisioned):
    """One record (件) in a dossier. Its bytes are in its versions; what is here may be corrected, by operations.

    `by_hand` names the fields a person gave or confirmed: text read later does not change them. `parent` is the document
    it was inside of when it came (a bundle, a mail, a PDF with attachments), `parent_path` its path in there.

    `recogniser` made the candidates, name and version.

    `labels` are what the pages call themselves (内部, 工作秘密), `personal` counts personal numbers by kind; `guarded` is the
    version whose whole text was last examined for both and for secrecy markings.
    """

    called: ClassVar[str] = "文件"
    meta: ClassVar[dict[str, Any]] = {
        "collection": "documents", "auto_create_index": False,
        "indexes": ["dossier", ("project", "type"), "-created_at", ("type_source", "project"),
                    {"fields": ["parent"], "partialFilterExpression": {"parent": {"$gt": ""}}}],
    }

    id: str = StringField(primary_key=True, default=new_id)
    dossier: str = StringField(required=True)
    project: str = StringField(required=True)
    unit: str = StringField(required=True)
    type: str = StringField(required=True)
    type_source: str = StringField(required=True, choices=("recognised", "given", "confirmed", "unrecognised"))
    candidates: list[Candidate] = EmbeddedDocumentListField(Candidate)
    stage: str = StringField(required=True)
    title: str = StringField(required=True, max_length=500)
    filename: str = StringField(required=True, max_length=500)
    doc_date: date | None = DateField()
    doc_no: str = StringField(default="")
    issuer: str = StringField(default="")
    conclusion: str = StringField(default="")
    terms: list[str] = ListField(StringField())
    by_hand: list[str] = ListField(StringField())
    recogniser: str = StringField(default="")
    labels: list[str] = ListField(StringField())
    personal: dict[str, int] = DictField()
    guarded: str = StringField(default="")
    catalogue_only: bool = BooleanField(default=False)
    location: str = StringField(default="")
    parent: str = StringField(default="")
    parent_path: str = StringField(default="", max_length=1000)
    current: str = StringField(default="")
    version: int = IntField(default=1)
    text_state: str = StringField(default=TextState.PENDING.value, choices=[state.value for state in TextState])
    text_reason: str = StringField(default="")
    created_at: datetime = DateTimeField(required=True)
    created_by: str = StringField(required=True)


class Version(Model):
    """The bytes received once, under their digest. Written once, never changed.

    `scan` says whether a virus scanner saw them when they arrived, which one with which signatures, or why not.
    `puid` is the format's identifier in PRONOM; empty where nobody knows it. `split`: a scanned stack; what lies between its
    separator pages becomes documents of their own.
    """

    meta: ClassVar[dict[str, Any]] = {
        "collection": "versions", "auto_create_index": False,
        "indexes": [
            {"fields": ["document", "number"], "unique": True},
            {"fields": ["dossier", "sha256"], "unique": True},
            "sha256",
        ],
    }

    id: str = StringField(primary_key=True, default=new_id)
    document: str = StringField(required=True)
    dossier: str = StringField(required=True)
    number: int = IntField(required=True, min_value=1)
    sha256: str = StringField(required=True)
    sm3: str = StringField(required=True)
    size: int = LongField(required=True)
    media_type: str = StringField(required=True)
    puid: str = StringField(default="")
    filename: str = StringField(required=True)
    split: bool = BooleanField(default=False)
    secrecy_checked: bool = BooleanField(default=False)
    scan: str = StringField(default="not_checked", choices=("not_checked", "clean"))
    scan_engine: str = StringField(default="")
    scan_reason: str = StringField(default="")
    scanned_at: datetime | None = DateTimeField()
    received_at: datetime = DateTimeField(required=True)
    received_by: str = StringField(required=True)


class TextRecord(Model):
    """What an engine read from one version: derived, made again at will. `id` is the version's.

    `properties` are what the file says of itself (title, author, created …); `image_pages`, from 1, are the pages of which
    only a picture can be had as they stand: without text, or with a text layer of wrong characters. `recognised` are those
    of them whose text is from optical recognition, by `ocr_engine` with this mean `confidence`; `doubtful` those a person
    should look at. `reader` read the file itself, or tried to (`engine` names all whose text this is); `headings` are what
    it took for such, for recognition.
    """

    meta: ClassVar[dict[str, Any]] = {"collection": "texts", "auto_create_index": False, "indexes": ["document", {
        "fields": ["ocr_engine"], "partialFilterExpression": {"image_pages.0": {"$exists": True}}}]}

    id: str = StringField(primary_key=True)
    document: str = StringField(required=True)
    engine: str = StringField(default="")
    reader: str = StringField(default="")
    headings: list[str] = ListField(StringField())
    page_count: int = IntField(default=0)
    chars: int = IntField(default=0)
    truncated: bool = BooleanField(default=False)
    warnings: list[str] = ListField(StringField())
    properties: dict[str, str] = DictField(StringField())
    image_pages: list[int] = ListField(IntField())
    recognised: list[int] = ListField(IntField())
    doubtful: list[int] = ListField(IntField())
    confidence: float = FloatField(default=0.0)
    ocr_engine: str = StringField(default="")
    read_at: datetime = DateTimeField(required=True)


class TextPart(Model):
    """A run of pages of a text, or a piece of one long page: `archive/text_parts.py` makes and joins them."""

    meta: ClassVar[dict[str, Any]] = {"collection": "text_parts", "auto_create_index": False, "indexes": [("version", "first_page")]}

    id: str = StringField(primary_key=True)
    version: str = StringField(required=True)
    first_page: int = IntField(required=True)
    piece: int = IntField(default=0)
    pages: list[str] = ListField(StringField())

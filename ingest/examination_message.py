"""An examination in the messages of a reading worker. That side of the pipe is not trusted: everything is of its type, and
names of types, kinds and fields are known ones, or it is no examination."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from archive import taxonomy
from archive.field_kinds import FIELDS
from archive.similarity import BINS
from ingest.classify import Candidate, Recognition
from ingest.examination import Examination, Whole
from ingest.fields import Found
from ingest.metadata import DocumentMetadata

_SIGNATURE_BYTES = (0, 4 * BINS)
_Message = Mapping[str, Any]


def message_of(found: Examination) -> dict[str, Any]:
    """As JSON can hold it."""
    day, whole = found.metadata.doc_date, found.whole
    return {
        "recognition": {**asdict(found.recognition), "vetoed": sorted(found.recognition.vetoed)},
        "metadata": {**asdict(found.metadata), "doc_date": day.isoformat() if day else "", "terms": sorted(found.metadata.terms)},
        "whole": {"labels": list(whole.labels), "personal": dict(whole.personal), "signature": b64encode(whole.signature).decode(),
                  "values": [asdict(value) for value in whole.values]} if whole else None}


def examination_of(message: _Message) -> Examination:
    """Raises KeyError, TypeError, ValueError or AttributeError for anything that is no examination."""
    whole = message["whole"]
    return Examination(_recognition(message["recognition"]), _metadata(message["metadata"]), None if whole is None else _whole(whole))


def _recognition(said: _Message) -> Recognition:
    return Recognition(_type(said["type"]), bool(said["accepted"]), _number(said["score"]), _number(said["margin"]),
                       tuple(_candidate(one) for one in _list(said["candidates"])), frozenset(map(_type, _list(said["vetoed"]))))


def _candidate(said: _Message) -> Candidate:
    return Candidate(_type(said["type"]), _text(said["name"]), _number(said["score"]), _texts(said["reasons"]), bool(said["sure"]))


def _metadata(said: _Message) -> DocumentMetadata:
    day = _text(said["doc_date"])
    return DocumentMetadata(_text(said["title"]), date.fromisoformat(day) if day else None, _text(said["doc_no"]),
                            _text(said["issuer"]), _text(said["conclusion"]), frozenset(_texts(said["terms"])))


def _whole(said: _Message) -> Whole:
    signature = b64decode(_text(said["signature"]), validate=True)
    if len(signature) not in _SIGNATURE_BYTES:
        raise ValueError("not a signature")
    personal = {_text(kind): _number(count) for kind, count in said["personal"].items()}
    return Whole(_texts(said["labels"]), personal, tuple(_value(one) for one in _list(said["values"])), signature)


def _value(said: _Message) -> Found:
    if said["key"] not in FIELDS:
        raise ValueError("not a field")
    return Found(said["key"], _text(said["value"]), _number(said["page"]), _number(said["start"]), _number(said["end"]),
                 _text(said["quote"]), float(said["confidence"]))


def _type(value: object) -> str:
    if value not in taxonomy.load():
        raise ValueError("not a document type")
    return _text(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError("not a number")
    return value


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("not a list")
    return value


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(_text, _list(value)))

"""An examination in the messages of a reading worker. That side of the pipe is not trusted: everything is of its type, and
names of types, kinds and fields are known ones, or it is no examination."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import date
from typing import Any

from archive import taxonomy
from archive.field_kinds import FIELDS
from archive.personal import KINDS
from archive.similarity import BINS
from ingest.classify import Candidate, Recognition
from ingest.examination import Examination, Whole
from ingest.fields import Found
from ingest.metadata import DocumentMetadata
from ingest.untrusted import flat, list_of, number_of, text_of, texts_of

_SIGNATURE_BYTES = (0, 4 * BINS)
_Message = Mapping[str, Any]


def message_of(found: Examination) -> dict[str, Any]:
    """As JSON can hold it."""
    recognition, day, whole = found.recognition, found.metadata.doc_date, found.whole
    return {
        "recognition": {**flat(recognition), "candidates": list(map(flat, recognition.candidates)),
                        "vetoed": sorted(recognition.vetoed)},
        "metadata": {**flat(found.metadata), "doc_date": day.isoformat() if day else "", "terms": sorted(found.metadata.terms)},
        "whole": {"labels": list(whole.labels), "personal": dict(whole.personal), "signature": b64encode(whole.signature).decode(),
                  "values": list(map(flat, whole.values))} if whole else None}


def examination_of(message: _Message) -> Examination:
    """Raises KeyError, TypeError, ValueError or AttributeError for anything that is no examination."""
    whole = message["whole"]
    return Examination(_recognition(message["recognition"]), _metadata(message["metadata"]), None if whole is None else _whole(whole))


def _recognition(said: _Message) -> Recognition:
    return Recognition(_type(said["type"]), bool(said["accepted"]), number_of(said["score"]), number_of(said["margin"]),
                       tuple(_candidate(one) for one in list_of(said["candidates"])), frozenset(map(_type, list_of(said["vetoed"]))))


def _candidate(said: _Message) -> Candidate:
    return Candidate(_type(said["type"]), text_of(said["name"]), number_of(said["score"]), texts_of(said["reasons"]),
                     bool(said["sure"]))


def _metadata(said: _Message) -> DocumentMetadata:
    day = text_of(said["doc_date"])
    return DocumentMetadata(text_of(said["title"]), date.fromisoformat(day) if day else None, text_of(said["doc_no"]),
                            text_of(said["issuer"]), text_of(said["conclusion"]), frozenset(texts_of(said["terms"])))


def _whole(said: _Message) -> Whole:
    signature = b64decode(text_of(said["signature"]), validate=True)
    if len(signature) not in _SIGNATURE_BYTES:
        raise ValueError("not a signature")
    personal = {kind: number_of(count) for kind, count in said["personal"].items()}
    if not personal.keys() <= KINDS:
        raise ValueError("not personal numbers")
    return Whole(texts_of(said["labels"]), personal, tuple(_value(one) for one in list_of(said["values"])), signature)


def _value(said: _Message) -> Found:
    if said["key"] not in FIELDS:
        raise ValueError("not a field")
    return Found(said["key"], text_of(said["value"]), number_of(said["page"]), number_of(said["start"]), number_of(said["end"]),
                 text_of(said["quote"]), float(said["confidence"]))


def _type(value: object) -> str:
    if value not in taxonomy.load():
        raise ValueError("not a document type")
    return text_of(value)

"""What a document seems to be, from its name and text: the proposed type with reasons, and the metadata read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from archive import taxonomy
from archive.learning import Lesson, lessons
from archive.operations.descriptions import Description
from ingest.classify import REVISION, Recognition, recognise
from ingest.learned import with_lessons
from ingest.metadata import DocumentMetadata, read_metadata


@dataclass(frozen=True, slots=True)
class Given:
    """What the person who files a document says about it; empty where she says nothing."""

    type: str = ""
    title: str = ""
    doc_date: date | None = None


def describe(filename: str, pages: Sequence[str], headings: Sequence[str] = (), given: Given | None = None,
             unit: str = "") -> Description:
    """A description in which what was given wins over what was read; with `unit`, what its people confirmed before is
    counted in. Raises UnknownDocumentType."""
    return described(recognise(filename, pages, headings), read_metadata(filename, pages), given or Given(),
                     lessons(unit, filename))


def described(recognised: Recognition, metadata: DocumentMetadata, given: Given,
              taught: Sequence[Lesson] = ()) -> Description:
    """As `describe`, where name and text were looked at already; `taught`: the lessons of the unit about the name."""
    recognition = with_lessons(recognised, taught)
    if given.type:
        key, source = taxonomy.load().get(given.type).key, "given"
    else:
        key, source = recognition.type, "recognised" if recognition.accepted else "unrecognised"
    return Description(
        type=key, type_source=source, title=given.title or metadata.title,
        candidates=[(c.type, c.score, c.reasons) for c in recognition.candidates],
        doc_date=given.doc_date or metadata.doc_date, doc_no=metadata.doc_no, issuer=metadata.issuer,
        conclusion=metadata.conclusion, terms=sorted(metadata.terms),
        by_hand=[name for name in ("title", "doc_date") if getattr(given, name)], engine=recogniser())


def recogniser() -> str:
    """Name and version of what recognises: our rules, and the words of the document types they go by."""
    return f"recogniser {REVISION}/{taxonomy.revision()}"

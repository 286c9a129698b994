"""The review queue: what recognition left to a person, and saying of many at once what they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from archive.access import Actor, require
from archive.clock import Clock
from archive.errors import ArchiveError, Invalid
from archive.models import Document
from archive.operations.documents import confirm_document
from archive.permissions import Permission
from archive.queries import Page, page_of, visible_keys

MOST = 200
UNRECOGNISED = "unrecognised"


@dataclass(frozen=True, slots=True)
class Choice:
    """What a document is, said of the revision the person saw."""

    document: str
    revision: int
    type: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a choice; `problem` says why it was not kept, empty where it was."""

    document: str
    problem: str = ""
    code: str = ""


def waiting(actor: Actor, page: int = 1, size: int = 50, project: str = "") -> Page:
    """Documents whose type nobody and nothing has decided, newest first, of the dossiers the actor sees."""
    require(actor, Permission.DOCUMENT_CONFIRM)
    keys = visible_keys(actor)
    query: dict[str, Any] = {"type_source": UNRECOGNISED}
    if project:
        query["project"] = project
    if keys is not None:
        query["dossier"] = {"$in": sorted(keys)}
    return page_of(Document.objects(__raw__=query).order_by("-created_at", "-id"), page, size)


def confirm_types(actor: Actor, clock: Clock, choices: Sequence[Choice]) -> list[Answer]:
    """Each by the operation that confirms one: a refused choice does not hold up the others.

    Where not a single one could be kept the first refusal is raised. Raises NotPermitted, Invalid, and what that was.
    """
    require(actor, Permission.DOCUMENT_CONFIRM)
    if not 0 < len(choices) <= MOST:
        raise Invalid(field="文件", problem=f"一次确认 1 至 {MOST} 份，请选择后再提交。")
    refusals: list[ArchiveError] = []
    answers = [_one(actor, clock, choice, refusals) for choice in choices]
    if len(refusals) == len(choices):
        raise refusals[0]
    return answers


def _one(actor: Actor, clock: Clock, choice: Choice, refusals: list[ArchiveError]) -> Answer:
    try:
        confirm_document(actor, clock, choice.document, choice.revision, {"type": choice.type})
    except ArchiveError as refusal:
        refusals.append(refusal)
        return Answer(choice.document, str(refusal), refusal.code)
    return Answer(choice.document)

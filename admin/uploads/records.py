"""Uploads in the database: announced, advanced, ended, forgotten. Progress is noted, not audited; what is filed or
refused is audited by the pipeline."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from admin.system import System
from admin.uploads.errors import Elsewhere, Expired, TooManyOpen
from admin.uploads.place import Place
from archive.access import Actor, require
from archive.blobs.staging import Oversized
from archive.errors import DiskFull, NotFound
from archive.models.uploads import Upload, UploadState
from archive.operations.documents import dossier_for_files
from archive.permissions import Permission
from archive.queries import Page, find_project, page_of
from archive.transaction import collection
from ingest.intake import clean_name

ROOM_LEFT = 256 << 20  # of the disk, for those who are writing already: the database above all


@dataclass(frozen=True, slots=True)
class Announced:
    """What the sender says of a file before its first byte. `metadata` is the header as it came."""

    project: str
    filename: str
    size: int
    metadata: str = ""
    path: str = ""
    type: str = ""
    title: str = ""
    doc_date: date | None = None
    batch: str = ""
    fingerprint: str = ""


def place_of(system: System) -> Place:
    return Place(system.settings.data_dir / "uploads")


def create(system: System, actor: Actor, said: Announced, channel: str) -> Upload:
    """Announce an upload, or find the one that was: the same file of the same person is not sent twice.

    Raises NotFound, NotPermitted, Invalid, Oversized, DiskFull, TooManyOpen.
    """
    require(actor, Permission.DOCUMENT_FILE)
    dossier_for_files(actor, said.project)
    filename = clean_name(said.filename)
    if known := _known(system, actor, said):
        return known
    if place_of(system).is_untidy(system.clock.now().timestamp()):
        sweep_files(system)
    if said.size > system.intake.max_bytes:
        raise Oversized(filename, system.intake.max_bytes)
    _have_room(system, actor, said.size)
    now = system.clock.now()
    upload = Upload(
        owner=actor.id, project=said.project, channel=channel, size=said.size, place=place_of(system).id,
        metadata=said.metadata, filename=filename, path=said.path or filename, type=said.type, title=said.title,
        doc_date=said.doc_date, batch=said.batch, fingerprint=said.fingerprint, created_at=now,
        expires_at=now + _term(system))
    collection(Upload).insert_one(upload.as_mongo())
    return upload


def find(system: System, actor: Actor, key: str) -> Upload:
    """One's own upload. Raises NotFound, also for another person's, and where the dossier was closed to the owner; Expired."""
    upload: Upload | None = Upload.objects(id=key, owner=actor.id).first()
    if upload is None:
        raise NotFound(what="上传", key=key)
    find_project(actor, upload.project)
    if upload.expires_at <= system.clock.now() and not upload.done:
        raise Expired(day=upload.expires_at.astimezone(ZoneInfo(system.settings.timezone)).date())
    return upload


def find_here(system: System, actor: Actor, key: str) -> Upload:
    """As `find`, to go on with it. Raises Elsewhere where its bytes lie on another machine."""
    require(actor, Permission.DOCUMENT_FILE)
    upload = find(system, actor, key)
    if upload.place != place_of(system).id and not upload.done:
        raise Elsewhere
    return upload


def list_own(system: System, actor: Actor, *, project: str = "", batch: str = "", state: str = "", page: int = 1,
             size: int = 200) -> Page:
    """The actor's uploads that have not expired, newest first."""
    query: dict[str, Any] = {"owner": actor.id, "expires_at": {"$gt": system.clock.now()}}
    query |= {name: value for name, value in (("project", project), ("batch", batch), ("state", state)) if value}
    return page_of(Upload.objects(__raw__=query).order_by("-created_at", "-id"), page, size)


def advance(system: System, upload: Upload, offset: int) -> None:
    """So many bytes are safe on the disk now. Raises NotFound where the upload was ended meanwhile."""
    expires = system.clock.now() + _term(system)
    changed = collection(Upload).update_one(
        {"_id": upload.id, "offset": upload.offset, "state": UploadState.RECEIVING.value},
        {"$set": {"offset": offset, "expires_at": expires}})
    if not changed.matched_count:
        raise NotFound(what="上传", key=upload.id)
    upload.offset, upload.expires_at = offset, expires


def note(upload: Upload, changes: Mapping[str, Any]) -> None:
    collection(Upload).update_one({"_id": upload.id}, {"$set": dict(changes)})
    for name, value in changes.items():
        setattr(upload, name, value)


def terminate(system: System, actor: Actor, key: str) -> None:
    """The sender wants no more of it: what has come is removed; of a finished one only the note of it. Raises Busy."""
    require(actor, Permission.DOCUMENT_FILE)
    upload = find(system, actor, key)
    idle = {"$or": [{"$expr": {"$lt": ["$offset", "$size"]}}, {"state": {"$ne": UploadState.RECEIVING.value}}]}
    if not collection(Upload).delete_one({"_id": upload.id, **idle}).deleted_count:
        with place_of(system).locked(upload.id):  # complete: the pipeline may be at work
            collection(Upload).delete_one({"_id": upload.id})
    place_of(system).remove(upload.id)


def sweep(system: System) -> tuple[int, int]:
    """Forget what has expired, and remove files here that belong to nothing; how many of each."""
    expired = collection(Upload).delete_many({"expires_at": {"$lte": system.clock.now()}}).deleted_count
    return int(expired), sweep_files(system)


def sweep_files(system: System) -> int:
    """Files of this machine only: each looks after its own."""
    place = place_of(system)
    old = place.leftovers(system.clock.now().timestamp())
    wanted = {row["_id"] for row in collection(Upload).find(
        {"_id": {"$in": old}, "state": UploadState.RECEIVING.value}, {"_id": 1})}
    for key in set(old) - wanted:
        place.remove(key)
    return len(set(old) - wanted)


def _known(system: System, actor: Actor, said: Announced) -> Upload | None:
    """Of what was refused nothing is known: it may be tried again."""
    if not said.fingerprint:
        return None
    found: Upload | None = Upload.objects(
        owner=actor.id, project=said.project, fingerprint=said.fingerprint, size=said.size,
        state__ne=UploadState.REFUSED.value, expires_at__gt=system.clock.now()).order_by("-created_at").first()
    return found


def _have_room(system: System, actor: Actor, size: int) -> None:
    """For this one beside all that is announced already and still to come to this place. Raises DiskFull, TooManyOpen."""
    most, place = system.settings.open_uploads, place_of(system)
    receiving = {"state": UploadState.RECEIVING.value, "expires_at": {"$gt": system.clock.now()}}
    if collection(Upload).count_documents({"owner": actor.id, **receiving}, limit=most) >= most:
        raise TooManyOpen(most=most)
    summed = list(collection(Upload).aggregate([
        {"$match": {"place": place.id, **receiving}},
        {"$group": {"_id": None, "left": {"$sum": {"$subtract": ["$size", "$offset"]}}}}]))
    promised = summed[0]["left"] if summed else 0
    if shutil.disk_usage(place.folder).free < promised + size + ROOM_LEFT:
        raise DiskFull


def _term(system: System) -> timedelta:
    return timedelta(days=system.settings.upload_days)


__all__ = ["Announced", "advance", "create", "find", "find_here", "list_own", "note", "place_of", "sweep",
           "sweep_files", "terminate"]

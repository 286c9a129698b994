"""The end of an upload: its file through the one pipeline, its line into the receipt, the outcome into its record.

Every step may be repeated: a sender that lost the answer, or a process that died in between, comes to the same end.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from admin.system import System
from admin.uploads import records
from admin.web.errors import status_of
from archive.access import Actor
from archive.blobs.staging import Staged
from archive.digests import Digests, digests_of
from archive.errors import ArchiveError, Conflict, NotFound, NotPermitted, Refused
from archive.models.receipts import Channel
from archive.models.uploads import Upload, UploadState
from archive.operations.documents import Filed
from archive.operations.receipts import Entry, ReceiptClosed, add_entry, filed_entry, open_receipt, refused_entry
from ingest.describe import Given

EMPTY = "文件是空的（0 字节），请检查来源后重新上传。"


def file_complete(system: System, actor: Actor, upload: Upload) -> None:
    """For an upload of which every byte is here, under its lock: `upload` tells the outcome afterwards.

    A refusal is an outcome. Raises what may pass by itself (EngineDown, DiskFull, Conflict): then nothing is decided, and
    asking again tries again.
    """
    if upload.done:
        return
    place, tried = records.place_of(system), upload.begun
    records.note(upload, {"begun": True})
    digests = digests_of(place.path(upload.id))
    try:
        if upload.size == 0:
            raise Refused(filename=upload.filename, reason=EMPTY)
        filed = _own(upload, _file(system, actor, upload, place.path(upload.id), digests), tried=tried)
    except ArchiveError as error:
        if status_of(error) >= 500 or isinstance(error, Conflict):
            raise
        _refused(system, actor, upload, error, digests)
    else:
        _accepted(system, actor, upload, filed)
    place.remove(upload.id)


def list_again(system: System, actor: Actor, upload: Upload, batch: str, filed: Filed) -> str:
    """A file that is there since an earlier hand-over, handed over again: a line in the new receipt, which it names."""
    return _listed(system, actor, upload, batch, filed_entry(upload.path, Filed(filed.document, filed.version, True),
                                                             key=upload.fingerprint or upload.id))


def _file(system: System, actor: Actor, upload: Upload, path: Path, digests: Digests) -> Filed:
    given = Given(type=upload.type, title=upload.title, doc_date=upload.doc_date)
    with _in_staging(system, path) as near:
        return system.intake.file_staged(actor, upload.project, Staged(near, upload.filename, digests), given)


@contextmanager
def _in_staging(system: System, path: Path) -> Iterator[Path]:
    """A second name for the file, where the store may take it from without copying. Ours stays until the end is noted."""
    near = system.intake.staging / f"in-{path.name}"
    near.parent.mkdir(parents=True, exist_ok=True)
    near.unlink(missing_ok=True)  # of a process that died
    try:
        os.link(path, near)
    except OSError:  # another file system, or one without links: the store copies
        near = path
    try:
        yield near
    finally:
        if near != path:
            near.unlink(missing_ok=True)


def _own(upload: Upload, filed: Filed, *, tried: bool) -> Filed:
    """What an earlier try has filed is no duplicate of itself."""
    version = filed.version
    ours = (tried and filed.duplicate and version.received_by == upload.owner and version.filename == upload.filename
            and version.received_at >= upload.created_at)
    return Filed(filed.document, version, duplicate=False) if ours else filed


def _accepted(system: System, actor: Actor, upload: Upload, filed: Filed) -> None:
    entry = filed_entry(upload.path, filed, key=upload.fingerprint or upload.id)
    receipt = _listed(system, actor, upload, upload.batch, entry)
    state = UploadState.DUPLICATE if filed.duplicate else UploadState.FILED
    records.note(upload, {"state": state.value, "document": filed.document.id, "version": filed.version.id,
                          "sha256": filed.version.sha256, "receipt": receipt, "message": entry.reason})


def _refused(system: System, actor: Actor, upload: Upload, error: ArchiveError, digests: Digests) -> None:
    """The reason stays; of a secret not even the name."""
    entry = refused_entry(upload.path, error, digests, key=upload.fingerprint or upload.id)
    receipt = ""
    with suppress(NotFound, NotPermitted):  # the dossier itself is closed to the sender now
        receipt = _listed(system, actor, upload, upload.batch, entry)
    nameless = dict.fromkeys(("metadata", "filename", "path", "title", "fingerprint"), "") if not entry.path else {}
    message = entry.reason if nameless else str(error)
    records.note(upload, {"state": UploadState.REFUSED.value, "code": error.code, "message": message,
                          "sha256": digests.sha256, "receipt": receipt, **nameless})


def _listed(system: System, actor: Actor, upload: Upload, batch: str, entry: Entry) -> str:
    """The id of the receipt of this batch that has the line now. One that was closed meanwhile is followed by another."""
    if not batch:
        return ""
    for number in range(1, 100):
        name = batch if number == 1 else f"{batch}#{number}"
        receipt = open_receipt(actor, system.clock, upload.project, Channel(upload.channel), batch=name)
        with suppress(ReceiptClosed):
            add_entry(actor, system.clock, receipt.id, entry)
            return str(receipt.id)
    raise Conflict(what="移交清单", key=batch)

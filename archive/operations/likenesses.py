"""Documents that look like versions of one another: found from signatures, decided by people, undone where possible."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from archive import models
from archive.access import Actor, require, system_actor
from archive.clock import Clock
from archive.errors import Conflict, Invalid, NotFound
from archive.models import Document, Member, TextRecord, Version
from archive.models.similarity import Likeness
from archive.operations.alike import alike_ones
from archive.operations.whole_texts import signature_record
from archive.permissions import Permission
from archive.queries import find_document, visible_keys
from archive.similarity import signature_of
from archive.transaction import Transaction, collection, write


def compare(clock: Clock, texts: Mapping[str, Sequence[str]], stored: Sequence[str] = ()) -> int:
    """Keep the signatures of these versions' texts, then propose what they, and the versions whose signatures are `stored`
    already, are nearly the same as; how many pairs.

    First all signatures are stored, then all are looked up: of two that arrive at the same time one finds the other.
    """
    actor = system_actor("guard")
    require(actor, Permission.TEXT_RECORD)
    made = [signature_record(version, signature) for version in Version.objects(id__in=list(texts))
            if (signature := signature_of(texts[version.id]))] if texts else []

    def store(tx: Transaction) -> None:
        for row in made:
            tx.put(row)
        tx.audit("documents.compared", "archive:documents", documents=len(made))

    if made:
        write(actor, clock, store)
    pairs = alike_ones([each.row["_id"] for each in made] + list(stored))
    return write(actor, clock, lambda tx: _propose(tx, pairs)) if pairs else 0


def dismiss(actor: Actor, clock: Clock, key: str) -> None:
    """The two are not the same, and are not proposed again. Raises NotPermitted, NotFound, Conflict."""
    require(actor, Permission.DOCUMENT_CONFIRM)
    _visible(actor, key)

    def work(tx: Transaction) -> None:
        row = _open(tx, key)
        _decide(tx, row, "dismissed")
        tx.audit("document.not-alike", f"document:{row['document']}", other=row["other"], similarity=row["similarity"])

    write(actor, clock, work)


def join(actor: Actor, clock: Clock, key: str) -> str:
    """Make the later document a version of the other; the other's id. Raises Invalid where that cannot be.

    Its bytes, texts and findings move along unchanged; how it was described is kept, for `separate`.
    """
    require(actor, Permission.DOCUMENT_CONFIRM)
    _visible(actor, key)

    def work(tx: Transaction) -> str:
        row = _open(tx, key)
        later, earlier = (tx.fresh(Document, {"_id": row[name]}) for name in ("document", "other"))
        if later is None or earlier is None:
            raise NotFound(what="文件", key=key)
        version = _joinable(tx, later, earlier)
        target = Document._from_son(earlier)
        number = _last_number(tx, target.id) + 1
        tx.remove(Document, {"_id": later["_id"]})
        _move(tx, version["_id"], target.id, number)
        target.current, target.version, target.filename = version["_id"], number, version["filename"]
        _take_text_of(target, later)
        tx.replace(target)
        _decide(tx, row, "joined", kept=later)
        tx.audit("document.joined", f"document:{target.id}", joined=later["_id"], number=number, similarity=row["similarity"])
        _changed(tx, target.id, later["_id"], target.project)
        return str(target.id)

    return write(actor, clock, work)


def separate(actor: Actor, clock: Clock, key: str) -> str:
    """Undo `join`: the version is a document of its own again, as it was described. Raises Invalid where it moved on."""
    require(actor, Permission.DOCUMENT_CONFIRM)
    row = Likeness.objects(id=key, state="joined").first()
    if row is None:
        raise NotFound(what="归并记录", key=key)
    find_document(actor, row.other)

    def work(tx: Transaction) -> str:
        fresh = tx.fresh(Likeness, {"_id": key, "state": "joined"})
        if fresh is None:
            raise Conflict(what="归并记录", key=key)
        target = Document._from_son(tx.fresh(Document, {"_id": fresh["other"]}))
        kept = fresh["kept"]
        if target.current != kept["current"]:
            raise Invalid(field="版本", problem="归并之后又有了更新的版本，不能再分开。")
        before = max(_versions(tx, target.id, {"$ne": kept["current"]}), key=lambda v: int(v["number"]))
        _move(tx, kept["current"], kept["_id"], kept["version"])
        collection(Document).insert_one({**kept, "revision": kept["revision"] + 1}, session=tx.session)
        target.current, target.version, target.filename = before["_id"], before["number"], before["filename"]
        _take_text_of(target, _text_state(tx, before["_id"]))
        tx.replace(target)
        _decide(tx, fresh, "dismissed")
        tx.audit("document.separated", f"document:{target.id}", separated=kept["_id"])
        _changed(tx, target.id, kept["_id"], target.project)
        return str(kept["_id"])

    return write(actor, clock, work)


def likenesses_of(actor: Actor, key: str) -> list[tuple[Likeness, Document]]:
    """Open proposals about a document with the other document of each; only what the actor may see."""
    document = find_document(actor, key)
    found = []
    for row in Likeness.objects(__raw__={"$or": [{"document": document.id}, {"other": document.id}], "state": "open"}):
        try:
            found.append((row, find_document(actor, row.other if row.document == document.id else row.document)))
        except NotFound:
            continue
    return sorted(found, key=lambda pair: -pair[0].similarity)


def twins_of(actor: Actor, keys: Collection[str]) -> dict[str, tuple[float, Document]]:
    """Of each of these documents that has open proposals the most similar other one, of those the actor may see."""
    wanted, dossiers = sorted(keys), visible_keys(actor)
    match = {"$or": [{"document": {"$in": wanted}}, {"other": {"$in": wanted}}], "state": "open"}
    rows = sorted(Likeness.objects(__raw__=match), key=lambda row: row.similarity)
    seen = {} if dossiers is None else {"dossier__in": sorted(dossiers)}
    ends = {key for row in rows for key in (row.document, row.other)}
    documents = {document.id: document for document in Document.objects(id__in=sorted(ends), **seen)}
    return {one: (row.similarity, documents[other]) for row in rows
            for one, other in ((row.document, row.other), (row.other, row.document)) if one in keys and other in documents}


def joined_to(actor: Actor, key: str) -> list[Likeness]:
    """Which versions of a document were documents of their own before, and can be again."""
    document = find_document(actor, key)
    return [row for row in Likeness.objects(other=document.id, state="joined") if row.kept.get("current") == document.current]


def _propose(tx: Transaction, pairs: Sequence[Likeness]) -> int:
    """What a person decided already stays decided."""
    wanted = {pair.id: pair for pair in pairs}
    known = collection(Likeness).find({"_id": {"$in": list(wanted)}}, {"_id": 1}, session=tx.session)
    for row in known:
        del wanted[row["_id"]]
    for pair in wanted.values():
        pair.at = tx.now
        tx.audit("document.alike", f"document:{pair.document}", other=pair.other, similarity=pair.similarity)
    tx.insert_all(list(wanted.values()))
    if not wanted:
        tx.audit("documents.compared", "archive:documents", documents=0)
    return len(wanted)


def _visible(actor: Actor, key: str) -> None:
    row = Likeness.objects(id=key).first()
    if row is None:
        raise NotFound(what="相似文件", key=key)
    find_document(actor, row.document)
    find_document(actor, row.other)


def _open(tx: Transaction, key: str) -> dict[str, Any]:
    row = tx.fresh(Likeness, {"_id": key, "state": "open"})
    if row is None:
        raise Conflict(what="相似文件", key=key)
    return row


def _decide(tx: Transaction, row: Mapping[str, Any], state: str, **more: Any) -> None:
    tx.update(Likeness, row["_id"], {"$set": {"state": state, "decided_at": tx.now, "decided_by": tx.actor.id, **more}})


def _joinable(tx: Transaction, later: Mapping[str, Any], earlier: Mapping[str, Any]) -> dict[str, Any]:
    """The one version that is to move. Raises Invalid saying what stands against it."""
    versions = _versions(tx, later["_id"])
    for stands, problem in (
            (later["dossier"] != earlier["dossier"], "两个文件在不同的项目，不能归为一个文件的两版。"),
            (len(versions) != 1, "后一个文件已有多个版本，不能归并。"),
            (bool(earlier.get("catalogue_only")), "目录条目没有文件内容，不能归并。"),
            (tx.fresh(Member, {"document": later["_id"]}) is not None, "后一个文件是压缩包或邮件，其中的文件已另行归档，不能归并。")):
        if stands:
            raise Invalid(field="归并", problem=problem)
    return versions[0]


def _versions(tx: Transaction, key: str, which: object = None) -> list[dict[str, Any]]:
    match = {"document": key, **({"_id": which} if which else {})}
    return list(collection(Version).find(match, session=tx.session))


def _last_number(tx: Transaction, key: str) -> int:
    return max(int(version["number"]) for version in _versions(tx, key))


def _move(tx: Transaction, version: str, document: str, number: int) -> None:
    """The version, and everything derived from it, says which document it is of; what it was received as stays."""
    tx.update(Version, version, {"$set": {"document": document, "number": number}})
    for model in models.ALL:
        if model not in (Version, Likeness, Member) and {"document", "version"} <= model._fields.keys():
            collection(model).update_many({"version": version}, {"$set": {"document": document}}, session=tx.session)
    tx.update(TextRecord, version, {"$set": {"document": document}})


def _take_text_of(target: Document, row: Mapping[str, Any]) -> None:
    for name in ("text_state", "text_reason", "labels", "personal", "guarded"):
        setattr(target, name, row.get(name, getattr(target, name)))


def _text_state(tx: Transaction, version: str) -> dict[str, Any]:
    record = tx.fresh(TextRecord, {"_id": version})
    state = "pending" if record is None else "read" if record.get("chars") else "no_text"
    return {"text_state": state, "text_reason": "", "labels": [], "personal": {}, "guarded": ""}


def _changed(tx: Transaction, target: str, other: str, project: str) -> None:
    tx.emit("document.text-read", target, project)  # indexed, judged and examined again
    tx.emit("document.text-read", other, project)

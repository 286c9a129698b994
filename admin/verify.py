"""Does everything still agree? Audit chain, every file's digest, objects against database, index against database."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from admin.system import System
from archive import audit
from archive.models import Document, OutboxEvent, TextRecord, Version
from archive.models.connection import database
from archive.operations.receipt_seals import broken_seals
from archive.transaction import collection
from search.errors import IndexNeedsRebuild

AT_ONCE = 1000
INDEX_LAG_NOTE = "索引与数据库的比对：发件箱中还有 {waiting} 件未处理，暂不比对"


@dataclass(slots=True)
class Verdict:
    """`checked` counts by what was looked at; `not_checked` says what was left out and why; `problems` name the thing."""

    checked: dict[str, int] = field(default_factory=dict)
    not_checked: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def verify(system: System, *, sample: int | None = None, progress: Callable[[int], None] | None = None) -> Verdict:
    """Check everything, or a random `sample` of the files and everything else."""
    verdict = Verdict()
    count, problems = audit.verify()
    verdict.checked["audit_entries"] = count
    verdict.problems += problems
    _files(system, verdict, sample, progress)
    _names(verdict)
    verdict.checked["receipts"], altered = broken_seals()
    verdict.problems += [f"移交清单 {number} 的内容与关闭时的摘要不符" for number in altered]
    try:
        _index(system, verdict)
    except IndexNeedsRebuild as error:
        verdict.problems.append(str(error))
    return verdict


def verify_files(system: System, sample: int) -> Verdict:
    """The fixity job: re-read a random sample of the stored files."""
    verdict = Verdict()
    _files(system, verdict, sample, None)
    return verdict


def _files(system: System, verdict: Verdict, sample: int | None, progress: Callable[[int], None] | None) -> None:
    named: dict[str, str] = dict(Version.objects.scalar("sha256", "document"))
    chosen = sorted(named) if sample is None or sample >= len(named) else random.sample(sorted(named), sample)
    for done, digest in enumerate(chosen, 1):
        if not system.blobs.exists(digest):
            verdict.problems.append(f"文件 {named[digest]} 的对象 {digest} 缺失")
        elif not system.blobs.verify(digest):
            verdict.problems.append(f"文件 {named[digest]} 的对象 {digest} 内容与摘要不符")
        if progress:
            progress(done)
    verdict.checked["files"] = len(chosen)
    if len(chosen) < len(named):
        verdict.not_checked.append(f"抽查：其余 {len(named) - len(chosen)} 个文件的摘要未重算")
    extra = sum(1 for digest in system.blobs.digests() if digest not in named)
    verdict.checked["objects"] = len(named) + extra
    if extra:
        verdict.not_checked.append(f"{extra} 个对象没有被任何文件引用（中断的上传留下，宽限期后清理）")


def _names(verdict: Verdict) -> None:
    """Every document has its current version, every version its document, every text its version."""
    with database().client.start_session(snapshot=True) as session:  # one moment: documents arrive meanwhile
        versions = {row["_id"]: row["document"]
                    for row in collection(Version).find({}, {"document": 1}, session=session)}
        documents = list(collection(Document).find({}, {"current": 1, "catalogue_only": 1}, session=session))
        texts = [row["_id"] for row in collection(TextRecord).find({}, {"_id": 1}, session=session)]
    known = {row["_id"] for row in documents}
    verdict.problems += [f"文件 {row['_id']} 没有对应的当前版本" for row in documents
                         if not row.get("catalogue_only") and versions.get(row.get("current", "")) != row["_id"]]
    verdict.problems += [f"版本 {key} 所属的文件 {owner} 不存在" for key, owner in versions.items() if owner not in known]
    verdict.problems += [f"文字记录 {key} 没有对应的版本" for key in texts if key not in versions]
    verdict.checked["documents"], verdict.checked["versions"] = len(documents), len(versions)


def _index(system: System, verdict: Verdict) -> None:
    """Index and database hold the same documents at the same revision; what is still on its way is not held against it.

    The index has no moments to go back to, so what differs is looked at once more before it is called a problem.
    """
    moving = _moving()
    stored = _revisions({})
    indexed = set(system.index.ids())
    held = _held(system, sorted(indexed))
    differing = sorted(key for key in stored.keys() | indexed if key not in moving and held.get(key) != stored.get(key))
    again, held = _revisions({"_id": {"$in": differing}}), _held(system, differing)
    moving |= _moving()
    for key in differing:
        if key not in moving and (problem := _index_problem(key, again.get(key), held.get(key))):
            verdict.problems.append(problem)
    verdict.checked["indexed"] = len(indexed)
    if moving:
        verdict.not_checked.append(INDEX_LAG_NOTE.format(waiting=len(moving)))


def _held(system: System, keys: Sequence[str]) -> dict[str, int]:
    """Which revision of each document the index holds, asked for many at a time."""
    held: dict[str, int] = {}
    for start in range(0, len(keys), AT_ONCE):
        held |= system.index.versions_of(keys[start:start + AT_ONCE])
    return held


def _moving() -> set[str]:
    return {row["subject"] for row in collection(OutboxEvent).find({"finished": False}, {"subject": 1})}


def _revisions(match: dict[str, Any]) -> dict[str, int]:
    return {row["_id"]: row["revision"] for row in collection(Document).find(match, {"revision": 1})}


def _index_problem(key: str, stored: int | None, indexed: int | None) -> str:
    if stored is not None and indexed is None:
        return f"文件 {key} 不在检索索引中；可运行 dangan reindex"
    if stored is None and indexed is not None:
        return f"检索索引中的 {key} 在数据库中不存在；可运行 dangan reindex"
    return f"文件 {key} 在检索索引中的版本已过时；可运行 dangan reindex" if stored != indexed else ""

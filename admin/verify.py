"""Does everything still agree? Audit chain, every file's digest, objects against database, index against database."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from admin.system import System
from archive import audit
from archive.models import Document, OutboxEvent, TextRecord, Version
from archive.transaction import collection

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
    _index(system, verdict)
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
    versions = {row["_id"]: row["document"] for row in collection(Version).find({}, {"document": 1})}
    documents = {row["_id"] for row in collection(Document).find({}, {"_id": 1})}
    for row in collection(Document).find({"catalogue_only": {"$ne": True}}, {"current": 1}):
        if versions.get(row.get("current", "")) != row["_id"]:
            verdict.problems.append(f"文件 {row['_id']} 没有对应的当前版本")
    verdict.problems += [f"版本 {key} 所属的文件 {owner} 不存在" for key, owner in versions.items()
                         if owner not in documents]
    verdict.problems += [f"文字记录 {row['_id']} 没有对应的版本"
                         for row in collection(TextRecord).find({}, {"_id": 1}) if row["_id"] not in versions]
    verdict.checked["documents"], verdict.checked["versions"] = len(documents), len(versions)


def _index(system: System, verdict: Verdict) -> None:
    """Index and database hold the same documents at the same revision; what is still on its way is not held against it."""
    moving = {row["subject"] for row in collection(OutboxEvent).find({"finished": False}, {"subject": 1})}
    stored = {row["_id"]: row["revision"] for row in collection(Document).find({}, {"revision": 1})}
    indexed = set(system.index.ids())
    for key in _settled(stored.keys() - indexed, moving):
        verdict.problems.append(f"文件 {key} 不在检索索引中；可运行 dangan reindex")
    for key in _settled(indexed - stored.keys(), moving):
        verdict.problems.append(f"检索索引中的 {key} 在数据库中不存在；可运行 dangan reindex")
    for key in _settled(stored.keys() & indexed, moving):
        if system.index.version_of(key) != stored[key]:
            verdict.problems.append(f"文件 {key} 在检索索引中的版本已过时；可运行 dangan reindex")
    verdict.checked["indexed"] = len(indexed)
    if moving:
        verdict.not_checked.append(INDEX_LAG_NOTE.format(waiting=len(moving)))


def _settled(keys: set[str], moving: set[str]) -> Iterator[str]:
    return iter(sorted(keys - moving))

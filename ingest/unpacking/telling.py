"""What the keeper of a bundle is told of it: every member that could not be had, and why; the harmless in one line."""

from collections.abc import Iterator

from archive.models import Member, Outcome, Unpacking, UnpackState
from archive.remarks import Remark, Severity

SOURCE = "unpack 1"
MOST_NAMED = 80
_TOLD = (Outcome.REFUSED.value, Outcome.UNREADABLE.value, Outcome.ENCRYPTED.value)
_SHORT = (UnpackState.PARTIAL.value, UnpackState.REFUSED.value)


def remarks_on(unpacking: Unpacking) -> list[Remark]:
    return [*_ending(unpacking), *_named(unpacking.id), *_counted(unpacking.id)]


def _ending(unpacking: Unpacking) -> Iterator[Remark]:
    if unpacking.state in _SHORT:
        yield Remark(f"unpack.{unpacking.state}", Severity.PROBLEM, unpacking.reason)


def _named(version: str) -> Iterator[Remark]:
    found = Member.objects(version=version, outcome__in=_TOLD).order_by("number")
    for member in found.limit(MOST_NAMED):
        secret = not member.path
        name = f"第 {member.number} 个文件（名称不予显示）" if secret else f"“{member.path}”"
        yield Remark(f"member.{'secret' if secret else member.outcome}", Severity.PROBLEM if secret else Severity.WARNING,
                     f"包内{name}没有收录：{member.reason}")
    if (more := found.count() - MOST_NAMED) > 0:
        yield Remark("member.more", Severity.WARNING, f"另有 {more} 个包内文件没有收录，见“包内文件”。")


def _counted(version: str) -> Iterator[Remark]:
    if count := Member.objects(version=version, outside=True).count():
        yield Remark("member.outside", Severity.WARNING, f"有 {count} 个包内文件的路径指向包外（绝对路径或“..”），这是攻击的手法；"
                     "文件按包内路径收录，请核对来源。")
    if count := Member.objects(version=version, outcome=Outcome.SKIPPED.value).count():
        yield Remark("member.skipped", Severity.INFO, f"有 {count} 个链接、特殊文件或系统临时文件没有收录。")
    if count := Member.objects(version=version, outcome=Outcome.DUPLICATE.value).count():
        yield Remark("member.duplicate", Severity.INFO, f"有 {count} 个包内文件与本案卷已有的内容相同，没有重复保存。")

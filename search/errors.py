"""What search can refuse."""

from typing import ClassVar

from archive.errors import ArchiveError


class QueryTooLong(ArchiveError):
    code: ClassVar[str] = "search.query-too-long"
    text: ClassVar[str] = "检索词共 {length} 字，超过上限 {limit} 字，没有执行检索。请删减内容，只保留关键的词语。"


class PersonalNumberAsked(ArchiveError):
    code: ClassVar[str] = "search.personal-number"
    text: ClassVar[str] = "检索词含有完整的{kind}。按号码查找个人须有查看个人信息的权限，本次没有检索；请改用其他检索词，或联系档案员。"


class IndexBusy(ArchiveError):
    code: ClassVar[str] = "search.index-busy"
    text: ClassVar[str] = "检索索引（{place}）正由另一个进程写入，本次写入没有进行。请等它结束，或停止后台进程后重试。"


class IndexNeedsRebuild(ArchiveError):
    code: ClassVar[str] = "search.index-needs-rebuild"
    text: ClassVar[str] = "检索索引不能使用：{reason}。案卷和文件不受影响，请运行 dangan reindex 重建索引。"


class RebuildNotRunning(ArchiveError):
    code: ClassVar[str] = "search.rebuild-not-running"
    text: ClassVar[str] = "索引重建没有开始或已被中止，本次操作没有执行。请重新运行 dangan reindex。"

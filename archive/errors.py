"""What the archive can refuse, as facts. Errors know nothing of HTTP or exit codes; `admin` maps them in one table."""

from typing import ClassVar

from archive.personal import mask_values


class ArchiveError(Exception):
    """Something the caller can understand and perhaps correct. Bugs are other exceptions.

    `text` is a template over the keyword facts; it says what happened, why, and what to do.
    Personal numbers in it are masked: messages go to pages, mails and logs.
    """

    code: ClassVar[str] = "archive.error"
    text: ClassVar[str] = "档案系统拒绝了这次操作。"

    def __init__(self, **facts: object) -> None:
        super().__init__(self.text.format_map({name: mask_values(fact) for name, fact in facts.items()}))
        self.facts = facts


class NotPermitted(ArchiveError):
    code = "archive.not-permitted"
    text = "您的角色不能进行此操作（{permission}）。如确有需要，请联系安全保密管理员调整授权。"


class NotFound(ArchiveError):
    code = "archive.not-found"
    text = "没有找到{what}“{key}”，或者您无权查看。请核对编号。"


class Withdrawn(NotFound):
    """There was such a document; it bore a secrecy marking, so nothing of it is left but the trace."""

    code = "archive.withdrawn"
    text = ("文件“{key}”已于 {day} 移除：{reason}。系统中不再保存其内容；"
            "请登记目录条目（脱密题名与存放位置），原件按保密规定移交保管。")


class Invalid(ArchiveError):
    code = "archive.invalid"
    text = "{field}：{problem}"


class Conflict(ArchiveError):
    code = "archive.conflict"
    text = "{what}“{key}”刚被他人修改，您的修改没有保存。请刷新页面后重新填写。"


class AlreadyExists(ArchiveError):
    code = "archive.already-exists"
    text = "{what}“{key}”已存在，没有重复建立。"


class Refused(ArchiveError):
    """A file the archive may not keep. The bytes are dropped; the refusal is audited."""

    code = "archive.refused"
    text = "文件“{filename}”未收入：{reason}"


class Secret(Refused):
    """It bears a state-secret marking: whoever tells of the refusal leaves out its name, too."""


class EngineDown(ArchiveError):
    code = "archive.engine-down"
    text = "{engine}暂时连接不上（{reason}）。请稍后再试，或运行 dangan doctor 查看原因。"


class DiskFull(ArchiveError):
    """There is no room for what arrives; nothing of it was kept."""

    code = "archive.disk-full"
    text = "服务器的磁盘空间不足，文件没有保存。请通知系统管理员清理或扩容后重新上传。"


class Damaged(ArchiveError):
    code = "archive.damaged"
    text = "对象 {digest} 的内容与登记的摘要不符或已缺失。请立即通知系统管理员并从备份恢复。"


class Locked(ArchiveError):
    """An object under retention or legal hold was to be deleted or its protection weakened; nothing changed."""

    code = "archive.locked"
    text = "对象 {digest} 受保护（{lock}），不能删除，也不能缩短保护期。保护期满或解除冻结后再操作。"


class StoreUnfit(ArchiveError):
    """The store is there but cannot do what the settings ask of it."""

    code = "archive.store-unfit"
    text = "存储 {place} 不能使用：{reason}"

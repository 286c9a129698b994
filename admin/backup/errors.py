"""What backup and restore can refuse. Each sentence says whether anything was written."""

from typing import ClassVar

from archive.errors import ArchiveError


class BackupBusy(ArchiveError):
    code = "backup.busy"
    text = "备份文件夹 {folder} 正由进程 {pid} 使用（{what}）。请等它结束后再试。"


class BackupFailed(ArchiveError):
    """The folder could not be written: full, gone, read-only."""

    code = "backup.failed"
    text = "备份没有完成：{reason}。以前的备份没有受影响；处理后再运行一次，已复制的对象不会重复复制。"


class SnapshotLost(ArchiveError):
    code = "backup.snapshot-lost"
    text = ("备份没有完成：数据库没能把同一时刻的内容保持到复制结束（{reason}），已试 {times} 次。"
            "以前的备份没有受影响。请在较空闲时再试，或在数据库上调大 minSnapshotHistoryWindowInSeconds。")


class ForeignBackup(ArchiveError):
    code = "backup.foreign"
    text = "{folder} 里已有另一个档案库的备份，两个档案库不能混放。没有写入任何数据；请换一个文件夹。"


class BackupsGone(ArchiveError):
    """A mount point without its disk looks like an empty folder: a backup into it would fill the wrong disk."""

    code = "backup.gone"
    text = ("没有做备份：上一次备份 {snapshot} 就在 {folder}，现在那里没有任何备份，可能是磁盘没有挂载。"
            "请检查挂载；若确实要在空文件夹里重新开始，请手工运行一次 dangan backup {folder}。")


class NoBackup(ArchiveError):
    code = "backup.none"
    text = "{folder} 里没有{wanted}。请核对路径，可用 dangan backup {folder} --list 列出其中的备份。"


class BadBackup(ArchiveError):
    code = "backup.bad"
    text = "备份 {snapshot} 不能使用：{problem}。没有写入任何数据；请换一份备份（--snapshot 指定，dangan backup --list 列出）。"


class NotEmpty(ArchiveError):
    code = "restore.not-empty"
    text = ("恢复只写入空的档案库，而这里已有：{found}。没有写入任何数据；"
            "请用 DANGAN_DATA_DIR（以及数据库、桶、索引的设置）指向空的位置。")


class ArchiveInUse(ArchiveError):
    code = "restore.in-use"
    text = "有进程正在使用这个档案库（{who}），不能恢复。没有写入任何数据；请先停止 dangan serve、web、worker 再试。"


class OtherRestore(ArchiveError):
    code = "restore.other"
    text = ("这个档案库有一次没有完成的恢复，来自备份 {began}，现在给的是 {given}。没有写入任何数据；"
            "请用同一份备份（--snapshot {began}）做完，或换一个空的档案库。")


class RestoreFailed(ArchiveError):
    """A folder could not be read or written on the way: full, gone, a disk error."""

    code = "restore.failed"
    text = "恢复没有做完：{reason}。处理后再运行一次同样的命令，会接着做完；在此之前这个档案库不能使用。"


class HalfRestored(ArchiveError):
    """Nobody may work on it: what is missing would look like what never was."""

    code: ClassVar[str] = "restore.unfinished"
    text: ClassVar[str] = ("这个档案库从备份 {snapshot} 的恢复没有做完，内容不全，不能使用。"
                           "请先再运行一次 dangan restore {source}，它会接着做完。")

"""What is known of backups made and drills held: for `doctor`, `/metrics` and the operations page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from archive.models import AuditEntry, JobRun
from archive.transaction import collection

STALE = timedelta(hours=50)  # two days of a daily job and a little
DRILL_STALE = timedelta(days=15)


@dataclass(frozen=True, slots=True)
class LastBackup:
    at: datetime
    snapshot: str
    path: str
    problems: int


@dataclass(frozen=True, slots=True)
class LastDrill:
    """`age_s`: recovery point, `restore_s`: recovery time, in seconds."""

    at: datetime
    snapshot: str
    age_s: float
    restore_s: float
    problems: int


def last_backup() -> LastBackup | None:
    """The newest backup this archive knows of, whoever made it: from its own audit trail."""
    row = collection(AuditEntry).find_one({"subject": "backup", "action": "backup.made"}, sort=[("_id", -1)])
    if row is None:
        return None
    detail = row["detail"]
    return LastBackup(row["at"], detail["snapshot"], detail["path"], len(detail["problems"]))


def last_drill() -> LastDrill | None:
    """The newest drill that came to an end."""
    held = {"job": "backup.drill", "outcome": {"$in": ["done", "attention"]}, "result.snapshot": {"$exists": True}}
    row = collection(JobRun).find_one(held, sort=[("started_at", -1)])
    if row is None:
        return None
    result = row["result"]
    return LastDrill(row["started_at"], result["snapshot"], result["age_s"], result["restore_s"], len(result["problems"]))


def gauges() -> Mapping[str, tuple[str, float]]:
    """Numbers for `/metrics` by name, with what each is; 0 where there was none."""
    backup, drill = last_backup(), last_drill()
    sound = drill if drill and not drill.problems else None
    return {
        "dangan_backup_last_success_timestamp_seconds": (
            "When the last backup was made; 0: never", backup.at.timestamp() if backup else 0.0),
        "dangan_backup_last_problems": ("Objects the last backup could not copy", float(backup.problems if backup else 0)),
        "dangan_restore_drill_last_success_timestamp_seconds": (
            "Start of the last restore drill if it found no problem; 0: none", sound.at.timestamp() if sound else 0.0),
        "dangan_restore_drill_recovery_point_seconds": (
            "Age of the snapshot restored by the last drill", drill.age_s if drill else 0.0),
        "dangan_restore_drill_recovery_time_seconds": (
            "How long restoring took in the last drill", drill.restore_s if drill else 0.0)}


def described(now: datetime) -> list[tuple[str, bool, str, str]]:
    """For `doctor`: what it is about, whether all is well, what is so, what to do."""
    return [_backup_line(last_backup(), now), _drill_line(last_drill(), now)]


def _backup_line(last: LastBackup | None, now: datetime) -> tuple[str, bool, str, str]:
    if last is None:
        return "备份", False, "还没有做过备份", "请运行 dangan backup 文件夹，或设置 DANGAN_BACKUP_DIR 由定时任务每天备份"
    good = now - last.at < STALE and not last.problems
    detail = f"最近一次 {last.snapshot}（{_ago(now - last.at)}前）" + (f"，{last.problems} 个对象没有备份到" if last.problems else "")
    return "备份", good, detail, "" if good else "请查看任务 backup.daily 的记录，或运行 dangan backup"


def _drill_line(last: LastDrill | None, now: datetime) -> tuple[str, bool, str, str]:
    if last is None:
        return "恢复演练", False, "还没有做过", "设置 DANGAN_BACKUP_DIR 后每周进行；也可运行 dangan jobs run backup.drill"
    good = now - last.at < DRILL_STALE and not last.problems
    detail = (f"{last.snapshot}，{_ago(now - last.at)}前，恢复用时 {last.restore_s:.0f} 秒，"
              f"{f'发现 {last.problems} 处问题' if last.problems else '核对无误'}")
    return "恢复演练", good, detail, "" if good else "请查看任务 backup.drill 的记录"


def _ago(span: timedelta) -> str:
    hours = int(span.total_seconds() // 3600)
    return f"{hours // 24} 天" if hours >= 48 else f"{hours} 小时"


def as_result(values: Mapping[str, Any]) -> dict[str, Any]:
    """A job's result: long lists cut, for it is kept in the database and the audit trail."""
    return {key: value[:50] if isinstance(value, list) else value for key, value in values.items()}

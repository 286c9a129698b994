"""When the jobs have been silent for too long, and what to say of it. Pure: times in, a sentence out."""

from dataclasses import dataclass
from datetime import datetime, timedelta

QUIET = timedelta(minutes=15)  # a restart of the worker is no silence


@dataclass(frozen=True, slots=True)
class Signs:
    """The last signs of life: of the scheduler, and of an evaluation of everything that was completed.

    `beat_at` None: no scheduler is on duty; `judged_at` None: there never was one. `since` is from when this process
    has been looking: it cannot say more than that nothing came since then.
    """

    beat_at: datetime | None
    judged_at: datetime | None
    since: datetime


def silence(signs: Signs, now: datetime, hours: int) -> str:
    """What is wrong, for people; empty while all is well. A clock that was set back is no silence."""
    judged = now - (signs.judged_at or signs.since)
    if judged > timedelta(hours=hours):
        known = "上次完成是" if signs.judged_at else "从未完成，已等待"
        return f"超过 {hours} 小时没有完成全部项目的核对（{known} {_ago(judged)}{'前' if signs.judged_at else ''}）。"
    beat = now - (signs.beat_at or signs.since)
    if beat > QUIET:
        return f"任务调度已有 {_ago(beat)}没有动静，定时核对和提醒邮件都已停止。"
    return ""


def _ago(length: timedelta) -> str:
    hours = int(length.total_seconds() // 3600)
    if hours >= 48:
        return f"{hours // 24} 天"
    return f"{hours} 小时" if hours else f"{int(length.total_seconds() // 60)} 分钟"

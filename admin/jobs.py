"""The scheduled jobs: one table, one way to run them, every run recorded."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from admin import digests
from admin.backup import marker, scheduled
from admin.erasing import erase_again
from admin.judging import several
from admin.notices.bounces import read_bounces
from admin.notices.escalation import escalate
from admin.notices.urgent import write_urgent
from admin.notices.weekly import write_weekly
from admin.notices.workdays import warn
from admin.system import System
from admin.uploads import records as uploads
from admin.verify import verify_files
from archive import leases
from archive.access import Actor, require, system_actor
from archive.blobs import staging
from archive.errors import ArchiveError, Locked, NotFound
from archive.models import JobRun, Version, new_id
from archive.operations.receipts import close_idle
from archive.permissions import Permission
from archive.transaction import Transaction, collection, write
from ingest.field_reading import FieldReader
from retention.alerts import refresh
from retention.backtesting import go_on
from retention.inbox import fill
from retention.missed_days import make_up, missed
from retention.open_alerts import line_parts
from retention.work_years import last_change

FIXITY_SAMPLE = 200
BACKTEST_SECONDS = 45.0
JUDGES_ALL = ("compliance.nightly", "compliance.recalculate")
RUN_TERM = timedelta(seconds=60)  # renewed while the job runs


class JobBusy(ArchiveError):
    code = "jobs.busy"
    text = "任务 {job}（或与它互斥的任务）正在运行，请等它结束后再试。"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a job did, as numbers; `attention` where somebody should look."""

    result: Mapping[str, Any]
    attention: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """`hour`/`minute` of every day (of every `weekday`, 0 is Monday) in the archive's zone, or `every` so many seconds.

    A `slow` job may take hours: the others do not wait for it.
    Jobs with the same `group` never run at the same time, in whatever process.
    """

    id: str
    about: str
    run: Callable[[System, date], Outcome]
    hour: int = 0
    minute: int = 0
    every: int = 0
    group: str = ""
    weekday: int | None = None
    slow: bool = False

    @property
    def lease(self) -> str:
        return f"job:{self.group or self.id}"

    @property
    def daily(self) -> bool:
        return self.every == 0

    @property
    def when(self) -> str:
        if not self.daily:
            return f"每 {self.every} 秒"
        day = "每天" if self.weekday is None else f"每周{'一二三四五六日'[self.weekday]}"
        return f"{day} {self.hour:02}:{self.minute:02}"

    def due_since(self, now: datetime) -> date | None:
        """The day whose hour came last, `now` in the archive's zone: a run is owed since then. None before today's hour.

        What a day missed is made up for on that day; what a week missed, until the next one's turn.
        """
        if not self.daily:
            return None
        early = now.time() < time(self.hour, self.minute)
        if self.weekday is None:
            return None if early else now.date()
        back = (now.weekday() - self.weekday) % 7
        return now.date() - timedelta(days=7 if early and back == 0 else back)


def _compliance(system: System, today: date) -> Outcome:
    sweep = refresh(system.judge, None, today, record_sweep=True, hands=several(system.settings))
    return Outcome(asdict(sweep))


def _recalculate(system: System, today: date) -> Outcome:
    """Working days were changed since everything was judged last: any term may end on another day now."""
    step = last_change()
    if step is None or JobRun.objects(job__in=JUDGES_ALL, outcome__in=("done", "attention"), started_at__gt=step.at).first():
        return Outcome({})
    return Outcome({**asdict(refresh(system.judge, None, today, hands=several(system.settings))), "because": step.note or step.what})


def _workdays(system: System, today: date) -> Outcome:
    if marker.notices_paused():
        return Outcome({"paused": marker.PAUSED_TEXT}, attention=True)
    return Outcome({"told": warn(system, today)})


def _missed(system: System, today: date) -> Outcome:
    """Days the scheduler was silent through: judged as of each, after today's own evaluation."""
    days = missed(days_done("compliance.nightly"), today)
    return Outcome({"days": [day.isoformat() for day in days], "projects": sum(make_up(system.judge, day) for day in days)})


def _notices(system: System, today: date) -> Outcome:
    if marker.notices_paused():
        return Outcome({"paused": marker.PAUSED_TEXT}, attention=True)
    escalated = escalate(system, today)
    told = fill(digests.ACTOR, system.clock, line_parts(today), today)
    post = digests.run(system, today)
    return Outcome({**asdict(post), "escalated": escalated, "inbox": told}, attention=bool(post.rejected or post.uncertain))


def _urgent(system: System, today: date) -> Outcome:
    """A minute in which nothing became critical writes nothing; sending what waits is `notices.resend`'s."""
    written = 0 if marker.notices_paused() else write_urgent(system, today)
    if not written:
        return Outcome({})
    post = digests.send_mails(system, digests.Post(written=written))
    return Outcome(asdict(post), attention=bool(post.rejected or post.uncertain))


def _bounces(system: System, _today: date) -> Outcome:
    """Mails that came back count as not delivered, and somebody has to correct an address."""
    found = read_bounces(system)
    return Outcome(found, attention=bool(found.get("bounced")))


def _weekly(system: System, today: date) -> Outcome:
    if marker.notices_paused():
        return Outcome({"paused": marker.PAUSED_TEXT}, attention=True)
    post = digests.send_mails(system, digests.Post(written=write_weekly(system, today)))
    return Outcome(asdict(post), attention=bool(post.rejected or post.uncertain))


def _resend(system: System, _today: date) -> Outcome:
    if marker.notices_paused():
        return Outcome({})
    post = digests.send_mails(system)
    return Outcome(asdict(post), attention=bool(post.rejected or post.uncertain))


def _fixity(system: System, _today: date) -> Outcome:
    verdict = verify_files(system, FIXITY_SAMPLE)
    return Outcome({"checked": verdict.checked.get("files", 0), "problems": verdict.problems}, bool(verdict.problems))


def _sweep(system: System, _today: date) -> Outcome:
    """Remove what interrupted uploads left: staged files and objects that nothing names, after a grace period."""
    moment = system.clock.now().timestamp()
    staged = staging.sweep(system.intake.staging, moment)
    named = {row["sha256"] for row in collection(Version).find({}, {"_id": 0, "sha256": 1})}
    removed = locked = 0
    for digest in list(system.blobs.digests()):
        if digest not in named:
            try:
                removed += system.blobs.delete_if_old(digest, moment - staging.STALE_SECONDS)
            except Locked:  # a default retention guards what nobody named, too: it goes when that ends
                locked += 1
    unfinished = system.blobs.tidy(moment - staging.STALE_SECONDS)
    derived = system.derived.forget_all_but(named)
    return Outcome({"staged": staged, "objects": removed, "locked": locked, "unfinished": unfinished, "derived": derived})


def _receipts(system: System, _today: date) -> Outcome:
    closed, dropped = close_idle(system_actor("receipts"), system.clock)
    return Outcome({"closed": closed, "dropped": dropped})


def _erase(system: System, _today: date) -> Outcome:
    """Bytes of withdrawn files that a lock still guards are everybody's business until they are gone."""
    left = erase_again(system)
    return Outcome(left, bool(left["locked"]))


def _uploads(system: System, _today: date) -> Outcome:
    expired, files = uploads.sweep(system)
    return Outcome({"expired": expired, "files": files})


def _locks(system: System, _today: date) -> Outcome:
    """What protects the objects is read back from the store; a difference from the settings is everybody's business."""
    info = system.blobs.info()
    return Outcome({"place": info.place, "locks": info.locks, "alarms": list(info.alarms)}, bool(info.alarms))


def _backup(system: System, _today: date) -> Outcome:
    return Outcome(*scheduled.daily(system))


def _drill(system: System, _today: date) -> Outcome:
    return Outcome(*scheduled.weekly_drill(system))


def _fields(system: System, _: date) -> Outcome:
    return Outcome({"documents": FieldReader(system.clock).renew()})


def _backtest(system: System, _today: date) -> Outcome:
    """A slice at a time: a worker that is to stop need not wait for all projects."""
    done = go_on(system.judge, BACKTEST_SECONDS)
    return Outcome(asdict(done))


JOBS: tuple[Job, ...] = (
    Job("compliance.nightly", "对全部项目逐条核对规则，开启、变更、关闭预警", _compliance, hour=1, minute=30),
    Job("compliance.missed", "停机期间没有核对的日子逐日补核，记入核对台账", _missed, hour=2, minute=0, slow=True),
    Job("compliance.recalculate", "工作日数据改动后重新核对全部项目", _recalculate, every=60, slow=True),
    Job("workdays.warn", "下一年没有放假调休安排时，自 10 月 1 日起每周提醒系统管理员和档案员", _workdays, hour=7, minute=50),
    Job("archive.fixity", f"重读 {FIXITY_SAMPLE} 个文件并核对摘要", _fixity, hour=3, minute=0),
    Job("archive.sweep", "清理中断的上传留下的临时文件和无主对象", _sweep, hour=4, minute=0),
    Job("fields.renew", "以新的提取规则重读文件中的字段，人工确认的不变", _fields, hour=2, minute=30, slow=True),
    Job("receipts.idle", "关闭一天没有动过的移交清单，撤销始终为空的", _receipts, every=3600),
    Job("archive.erase", "再次删除因密级标志移除、当时受锁定保护的文件内容", _erase, hour=4, minute=15),
    Job("uploads.sweep", "清理过期的断点续传", _uploads, every=3600),
    Job("storage.locks", "读回文件存储的锁定设置，与设置不符时报警", _locks, hour=4, minute=30),
    Job("notices.daily", "撰写并发送当天到期的提醒邮件", _notices, hour=8, minute=0, group="notices"),
    Job("notices.urgent", "新出现的严重事项立即发信，不等每日提醒", _urgent, every=60, group="notices"),
    Job("notices.weekly", "到了设定的星期几，给主管各发一封每周汇总；错过的在一周内补发", _weekly, hour=8, minute=10, group="notices"),
    Job("notices.bounces", "读退信邮箱，把退回的邮件记为未送达；没有设置则不做", _bounces, every=300),
    Job("notices.resend", "重发因邮件服务器故障而暂缓的邮件", _resend, every=60, group="notices"),
    Job("rules.backtest", "对提出的规则参数修改、规则的两个版本回测全部项目；没有待做的则不做", _backtest, every=10, slow=True),
    Job("backup.daily", "备份到 DANGAN_BACKUP_DIR；没有设置则不做", _backup, hour=22, minute=30, group="backup", slow=True),
    Job("backup.drill", "把最新的备份恢复到临时位置、核对、记下用时后删除", _drill, hour=10, weekday=6, group="backup",
        slow=True),
)


def find_job(key: str) -> Job:
    for job in JOBS:
        if job.id == key:
            return job
    raise NotFound(what="任务", key=key)


def run_job(system: System, actor: Actor, key: str, today: date | None = None) -> JobRun:
    """Run a job now and record it. Raises NotFound, NotPermitted, JobBusy; a failure of the job is in the record."""
    require(actor, Permission.JOB_RUN)
    job, day, holder = find_job(key), today or system.clock.today(), new_id()
    with leases.held(job.lease, holder, system.clock, RUN_TERM) as ours:
        if not ours:
            raise JobBusy(job=key)
        _bury(job, system)
        return _record(system, actor, job, day)


def last_runs() -> dict[str, JobRun]:
    """The newest run of each job."""
    found = {job.id: JobRun.objects(job=job.id).order_by("-started_at").first() for job in JOBS}
    return {key: run for key, run in found.items() if run is not None}


def done_on(key: str, day: date) -> bool:
    return done_between(key, day, day)


def done_between(key: str, first: date, last: date) -> bool:
    """Whether it ran on one of these days. Days after `last` do not count: the clock may have been ahead for a while."""
    days = {"day__gte": first.isoformat(), "day__lte": last.isoformat()}
    return JobRun.objects(job=key, outcome__in=("done", "attention"), **days).first() is not None


def days_done(key: str) -> list[date]:
    """The days of which it ran to its end."""
    return [date.fromisoformat(day) for day in JobRun.objects(job=key, outcome__in=("done", "attention")).distinct("day")]


def _bury(job: Job, system: System) -> None:
    """Runs that never ended: their process died, for the lease is ours now."""
    collection(JobRun).update_many({"job": job.id, "outcome": "running"}, {"$set": {
        "outcome": "failed", "error": "进程在运行中被中断，没有完成；已由之后的运行补做。", "ended_at": system.clock.now()}})


def _record(system: System, actor: Actor, job: Job, day: date) -> JobRun:
    run = JobRun(job=job.id, day=day.isoformat(), by=actor.id, started_at=system.clock.now())
    runs = collection(JobRun)
    runs.insert_one(run.as_mongo())
    try:
        outcome = job.run(system, day)
        run.outcome, run.result = "attention" if outcome.attention else "done", dict(outcome.result)
    except Exception as error:  # recorded and shown; the scheduler goes on with the other jobs
        run.outcome, run.error = "failed", f"{type(error).__name__}: {error}"[:2000]
    run.ended_at = system.clock.now()
    if not job.daily and run.outcome == "done" and not any(run.result.values()):
        runs.delete_one({"_id": run.id})  # a minute's look that found nothing to do is no news
        return run

    def work(tx: Transaction) -> None:
        tx.put(run)
        tx.audit("job.ran", f"job:{job.id}", day=run.day, outcome=run.outcome, result=run.result, error=run.error)

    write(actor, system.clock, work)
    return run

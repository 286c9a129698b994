"""jobs list, jobs run."""

from datetime import datetime

import click

from admin.cli.common import LOCAL, as_json, as_of, day_of, opened, show
from admin.jobs import JOBS, last_runs, run_job


@click.group()
def jobs() -> None:
    """定时任务。"""


@jobs.command("list")
@as_json
def list_(as_json: bool) -> None:
    """列出任务及最近一次运行。"""
    with opened():
        runs = last_runs()
        items = [{"id": job.id, "when": job.when, "about": job.about,
                  "last_started_at": runs[job.id].started_at if job.id in runs else None,
                  "last_outcome": runs[job.id].outcome if job.id in runs else None} for job in JOBS]
    if as_json:
        return show({"items": items, "total": len(items)})
    for item in items:
        click.echo(f"{item['id']}\t{item['when']}\t{item['last_outcome'] or '尚未运行'}\t{item['about']}")
    return None


@jobs.command()
@click.argument("job_id")
@as_of
@as_json
def run(job_id: str, as_of: datetime | None, as_json: bool) -> int:
    """现在运行一个任务。失败或有需要处理的事时退出码为 1。"""
    with opened() as system:
        record = run_job(system, LOCAL, job_id, day_of(as_of, system))
    if as_json:
        show({"job": record.job, "day": record.day, "outcome": record.outcome, "result": record.result,
              "error": record.error})
    else:
        names = {"done": "完成", "attention": "完成，有需要处理的事", "failed": "失败"}
        click.echo(f"{record.job}（{record.day}）：{names[record.outcome]} {record.result or ''} {record.error}".rstrip())
    return 0 if record.outcome == "done" else 1

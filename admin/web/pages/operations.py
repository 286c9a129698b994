"""What keeps the archive going: engines, the outbox and its lag, jobs and mails. For the system administrator.

Shows no records: of a mail its address, day and state, never its text.
"""

from typing import Any

from flask import flash, render_template

from admin import rebuilds, recognition
from admin.jobs import JOBS, last_runs, run_job
from admin.sources import source_keys
from admin.web.pages.liveness import scheduler_lease, silence
from admin.web.pages.shared import actor, area, back, needs, system, told
from archive.events import lag
from archive.models import JobRun, OutboxEvent
from archive.models.connection import database
from archive.operations.imports import recent_imports
from archive.operations.sources import sources
from archive.permissions import Permission
from retention.models import Mail

operations = area("operations", __name__)
FAILING, MAILS = 20, 15


@operations.get("/operations")
@needs(Permission.OPERATIONS_READ)
def overview() -> Any:
    now = system().clock.now()
    return render_template(
        "pages/operations.html", now=now, lag=lag(now), ocr=recognition.standing(system()),
        index=system().index.info(), rebuild=rebuilds.active(),
        mongo=_mongo(), settings=system().settings, jobs=JOBS, runs=last_runs(), sources=sources(source_keys(system())),
        imports=recent_imports(), lease=scheduler_lease(), silence=silence(), may_run=_may_run(),
        failing=list(OutboxEvent.objects(finished=False, error__ne="").order_by("-attempts").limit(FAILING)),
        mail_counts=_mail_counts(), mails=list(Mail.objects.order_by("-created_at").limit(MAILS)))


@operations.post("/operations/jobs/<job>/run")
@needs(Permission.JOB_RUN)
def run(job: str) -> Any:
    """Run the job now, in this request; the record of the run says how it went."""
    runs: list[JobRun] = []
    if told(lambda: runs.append(run_job(system(), actor(), job)), f"任务 {job} 已运行。") and runs[0].outcome == "failed":
        flash(f"任务 {job} 没有成功：{runs[0].error}", "danger")
    return back("operations.overview")


def _may_run() -> bool:
    return actor().may(Permission.JOB_RUN)


def _mongo() -> dict[str, Any]:
    """The database server's version and how many records it holds; not asked for more than that."""
    answer = database().client.server_info()
    return {"version": answer["version"], "collections": {
        name: database()[name].estimated_document_count() for name in sorted(database().list_collection_names())}}


def _mail_counts() -> dict[str, int]:
    rows = Mail.objects.aggregate([{"$group": {"_id": "$state", "count": {"$sum": 1}}}])
    return {row["_id"]: row["count"] for row in rows}

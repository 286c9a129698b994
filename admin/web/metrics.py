"""`/metrics` in Prometheus' text format, read when it is asked for; every web process gives the same answer.

Anybody may learn how the machinery does. How much the archive holds is told only for the token of somebody who may
read operations: a count that grows would tell a unit of another's dossier.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping

import pymongo
from flask import Flask, Response, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from pymongo.errors import PyMongoError

from admin.backup import status as backup_status
from admin.jobs import last_runs
from admin.notices.watchdog import EXTENSION as WATCHDOG
from admin.notices.watchdog import Watchdog
from admin.scheduler import DUTY
from admin.sources import source_keys
from admin.system import System
from admin.web.health import EXTENSION, PATIENCE_SECONDS, Check
from admin.web.probing import Panel
from archive.effects import LANES
from archive.events import lag
from archive.leases import standing
from archive.models import Document, Project
from archive.models.base import Model
from archive.operations.people import person_of_token
from archive.operations.sources import sources
from archive.permissions import Permission
from archive.transaction import collection
from retention.models import FindingRecord, Mail

log = logging.getLogger("dangan.web")
FRESH_SECONDS = 5.0  # for which what an engine answered is told again


class Numbers(Collector):
    """What is known of each engine comes first. The database's own numbers are left out while it does not answer."""

    def __init__(self, system: System, engines: Panel[Check], watchdog: Watchdog, *, contents: bool) -> None:
        self.system, self.engines, self.watchdog, self.contents = system, engines, watchdog, contents

    def collect(self) -> Iterable[Metric]:
        checks = self.engines.look(FRESH_SECONDS)
        yield _table("dangan_engine_up", "Whether each engine does its part", "engine",
                     {name: float(check.ready) for name, check in checks.items()})
        if checks["mongodb"].ready:
            yield from self._stored()

    def _stored(self) -> Iterable[Metric]:
        try:
            with pymongo.timeout(PATIENCE_SECONDS):
                found = [*_outbox(self.system), *_scheduler(self.watchdog), *_sources(self.system), *_backups(),
                         *(_contents() if self.contents else ())]
        except PyMongoError:  # it went away just now: the next look will say so
            log.warning("no numbers: the database does not answer")
            return
        yield from found


def register(app: Flask, system: System) -> None:
    def metrics() -> Response:
        registry = CollectorRegistry(auto_describe=False)
        registry.register(Numbers(system, app.extensions[EXTENSION], app.extensions[WATCHDOG], contents=_may_read_operations()))
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    app.add_url_rule("/metrics", "metrics", metrics)


def _may_read_operations() -> bool:
    sent = request.authorization
    if not sent or sent.type != "bearer" or not sent.token:
        return False
    try:
        with pymongo.timeout(PATIENCE_SECONDS):
            person = person_of_token(sent.token)
    except PyMongoError:
        return False
    return person is not None and person.actor().may(Permission.OPERATIONS_READ)


def _outbox(system: System) -> Iterator[Metric]:
    behind = lag(system.clock.now())
    yield _gauge("dangan_outbox_waiting", "Events whose effects are still to be made", behind.waiting)
    yield _gauge("dangan_outbox_lag_seconds", "Age of the oldest waiting event", behind.seconds)
    yield _gauge("dangan_outbox_failing", "Waiting events that failed at least once", behind.failing)
    lanes = {lane: lag(system.clock.now(), lane) for lane in LANES}
    yield _table("dangan_lane_waiting", "Events that wait in each lane", "lane",
                 {lane: float(found.waiting) for lane, found in lanes.items()})
    yield _table("dangan_lane_lag_seconds", "Age of the oldest event in each lane", "lane",
                 {lane: found.seconds for lane, found in lanes.items()})
    yield _table("dangan_lane_failing", "Waiting events of each lane that failed at least once", "lane",
                 {lane: float(found.failing) for lane, found in lanes.items()})


def _scheduler(watchdog: Watchdog) -> Iterator[Metric]:
    yield _gauge("dangan_silent", "Whether no scheduler gave a sign of life, or no evaluation was completed, for too long",
                 float(bool(watchdog.silence())))
    lease = standing(DUTY)
    yield _gauge("dangan_scheduler_last_tick_timestamp_seconds", "Last sign of life of the scheduler; 0: none",
                 lease.beat_at.timestamp() if lease else 0.0)
    runs = last_runs()
    yield _table("dangan_job_last_start_timestamp_seconds", "Last start of each job", "job",
                 {job: run.started_at.timestamp() for job, run in runs.items()})
    yield _table("dangan_job_failed", "Whether the last run of each job failed", "job",
                 {job: float(run.outcome == "failed") for job, run in runs.items()})


def _sources(system: System) -> Iterator[Metric]:
    """Watched folders and the mailbox, by kind and place in the settings: an address is nobody's business."""
    keys = source_keys(system)
    found = {f"{key.partition(':')[0]}-{number}": each for number, (key, each) in enumerate(zip(keys, sources(keys), strict=True), 1)}
    yield _table("dangan_source_up", "Whether the last look at each source of files succeeded", "source",
                 {name: float(bool(each.looked_at) and not each.error) for name, each in found.items()})
    yield _table("dangan_source_last_look_timestamp_seconds", "Last look at each source; 0: none", "source",
                 {name: each.looked_at.timestamp() if each.looked_at else 0.0 for name, each in found.items()})
    yield _table("dangan_source_waiting", "Files that are there and not taken yet", "source",
                 {name: float(each.waiting) for name, each in found.items()})


def _backups() -> Iterator[Metric]:
    yield from (_gauge(name, about, value) for name, (about, value) in backup_status.gauges().items())


def _contents() -> Iterator[Metric]:
    yield _gauge("dangan_projects", "Projects", collection(Project).estimated_document_count())
    yield _table("dangan_documents", "Documents by how far their text has come", "state",
                 _counts(Document, "text_state"))
    yield _table("dangan_alerts_open", "Open alerts by severity", "severity",
                 _counts(FindingRecord, "severity", {"alert": "open"}))
    yield _table("dangan_mails", "Mails by state", "state", _counts(Mail, "state"))


def _counts(model: type[Model], field: str, match: Mapping[str, object] | None = None) -> dict[str, float]:
    """How many documents hold each value of a field."""
    rows = collection(model).aggregate([{"$match": dict(match or {})},
                                        {"$group": {"_id": f"${field}", "count": {"$sum": 1}}}, {"$sort": {"_id": 1}}])
    return {str(row["_id"]): float(row["count"]) for row in rows}


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(name, about, value=value)


def _table(name: str, about: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, about, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family

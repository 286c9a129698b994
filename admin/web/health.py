"""Liveness and readiness. `/healthz`: this process answers. `/readyz`: every engine behind it does, and the scheduler is alive.

Open to everybody, so it says how things are and names no record, no address and no error text.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pymongo
from flask import Flask, Response, jsonify
from pymongo.errors import PyMongoError

from admin.notices.watchdog import EXTENSION as WATCHDOG
from admin.notices.watchdog import Watchdog
from admin.scanning import standing
from admin.scheduler import DUTY
from admin.system import System
from admin.web.probing import Panel
from archive.effects import LANES
from archive.events import lag
from archive.leases import standing as lease_standing
from archive.models.connection import database

PATIENCE_SECONDS = 3.0
EXTENSION = "dangan.engines"
LATE = "3 秒内没有应答；请运行 dangan doctor 查看原因"
NOWHERE = "sha256:" + "0" * 64
LATE_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Check:
    """One engine: whether it does its part, in words what is wrong, and its numbers."""

    ready: bool
    detail: str = ""
    numbers: Mapping[str, Any] = field(default_factory=dict)


def register(app: Flask, system: System) -> None:
    panel = app.extensions[EXTENSION] = engines(system)
    watchdog = app.extensions[WATCHDOG] = Watchdog(system)

    def alive() -> Response:
        return jsonify(status="ok")

    def ready() -> tuple[Response, int]:
        checks = panel.look()
        good = all(check.ready for check in checks.values())
        quiet = _quiet(watchdog) if checks["mongodb"].ready else ""
        shown = {name: {"ready": check.ready, "detail": check.detail, **check.numbers} for name, check in checks.items()}
        shown["scheduler"]["detail"] = shown["scheduler"]["detail"] or quiet
        return jsonify(status="ready" if good else "not_ready", checks=shown), 200 if good else 503

    app.add_url_rule("/healthz", "alive", alive)
    app.add_url_rule("/readyz", "ready", ready)


def _quiet(watchdog: Watchdog) -> str:
    """That nothing was judged for long is told, and takes no web process out of service: what it answers is right."""
    try:
        with pymongo.timeout(PATIENCE_SECONDS):
            return watchdog.silence()
    except PyMongoError:
        return ""


def engines(system: System) -> Panel[Check]:
    """Every engine, looked at side by side for at most a few seconds, whichever of them do not answer."""
    return Panel({name: partial(_try, look, system) for name, look in CHECKS.items()}, PATIENCE_SECONDS, Check(False, LATE))


def _try(look: Callable[[System], Check], system: System) -> Check:
    try:
        with pymongo.timeout(PATIENCE_SECONDS):
            return look(system)
    except Exception as error:  # whatever an engine's library raises means that the engine is not there
        return Check(False, f"连接不上或出错（{type(error).__name__}）；请运行 dangan doctor 查看原因")


def _mongodb(system: System) -> Check:
    database().client.admin.command("ping")
    return Check(True)


def _objects(system: System) -> Check:
    info = system.blobs.info()
    system.blobs.exists(NOWHERE)
    staging = system.intake.staging
    if not (staging.is_dir() and os.access(staging, os.W_OK)):
        return Check(False, "存放文件的文件夹不存在或不可写")
    return Check(True, "".join(info.alarms))


def _index(system: System) -> Check:
    info = system.index.info()
    return Check(info.state not in ("needs_rebuild", "down"), info.reason, {"engine": info.engine})


def _scanner(system: System) -> Check:
    """Not ready only where a scanner is set and away: uploads are refused then."""
    stands = standing(system.intake.scanner, system.clock.now())
    return Check(True, stands.advice if stands.engine else "", {"set": bool(stands.engine), "signature_age_days": stands.age_days})


def _scheduler(system: System) -> Check:
    """Silent when nobody holds the lease: no job would run and no mail would go out."""
    lease, now = lease_standing(DUTY), system.clock.now()
    if lease is None:
        return Check(False, "没有任务调度在运行；请启动 dangan serve 或 dangan worker", {"tick_age_s": None})
    age = round((now - lease.beat_at).total_seconds(), 1)
    return Check(lease.alive, "" if lease.alive else "任务调度已停止响应；请检查 dangan worker", {"tick_age_s": age})


def _outbox(system: System) -> Check:
    """Being late is told but stops nobody: answers are right, only search and alerts are behind."""
    behind = lag(system.clock.now())
    late = behind.seconds > LATE_SECONDS
    return Check(True, "后续处理（索引、核对）落后" if late else "",
                 {"waiting": behind.waiting, "lag_s": round(behind.seconds, 1), "failing": behind.failing,
                  "lanes": {lane: lag(system.clock.now(), lane).waiting for lane in LANES}})


CHECKS: Mapping[str, Callable[[System], Check]] = {
    "mongodb": _mongodb, "objects": _objects, "index": _index, "scanner": _scanner, "scheduler": _scheduler, "outbox": _outbox}

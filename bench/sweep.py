"""The night's evaluation of very many projects: its time and memory, killed in the middle, twice the same, one project, the lists.

    python -m bench.sweep [--projects N]

Processor seconds of all processes stand beside the clock: on a machine that is shared only they compare. `first` opens every alert
there is to open; `later`, on the same day, changes nothing; `night` is the one after it: days are counted on, little else changes.
"""

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from admin.jobs import RUN_TERM
from admin.judging import several
from archive.models import AuditEntry, Project
from archive.transaction import collection
from bench import many
from bench.memory import PeakMemory
from bench.processor import ProcessorTime
from bench.scratch import Scratch, scratch_archive
from bench.search_http import Client, percentile, serving
from bench.stored import opened
from retention.alerts import refresh
from retention.keeping import SWEPT
from retention.models import FindingRecord, Standing

PROJECTS, ROUNDS, CHANGES = 2000, 20, 20
KILLED_AFTER, LOOK_SECONDS = 0.3, 0.5
SAMPLE_SECONDS = 2.0  # looking at memory more often takes a fifth of a core, for as long as it is measured
JOB = ("jobs", "run", "compliance.nightly")
LISTS = {
    "findings": "/api/v1/findings?page=1&size=50", "failed": "/api/v1/findings?outcome=failed&page=1&size=50",
    "critical": "/api/v1/findings?severity=C&page=1&size=50", "gaps": "/api/v1/boards/gaps?page=1&size=50",
    "units": "/api/v1/boards/units", "materials": "/api/v1/boards/materials", "trend": "/api/v1/boards/trend"}


def measure(projects: int = PROJECTS, rounds: int = ROUNDS) -> dict[str, Any]:
    with scratch_archive({}) as scratch:
        report: dict[str, Any] = {"projects": projects, "load": [os.getloadavg()[0]]}
        with opened(scratch):
            _say("made", _seconds(lambda: many.insert(projects)))
        for name, act in (("first", lambda: _sweep(scratch)), ("digests", lambda: _digests(scratch)),
                          ("killed", lambda: _killed(scratch, projects)), ("later", lambda: _sweep(scratch)),
                          ("identical", lambda: report.pop("digests") == _digests(scratch)),
                          ("lists", lambda: _lists(scratch, rounds)),  # before the night: they are asked for on the day judged
                          ("night", lambda: _night(scratch)), ("one_project_ms", lambda: _changed(scratch))):
            report[name] = act()
            report["load"].append(os.getloadavg()[0])
            _say(name, report[name] if name != "digests" else len(report[name]))
        return report


def _say(name: str, what: object) -> None:
    """Hours may pass until the end."""
    print(f"{name}: {what}", file=sys.stderr, flush=True)


def _seconds(act: Any) -> float:
    started = time.perf_counter()
    act()
    return round(time.perf_counter() - started, 1)


def _sweep(scratch: Scratch) -> dict[str, Any]:
    """The whole command, its start included."""
    started = time.perf_counter()
    process = scratch.start(*JOB)
    roots = lambda: {process.pid} | scratch.engines()  # noqa: E731
    with ProcessorTime(roots, SAMPLE_SECONDS) as spent, PeakMemory(roots, every=SAMPLE_SECONDS) as memory:
        said, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"{' '.join(JOB)} ended with {process.returncode}: {said}")
    return {"seconds": round(time.perf_counter() - started, 1), "processor": spent.seconds(), "megabytes": memory.megabytes(),
            "said": said.strip()}


def _night(scratch: Scratch) -> dict[str, Any]:
    """The one that follows. Begun by this process, since commands take the day from the clock; it judges nothing itself."""
    with opened(scratch) as system:
        started, roots = time.perf_counter(), lambda: {os.getpid()} | scratch.engines()
        with ProcessorTime(roots, SAMPLE_SECONDS) as spent, PeakMemory(roots, every=SAMPLE_SECONDS) as memory:
            done = refresh(system.judge, None, system.clock.today() + timedelta(days=1), record_sweep=True,
                           hands=several(system.settings))
    return {"seconds": round(time.perf_counter() - started, 1), "processor": spent.seconds(), "megabytes": memory.megabytes(),
            "said": asdict(done)}


def _killed(scratch: Scratch, projects: int) -> dict[str, Any]:
    """All its processes killed in the middle, then begun again once the lease of the dead is over: how many were named by the
    ledger before and in the end, and how many of them twice."""
    before = _newest(scratch)
    process = scratch.start(*JOB)
    with opened(scratch):
        while len(_names(before)) < projects * KILLED_AFTER and process.poll() is None:
            time.sleep(LOOK_SECONDS)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        kept = _names(before)
    time.sleep(RUN_TERM.total_seconds() + 1)
    rest = _sweep(scratch)
    with opened(scratch):
        whole = _names(before)
    return {"kept": len(kept), "in the end": len(whole), "twice": len(whole) - len(set(whole)), "rest": rest["seconds"]}


def _newest(scratch: Scratch) -> int:
    with opened(scratch):
        return int(collection(AuditEntry).find_one({}, {"_id": 1}, sort=[("_id", -1)])["_id"])


def _names(after: int) -> list[str]:
    rows = collection(AuditEntry).find({"_id": {"$gt": after}, "action": SWEPT}, {"detail.projects": 1})
    return [code for row in rows for code in row["detail"]["projects"]]


def _digests(scratch: Scratch) -> Mapping[str, str]:
    with opened(scratch):
        return {row["project"]: row["digest"] for row in collection(Standing).find({}, {"project": 1, "digest": 1})}


def _changed(scratch: Scratch) -> dict[str, float]:
    """One project after another, changed and judged again in a process that runs."""
    taken = []
    with opened(scratch) as system:
        codes = [row["code"] for row in collection(Project).find({"code": {"$gt": "DX-"}}, {"code": 1}).limit(CHANGES)]
        for number, code in enumerate(codes):
            collection(Project).update_one({"code": code}, {"$set": {"trial_abnormal_days": number + 1}})
            started = time.perf_counter()
            refresh(system.judge, [code])
            taken.append((time.perf_counter() - started) * 1000)
    return {"p50": percentile(taken, 0.5), "p95": percentile(taken, 0.95)}


def _lists(scratch: Scratch, rounds: int) -> dict[str, Any]:
    with serving(scratch) as (client, _, _):
        found: dict[str, Any] = {name: _latency(client, path, rounds) for name, path in LISTS.items()}
    with opened(scratch):
        return {**found, "rows": collection(FindingRecord).estimated_document_count()}


def _latency(client: Client, path: str, rounds: int) -> dict[str, float]:
    taken = []
    for _ in range(rounds):
        started = time.perf_counter()
        status, body = client.get(path)
        taken.append((time.perf_counter() - started) * 1000)
        if status != 200:
            raise SystemExit(f"{path} answered {status}: {body.decode()[:300]}")
    return {"p50_ms": percentile(taken, 0.5), "p95_ms": percentile(taken, 0.95)}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.sweep", description=__doc__)
    parser.add_argument("--projects", type=int, default=PROJECTS)
    print(json.dumps(measure(parser.parse_args().projects), ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()

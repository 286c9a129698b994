"""The night's evaluation of very many projects: its time and memory, killed in the middle, twice the same, one project, the lists.

    python -m bench.sweep [--projects N]

Processor seconds of all processes stand beside the clock: on a machine that is shared only they compare.
"""

import argparse
import json
import os
import signal
import time
from collections.abc import Mapping
from typing import Any

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
from retention.models import Standing

PROJECTS, ROUNDS, CHANGES = 2000, 20, 20
KILLED_AFTER = 0.3
LISTS = {"findings": "/api/v1/findings?page=1&size=50", "failed": "/api/v1/findings?outcome=failed&page=1&size=50",
         "critical": "/api/v1/findings?severity=C&page=1&size=50"}


def measure(projects: int = PROJECTS, rounds: int = ROUNDS) -> dict[str, Any]:
    with scratch_archive({}) as scratch:
        with opened(scratch):
            many.insert(projects)
        report: dict[str, Any] = {"projects": projects, "load": os.getloadavg()[0]}
        report["first"] = _sweep(scratch)
        digests = _digests(scratch)
        report["killed"] = _killed(scratch, report["first"]["seconds"])
        report["second"] = _sweep(scratch)
        report["identical"] = digests == _digests(scratch)
        report["one_project_ms"] = _changed(scratch)
        with serving(scratch) as (client, _, _):
            report["lists"] = {name: _latency(client, path, rounds) for name, path in LISTS.items()}
        return report


def _sweep(scratch: Scratch) -> dict[str, Any]:
    """The whole command, its start included."""
    started = time.perf_counter()
    process = scratch.start("jobs", "run", "compliance.nightly")
    roots = lambda: {process.pid} | scratch.engines()  # noqa: E731
    with ProcessorTime(roots) as spent, PeakMemory(roots) as memory:
        process.communicate()
    return {"seconds": round(time.perf_counter() - started, 1), "processor": spent.seconds(), "megabytes": memory.megabytes()}


def _killed(scratch: Scratch, seconds: float) -> dict[str, Any]:
    """Killed in the middle, then begun again: how many were named by the ledger before and after, none of them twice."""
    before = _newest(scratch)
    process = scratch.start("jobs", "run", "compliance.nightly")
    time.sleep(seconds * KILLED_AFTER)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    scratch.wait_until_still()
    kept = _named(scratch, before)
    _sweep(scratch)
    whole = _named(scratch, before)
    return {"kept": len(kept), "in the end": len(whole), "twice": len(whole) - len(set(whole))}


def _newest(scratch: Scratch) -> int:
    with opened(scratch):
        return int(collection(AuditEntry).find_one({}, {"_id": 1}, sort=[("_id", -1)])["_id"])


def _named(scratch: Scratch, after: int) -> list[str]:
    with opened(scratch):
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

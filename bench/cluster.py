"""Ingest on a cluster in small beside ingest on the embedded engines: `python -m bench.cluster DIR [--s3 rclone|ceph]`.

A `mongod` of its own, an S3 server, something that speaks Elasticsearch, two `dangan worker`s and `dangan ingest`, all
on this one machine: what the network protocols and the second worker cost, not what more machines would bring. The
servers are the test peers, so this runs from a checkout with the development requirements.
"""

import argparse
import json
import signal
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from archive.mongo.embedded import EmbeddedMongo
from bench.ingest import ingest
from bench.machine import describe
from bench.memory import tree
from bench.scratch import Scratch, scratch_archive
from tests.peers import s3_ceph, s3_rclone
from tests.peers.elastic_noida import Noida

WORKERS, STARTING_SECONDS, STOP_SECONDS, LEAST_SHARE = 2, 6.0, 30, 0.8
S3 = {"rclone": s3_rclone, "ceph": s3_ceph}
TICK = 100  # clock ticks a second, as /proc counts


@contextmanager
def cluster(s3: str) -> Iterator[tuple[dict[str, str], dict[str, set[int]]]]:
    """Settings that name the servers, and the processes behind each; all of them end with the block."""
    with ExitStack() as closing:
        place = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="dangan-cluster-")))
        mongo = closing.enter_context(EmbeddedMongo.attach(place / "mongo"))
        (place / "s3").mkdir()
        url, processes = S3[s3].start(place / "s3")
        for process in processes:
            closing.callback(process.wait)
            closing.callback(process.kill)
        noida = Noida()
        closing.callback(noida.remove)
        noida.start()
        run = json.loads((place / "mongo" / "mongo" / "run.json").read_text())
        yield ({"DANGAN_MONGODB_URL": mongo.url, "DANGAN_S3_URL": f"{url}/bench-{uuid4().hex[:8]}",
                "DANGAN_ELASTICSEARCH_URL": noida.url},
               {"mongod": {run["mongod"]}, s3: {process.pid for process in processes}, "noida-db": noida.pids()})


def measure(folder: Path, s3: str) -> dict[str, Any]:
    """Both profiles in one run; where the processor's time went on the cluster."""
    with scratch_archive() as scratch:
        embedded = ingest(scratch, folder / "files")
    with cluster(s3) as (settings, servers), scratch_archive(settings) as scratch, working(scratch) as workers:
        parts = {**servers, "workers": workers}
        before = {name: _processor(pids) for name, pids in parts.items()}
        result = ingest(scratch, folder / "files")
        spent = {name: round(_processor(pids) - before[name], 1) for name, pids in parts.items()}
    share = round(result["docs_per_second"] / embedded["docs_per_second"], 3)
    return {"machine": describe(), "s3": s3, "workers": WORKERS, "embedded": embedded, "cluster": result,
            "share_of_embedded": share, "processor_seconds": spent, "goals_met": share >= LEAST_SHARE}


@contextmanager
def working(scratch: Scratch) -> Iterator[set[int]]:
    """Two workers beside each other, ready before the clock starts."""
    processes = [scratch.start("worker") for _ in range(WORKERS)]
    try:
        time.sleep(STARTING_SECONDS)
        if any(process.poll() is not None for process in processes):
            raise SystemExit("a worker did not start")
        yield {process.pid for process in processes}
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            process.wait(STOP_SECONDS)


def _processor(pids: set[int]) -> float:
    """Seconds of processor time of these processes and of everything below them, ended children included."""
    total = 0
    for pid in tree(pids):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += sum(map(int, fields[11:15]))
    return total / TICK


def show(result: Mapping[str, Any]) -> None:
    print(json.dumps(result, ensure_ascii=False, indent=1))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.cluster", description=__doc__)
    parser.add_argument("folder", type=Path, help="a folder with files/")
    parser.add_argument("--s3", choices=sorted(S3), default="rclone")
    asked = parser.parse_args()
    show(measure(asked.folder, asked.s3))


if __name__ == "__main__":
    main()

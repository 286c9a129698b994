"""Anything on a cluster may fail at any moment: nothing accepted is lost, nothing doubled, and all agree in the end."""

import json
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from admin.bootstrap import build
from admin.settings import load
from admin.system import System
from archive.blobs.s3_address import S3Address
from archive.blobs.s3_bucket import Bucket
from archive.models import AuditEntry, Document, Lease, OutboxEvent, Project, Version
from archive.transaction import collection
from tests.faults.chaos import Chaos
from tests.faults.cluster import CODE, Cluster, cluster
from tests.faults.load import Load
from tests.faults.parts import wait_for

EFFECTS_SECONDS, LEASES_SECONDS = 180.0, 60.0
PAGE, SEARCHED = 200, 60
A_FEW = ("web killed", "worker killed", "reader killed", "mongo primary killed", "elastic killed", "elastic 503",
         "s3 cut", "s3 503")


def suffer(folder: Path, count: int, seed: int, kinds: Sequence[str] | None = None, patient: float = 0.0) -> None:
    begin = time.monotonic()
    with cluster(folder) as made:
        chaos, load_ = Chaos(made, seed), Load(made, seed, patient)
        with load_:
            chaos.run(count, kinds)
            chaos.heal()
        load_.faults += chaos.faults
        suffered = time.monotonic() - begin
        try:
            judge(made, load_)
        finally:
            print(json.dumps({
                "faults": dict(chaos.happened.most_common()), "total": chaos.happened.total(),
                "acknowledged": len(load_.acknowledged), "documents": len({one.document for one in load_.acknowledged}),
                "requests": load_.asked, "refused": load_.refused, "searches": load_.found, "changes": load_.contact,
                "frozen_with_claims": chaos.frozen_with_claims, "taken_over": chaos.taken_over,
                "seconds": round(suffered), "seconds_with_judgement": round(time.monotonic() - begin)}, ensure_ascii=False))


def judge(made: Cluster, load_: Load) -> None:
    assert load_.acknowledged, "nothing was ever accepted: the test proved nothing"
    assert load_.faults == []
    with looking(made) as system:
        wait_for(lambda: not OutboxEvent.objects(finished=False).count(), "every effect to be made", EFFECTS_SECONDS)
        _judge_database(load_)
        _judge_index(system)
        _judge_bytes(system)
    _judge_searches(made, load_)
    verdict = made.run("verify", "--all", "--json").json
    assert (verdict["problems"], verdict["checked"]["indexed"]) == ([], verdict["checked"]["documents"])
    with looking(made):
        _judge_workers(made)


@contextmanager
def looking(made: Cluster) -> Iterator[System]:
    """The archive as one more process of it sees it."""
    system = build(load({**made.settings, "DANGAN_DATA_DIR": str(made.folder / "judge")}))
    try:
        yield system
    finally:
        system.close()


def _judge_database(load_: Load) -> None:
    stored = {version["sha256"]: version["document"] for version in collection(Version).find()}
    counted = Counter(collection(Version).distinct("sha256")) | Counter(Version.objects.scalar("sha256"))
    confirmed = {one.sha256: one.document for one in load_.acknowledged}
    assert max(counted.values()) == 1, "files were filed twice"
    assert confirmed.items() <= stored.items(), "accepted files were lost, or are elsewhere"
    assert stored.keys() == confirmed.keys(), "every file was repeated until it was confirmed"
    assert {row["_id"] for row in collection(Document).find()} == set(confirmed.values())
    assert not Document.objects(text_state="pending").count()
    read = Counter((entry.subject, entry.detail["version"]) for entry in AuditEntry.objects(action="document.text-read"))
    assert not read or max(read.values()) == 1, "a file was read and settled twice"
    assert int(Project.objects(code=CODE).get().contact or 0) >= load_.contact, "a confirmed change was lost"


def _judge_index(system: System) -> None:
    """The same documents; `dangan verify` compares their versions."""
    assert sorted(system.index.ids()) == sorted(row["_id"] for row in collection(Document).find({}, {"_id": 1}))


def _judge_bytes(system: System) -> None:
    """What uploads left behind is what the nightly sweep ends; then there is nothing but what the database names."""
    system.blobs.tidy(time.time() + 1)
    assert list(Bucket(S3Address.parse(system.settings.s3_url)).unfinished("")) == []
    assert {version.sha256 for version in Version.objects} <= set(system.blobs.digests())


def _judge_searches(made: Cluster, load_: Load) -> None:
    """A search lists every document once; of some the last word that was filed finds it, and it alone."""
    words = {one.document: one.word for one in load_.acknowledged}
    listed: list[str] = []
    for page in range(1, len(words) // PAGE + 2):
        listed += _found(made, f"project={CODE}&sort=title&size={PAGE}&page={page}")
    assert sorted(listed) == sorted(words)
    for document, word in random.Random(load_.seed).sample(sorted(words.items()), min(SEARCHED, len(words))):
        assert _found(made, f"q={word}") == [document], word


def _found(made: Cluster, question: str) -> list[str]:
    said = made.ask(0, "GET", f"/api/v1/search?{question}")
    assert said.status == 200, said
    return [item["document"] for item in said.body["items"]]


def _judge_workers(made: Cluster) -> None:
    """Those that are told to stop hold nothing afterwards."""
    for worker in made.workers:
        made.supervisor.release(worker)
        worker.signal(signal.SIGTERM)
    for worker in made.workers:
        wait_for(worker.gone, f"{worker.name} to stop", 25)
        assert worker.process is not None
        assert worker.process.returncode == 0
    assert not collection(OutboxEvent).count_documents({"finished": False})
    assert not any(row["claims"] for row in collection(OutboxEvent).find({}, {"claims": 1}) if row.get("claims"))
    wait_for(lambda: not collection(Lease).count_documents({"$expr": {"$gt": ["$until", "$$NOW"]}}), "leases to end",
             LEASES_SECONDS)


@pytest.mark.timeout(240)
def test_a_cluster_survives_a_few_faults(tmp_path: Path) -> None:
    suffer(tmp_path, count=8, seed=20261124, kinds=A_FEW)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_cluster_survives_a_hundred_faults(tmp_path: Path) -> None:
    suffer(tmp_path, count=100, seed=11, patient=0.5)

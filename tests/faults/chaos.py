"""What befalls a cluster: kills, engines that refuse, stall or answer 503, elections, frozen processes. Drawn from a deck.

A deck holds every fault; it is shuffled by the seed and dealt to its end before it is shuffled again, so that no fault
is left out by chance. Each fault heals by itself within a few seconds, except that a frozen worker takes longer.
"""

import random
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from os import kill

from archive.claims import TERM
from tests.faults.cluster import Cluster
from tests.faults.parts import Part, wait_for
from tests.functional.processes import parents
from tests.peers.faulty_proxy import Direction, Fault, FaultyProxy

WHOLE_SECONDS = 60.0
FROZEN_SECONDS = TERM.total_seconds() + 4
LONGEST_DOWN, STOP_SECONDS = 2.0, 25
FREEZINGS = 12  # until one catches the worker at work
FLUSHED_SECONDS = 2.5
_DIRECTIONS: tuple[Direction, ...] = ("up", "down")


@dataclass
class Chaos:
    """`happened` counts what really did, `faults` what went wrong by it. `heal` undoes what is still broken."""

    cluster: Cluster
    seed: int
    happened: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    frozen_with_claims: int = 0
    taken_over: int = 0  # by others, before the frozen worker came back to it
    _thaws: list[threading.Timer] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self._pause = threading.Event()

    def run(self, count: int, kinds: Sequence[str] | None = None) -> None:
        """So many faults, one after the other, with the load going on between them."""
        deck: list[str] = []
        while self.happened.total() < count:
            if not deck:
                deck = self.chance.sample(sorted(kinds or FAULTS), len(kinds or FAULTS))
            kind = deck.pop()
            if FAULTS[kind](self):
                self.happened[kind] += 1
                self._wait(0.3, 2.0)

    def heal(self) -> None:
        self.cluster.s3.behave()
        self.cluster.elastic.behave()
        for timer in self._thaws:
            timer.join()
        wait_for(self.cluster.mongo_whole, "the replica set to be whole", WHOLE_SECONDS)
        wait_for(self.cluster.ready, "every web to be ready", WHOLE_SECONDS)

    def _wait(self, least: float, most: float) -> None:
        self._pause.wait(self.chance.uniform(least, most))

    def _kill(self, parts: Sequence[Part]) -> bool:
        awake = [part for part in parts if part.alive() and not part.frozen]
        if not awake:
            return False
        self.chance.choice(awake).kill(self.chance.uniform(0.0, LONGEST_DOWN))
        return True

    # -- programs --------------------------------------------------------------------------------------------------

    def kill_web(self) -> bool:
        return self._kill(self.cluster.webs)

    def kill_worker(self) -> bool:
        return self._kill(self.cluster.workers)

    def kill_reader(self) -> bool:
        """A process of somebody's sandbox, in the midst of a file where one is being read."""
        owners = {part.pid for part in (*self.cluster.webs, *self.cluster.workers) if part.alive() and not part.frozen}
        readers = [pid for pid, parent in parents().items() if parent in owners]
        if not readers:
            return False
        with suppress(ProcessLookupError):
            kill(self.chance.choice(sorted(readers)), signal.SIGKILL)
        return True

    def stop_worker(self) -> bool:
        """As for an update: it ends by itself, and gives back what it cannot finish."""
        awake = [part for part in self.cluster.workers if part.alive() and not part.frozen]
        if not awake:
            return False
        worker = self.chance.choice(awake)
        process = worker.process  # the supervisor has another one a moment after its end
        assert process is not None
        worker.signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.faults.append(f"{worker.name} did not stop within {STOP_SECONDS} s of SIGTERM")
        return True

    def freeze_worker(self) -> bool:
        """For longer than its claims last: others take over its work, which it then must leave alone."""
        awake = [part for part in self.cluster.workers if part.alive()]
        if len(awake) < 2 or any(part.frozen for part in awake):
            return False
        worker = self.chance.choice(awake)
        worker.frozen = True
        for _ in range(FREEZINGS):
            worker.signal(signal.SIGSTOP)
            if stuck := self._unmoved_claims():
                self.frozen_with_claims += 1
                break
            worker.signal(signal.SIGCONT)
            self._wait(0.1, 0.6)
        else:
            worker.signal(signal.SIGSTOP)
        timer = threading.Timer(FROZEN_SECONDS, self._thaw, [worker, stuck])
        self._thaws.append(timer)
        timer.start()
        return True

    def _unmoved_claims(self) -> set[str]:
        """Claims that nobody ends: those of a worker that was frozen in the midst of its work."""
        before = self.cluster.claims()
        if before:
            self._wait(1.0, 1.0)
        return before & self.cluster.claims() if before else before

    def _thaw(self, worker: Part, stuck: set[str]) -> None:
        if stuck and not stuck & self.cluster.claims():
            self.taken_over += 1
        worker.signal(signal.SIGCONT)
        worker.frozen = False

    # -- MongoDB ---------------------------------------------------------------------------------------------------

    def kill_primary(self) -> bool:
        return self._kill_member("PRIMARY")

    def kill_secondary(self) -> bool:
        return self._kill_member("SECONDARY")

    def step_down(self) -> bool:
        self._whole()
        self.cluster.mongo.step_down()
        return True

    def _kill_member(self, state: str) -> bool:
        self._whole()
        ports = [port for port, is_ in self.cluster.mongo_states().items() if is_ == state]
        if not ports:
            return False
        port = self.chance.choice(ports)
        self.cluster.mongo.kill(port)
        self._wait(0.0, LONGEST_DOWN)
        self.cluster.mongo.start(port)
        return True

    def _whole(self) -> None:
        """Two of three must stay: more is not promised."""
        wait_for(self.cluster.mongo_whole, "the replica set to be whole", WHOLE_SECONDS)

    # -- Elasticsearch and S3 --------------------------------------------------------------------------------------

    def kill_elastic(self) -> bool:
        """Connections break in the midst of requests and the server is gone.

        noida-db writes to disk a second after it answers, where Elasticsearch does so before: what it has answered must
        reach the disk before it is killed, or the test would find the peer's losses.
        """
        self.cluster.elastic.misbehave("refuse")
        self._wait(FLUSHED_SECONDS, FLUSHED_SECONDS + 1)
        killed = self._kill([self.cluster.noida])
        wait_for(self.cluster.noida.alive, "noida-db", WHOLE_SECONDS)
        self.cluster.elastic.behave()
        return killed

    def _misbehave(self, proxy: FaultyProxy, fault: Fault, most_bytes: int = 0) -> bool:
        """For a moment, then everything is as before."""
        direction = self.chance.choice(_DIRECTIONS)
        proxy.misbehave(fault, after=self.chance.randrange(most_bytes + 1), direction=direction)
        self._wait(0.3, 3.0)
        proxy.behave()
        return True

    def elastic_refuses(self) -> bool:
        return self._misbehave(self.cluster.elastic, "refuse")

    def elastic_stalls(self) -> bool:
        return self._misbehave(self.cluster.elastic, "stall", 4096)

    def elastic_503(self) -> bool:
        return self._misbehave(self.cluster.elastic, "503")

    def elastic_cut(self) -> bool:
        return self._misbehave(self.cluster.elastic, "cut", 65536)

    def s3_refuses(self) -> bool:
        return self._misbehave(self.cluster.s3, "refuse")

    def s3_stalls(self) -> bool:
        return self._misbehave(self.cluster.s3, "stall", 65536)

    def s3_503(self) -> bool:
        return self._misbehave(self.cluster.s3, "503")

    def s3_cut(self) -> bool:
        return self._misbehave(self.cluster.s3, "cut", 1 << 20)


FAULTS: dict[str, Callable[[Chaos], bool]] = {
    "web killed": Chaos.kill_web, "worker killed": Chaos.kill_worker, "reader killed": Chaos.kill_reader,
    "worker stopped": Chaos.stop_worker, "worker frozen": Chaos.freeze_worker,
    "mongo primary killed": Chaos.kill_primary, "mongo secondary killed": Chaos.kill_secondary,
    "mongo stepped down": Chaos.step_down, "elastic killed": Chaos.kill_elastic,
    "elastic refuses": Chaos.elastic_refuses, "elastic stalls": Chaos.elastic_stalls, "elastic 503": Chaos.elastic_503,
    "elastic cut": Chaos.elastic_cut, "s3 refuses": Chaos.s3_refuses, "s3 stalls": Chaos.s3_stalls,
    "s3 503": Chaos.s3_503, "s3 cut": Chaos.s3_cut}

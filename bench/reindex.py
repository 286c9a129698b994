"""Rebuilding the search index from stored text: `python -m bench.reindex [--documents N] [--elasticsearch URL]`.

Documents are put into the database, indexed, and indexed anew by `dangan reindex`, which is killed (-9) after a third and
after two thirds and run again each time. A `dangan web` answers meanwhile; somebody asks it all the time and notes every
answer that failed or counted fewer documents than before.
"""

import argparse
import json
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any

from admin import rebuilds
from admin.system import System
from bench import stored
from bench.scratch import Scratch, free_port, scratch_archive
from bench.search_http import START_SECONDS, Client, percentile

DOCUMENTS, LEAST_PER_SECOND, KILLS = 20_000, 500, 2
ASKING_EVERY, LOOKING_EVERY, STOP_SECONDS = 0.1, 0.05, 20
WORDS = ("", "验收", "合同", "项目单位", "系统", "会议纪要 项目")


class Asking:
    """Somebody who searches as long as the block runs, and compares every answer with the first one."""

    def __init__(self, client: Client, words: Sequence[str] = WORDS) -> None:
        self.client, self.words = client, words
        client.connection.close()  # it may have been idle for longer than the server keeps it
        self.expected = {word: client.search(q=word, size=10)["total"] for word in words}
        self.failed: list[str] = []
        self.fewer: list[str] = []
        self.taken: list[float] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._ask, daemon=True)

    def __enter__(self) -> "Asking":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()

    def report(self) -> dict[str, Any]:
        return {"asked": len(self.taken), "failed": len(self.failed), "fewer_results": len(self.fewer),
                "p50_ms": percentile(self.taken, 0.5), "p95_ms": percentile(self.taken, 0.95),
                "max_ms": percentile(self.taken, 1), "examples": (self.failed + self.fewer)[:5],
                "documents_by_query": self.expected}

    def _ask(self) -> None:
        while not self._stop.wait(ASKING_EVERY):
            word = self.words[len(self.taken) % len(self.words)]
            started = time.perf_counter()
            try:
                total = self.client.search(q=word, size=10)["total"]
                if total < self.expected[word]:
                    self.fewer.append(f"{word}: {total} of {self.expected[word]}")
            except (SystemExit, OSError) as error:
                self.failed.append(str(error)[:300])
                self.client.connection.close()
            self.taken.append((time.perf_counter() - started) * 1000)


def measure(engines: Mapping[str, str], documents: int = DOCUMENTS) -> dict[str, Any]:
    with scratch_archive(engines) as scratch, answering(scratch) as client, stored.opened(scratch) as system:
        stored.insert(documents)
        scratch.run("reindex")
        with Asking(client) as asking:
            turns = _rebuild(scratch, system, documents)
        questions = asking.report()
        held = client.search(q="", size=1)["total"]
    seconds = sum(turn["seconds"] for turn in turns)
    rate = round(documents / seconds, 1)
    return {"documents": documents, "characters_each": stored.CHARS, "engine": stored.index_of(engines),
            "seconds": round(seconds, 2), "documents_per_second": rate, "kills": KILLS, "turns": turns,
            "searches": questions, "held_at_the_end": held,
            "goals_met": {"documents_per_second": rate >= LEAST_PER_SECOND, "all_held": held == documents,
                          "search_never_failed": not asking.failed, "never_fewer_results": not asking.fewer}}


@contextmanager
def answering(scratch: Scratch) -> Iterator[Client]:
    """A `dangan web` alone, and somebody who may see everything."""
    scratch.run("user", "add", "everything", "--role", "auditor")
    port = free_port()
    client = Client(port, scratch.run("user", "token", "everything").split()[-1])
    process = scratch.start("web", "--port", port)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _answers(client):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("dangan web did not start")
            time.sleep(LOOKING_EVERY)
        yield client
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)


def _answers(client: Client) -> bool:
    """`/readyz` says no as long as nobody runs the jobs; being there is enough."""
    try:
        return client.get("/healthz")[0] == 200
    except OSError:
        client.connection.close()
        return False


def _rebuild(scratch: Scratch, system: System, documents: int) -> list[dict[str, Any]]:
    """One turn for each kill and one to the end; seconds include the start of the command."""
    turns = []
    for number in range(1, KILLS + 2):
        started = time.perf_counter()
        process = scratch.start("reindex")
        _wait_or_kill(process, documents * number // (KILLS + 1) if number <= KILLS else documents + 1)
        last = rebuilds.latest()
        turns.append({"seconds": round(time.perf_counter() - started, 2), "ended": process.returncode,
                      "done": last.done if last else 0, "state": last.state if last else ""})
    if turns[-1]["ended"] != 0:
        raise SystemExit(f"dangan reindex ended with {turns[-1]['ended']}")
    return turns


def _wait_or_kill(process: "subprocess.Popen[str]", limit: int) -> None:
    while process.poll() is None:
        now = rebuilds.active()
        if now is not None and now.state == rebuilds.RUNNING and now.done >= limit:
            process.kill()
            process.wait()
            return
        time.sleep(LOOKING_EVERY)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.reindex", description=__doc__)
    parser.add_argument("--documents", type=int, default=DOCUMENTS)
    parser.add_argument("--elasticsearch", default="", help="its address, with an index prefix that is not used yet")
    asked = parser.parse_args()
    engines = {"DANGAN_ELASTICSEARCH_URL": asked.elasticsearch} if asked.elasticsearch else {}
    print(json.dumps(measure(engines, asked.documents), ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()

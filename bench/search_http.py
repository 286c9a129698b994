"""How fast search answers over HTTP, and whether it finds everything: `python -m bench.search_http DIR`.

DIR holds `files/` (names begin with a number) and `queries.json`: `[{"q", "docs": [numbers], "type"?}]`, where `docs`
are the files whose text holds the words. The files are ingested into an empty archive, `dangan serve` runs on a free
port, and one client with one kept connection asks every query several times.
"""

import argparse
import http.client
import json
import math
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench.ingest import LEAST_DOCS_PER_SECOND, MOST_MEGABYTES, ingest
from bench.memory import PeakMemory
from bench.scratch import UNIT, Scratch, free_port, scratch_archive

MOST_P50_MS, MOST_P95_MS = 15.0, 60.0
START_SECONDS, STOP_SECONDS, ROUNDS = 60.0, 30, 5


class Client:
    """One connection, kept open, as a program that uses the API would."""

    def __init__(self, port: int, token: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str) -> tuple[int, bytes]:
        self.connection.request("GET", path, headers=self.headers)
        response = self.connection.getresponse()
        return response.status, response.read()

    def search(self, **question: object) -> dict[str, Any]:
        status, body = self.get("/api/v1/search?" + urlencode(question))
        if status != 200:
            raise SystemExit(f"search answered {status}: {body.decode()[:300]}")
        answer: dict[str, Any] = json.loads(body)
        return answer

    def ready(self) -> bool:
        try:
            return self.get("/readyz")[0] == 200
        except (OSError, http.client.HTTPException):
            self.connection.close()
            return False


@contextmanager
def serving(scratch: Scratch) -> Iterator[tuple[Client, Client, "subprocess.Popen[str]"]]:
    """A running archive and two who ask it: one who may see everything, one whose unit the files are."""
    scratch.run("user", "add", "everything", "--role", "auditor")
    scratch.run("user", "add", "own", "--role", "unit", "--unit", UNIT)
    port = free_port()
    client, own = (Client(port, scratch.run("user", "token", name).split()[-1]) for name in ("everything", "own"))
    process = scratch.start("serve", "--port", port)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not client.ready():
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("dangan serve did not start")
            time.sleep(0.1)
        yield client, own, process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(STOP_SECONDS)


def words_of(query: dict[str, Any]) -> str:
    """A query that also names a kind of document asks for it as one more word: file names carry the kind."""
    return f"{query['q']} {query['type']}" if "type" in query else str(query["q"])


def latencies(client: Client, queries: Sequence[dict[str, Any]], rounds: int) -> list[float]:
    """Milliseconds of every request, from sending it to having the whole answer."""
    taken = []
    for _ in range(rounds):
        for query in queries:
            path = "/api/v1/search?" + urlencode({"q": words_of(query)})
            start = time.perf_counter()
            status, _ = client.get(path)
            taken.append((time.perf_counter() - start) * 1000)
            if status != 200:
                raise SystemExit(f"search answered {status}")
    return taken


def quality(client: Client, queries: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Recall over all queries, and how many queries were answered with exactly the expected documents."""
    expected = found = exact = 0
    for query in queries:
        wanted, got = set(query["docs"]), set(_numbers(client, words_of(query)))
        expected, found, exact = expected + len(wanted), found + len(wanted & got), exact + (wanted == got)
    return {"recall": round(found / max(expected, 1), 4), "exact_queries": exact, "queries": len(queries)}


def _numbers(client: Client, words: str) -> Iterator[int]:
    page, size = 1, 200
    while True:
        answer = client.search(q=words, page=page, size=size)
        yield from (int(item["filename"].partition("_")[0]) for item in answer["items"])
        if page * size >= answer["total"]:
            return
        page += 1


def percentile(values: Sequence[float], share: float) -> float:
    """Nearest rank: a value that really occurred."""
    return round(sorted(values)[max(math.ceil(share * len(values)) - 1, 0)], 2)


def measure(folder: Path, engines: Mapping[str, str], rounds: int = ROUNDS) -> dict[str, Any]:
    """Ingest, then search over HTTP, in one archive."""
    queries = json.loads((folder / "queries.json").read_text("utf-8"))
    with scratch_archive(engines) as scratch:
        filing = ingest(scratch, folder / "files")
        with serving(scratch) as (client, own, process), PeakMemory(lambda: {process.pid, *scratch.engines()}) as memory:
            taken = latencies(client, queries, rounds)
            of_unit = latencies(own, queries, rounds)
            found = quality(client, queries)
    first = taken[:len(queries)]
    search = {"requests": len(taken), "p50_ms": percentile(taken, 0.5), "p95_ms": percentile(taken, 0.95),
              "max_ms": percentile(taken, 1), "first_round_p95_ms": percentile(first, 0.95),
              "unit_p50_ms": percentile(of_unit, 0.5), "unit_p95_ms": percentile(of_unit, 0.95), **found,
              "megabytes": memory.megabytes(), "raw_ms": [round(value, 2) for value in taken]}
    return {"ingest": filing, "search": search}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.search_http", description=__doc__)
    parser.add_argument("folder", type=Path, help="a folder with files/ and queries.json")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asked = parser.parse_args()
    result = measure(asked.folder, {}, asked.rounds)
    filing, search = result["ingest"], result["search"]
    met = (search["p50_ms"] < MOST_P50_MS and search["p95_ms"] < MOST_P95_MS and filing["docs_per_second"] >=
           LEAST_DOCS_PER_SECOND and max(filing["megabytes"]["peak"], search["megabytes"]["peak"]) < MOST_MEGABYTES)
    print(json.dumps({**result, "goals_met": met}, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()

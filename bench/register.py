"""A register of a thousand projects: importing the ledger, judging everything, and how fast its lists answer.

    python -m bench.register [--projects N] [--rounds N]
"""

import argparse
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from bench import ledger
from bench.scratch import Scratch, scratch_archive
from bench.search_http import Client, percentile, serving

ROUNDS = 20
LISTS = {
    "projects, first page": "/api/v1/projects?page=1&size=50",
    "projects, last page": "/api/v1/projects?page={last}&size=50",
    "findings, first page": "/api/v1/findings?page=1&size=50",
    "findings of one rule": "/api/v1/findings?rule=R31-3&page=1&size=50",
    "findings of a project": "/api/v1/projects/{code}/findings",
    "dossier of a project": "/api/v1/projects/{code}/dossier",
}


def measure(engines: Mapping[str, str], projects: int = ledger.PROJECTS, rounds: int = ROUNDS) -> dict[str, Any]:
    with scratch_archive(engines) as scratch:
        contracts = ledger.make(scratch.folder / "many.xlsx", projects)
        importing = _seconds(scratch, "project", "import", scratch.folder / "many.xlsx")
        first = _seconds(scratch, "jobs", "run", "compliance.nightly")
        again = _seconds(scratch, "jobs", "run", "compliance.nightly")
        with serving(scratch) as (client, _, _):
            lists = {name: _latency(client, path, projects, rounds) for name, path in LISTS.items()}
    return {"projects": projects, "contracts": contracts, "import_s": importing, "first_sweep_s": first,
            "later_sweep_s": again, "later_sweep_projects_per_s": round(projects / again, 1), "lists": lists}


def _seconds(scratch: Scratch, *arguments: object) -> float:
    """The whole command, its start included."""
    started = time.perf_counter()
    scratch.run(*arguments, accept=(0, 1))
    return round(time.perf_counter() - started, 2)


def _latency(client: Client, path: str, projects: int, rounds: int) -> dict[str, Any]:
    codes = [item["code"] for item in json.loads(client.get("/api/v1/projects?size=50")[1])["items"]]
    taken = [_ask(client, path.format(code=quote(codes[n % len(codes)]), last=max(projects // 50, 1)))
             for n in range(rounds)]
    return {"p50_ms": percentile(taken, 0.5), "p95_ms": percentile(taken, 0.95), "raw_ms": _rounded(taken)}


def _ask(client: Client, path: str) -> float:
    started = time.perf_counter()
    status, body = client.get(path)
    if status != 200:
        raise SystemExit(f"{path} answered {status}: {body.decode()[:300]}")
    return (time.perf_counter() - started) * 1000


def _rounded(values: Sequence[float]) -> list[float]:
    return [round(value, 2) for value in values]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.register", description=__doc__)
    parser.add_argument("--projects", type=int, default=ledger.PROJECTS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asked = parser.parse_args()
    print(json.dumps(measure({}, asked.projects, asked.rounds), ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()

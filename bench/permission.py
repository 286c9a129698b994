"""A change of rights over a large dossier: `python -m bench.permission [--documents N] [--elasticsearch URL]`.

From the start of the change until everybody's search over HTTP agrees with it: who gains finds every document, who loses
finds none. The dossier moves to another unit and back, and is assigned to a person and taken from her again.
"""

import argparse
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from admin.system import System
from archive.access import system_actor
from archive.models import Person, Project
from archive.operations.projects import assign_dossier, update_project
from bench import stored
from bench.reindex import answering
from bench.scratch import CODE, UNIT, Scratch, scratch_archive
from bench.search_http import Client

DOCUMENTS, MOST_SECONDS, ROUNDS, PATIENCE = 40_000, 2.0, 5, 60.0
OTHER_UNIT = "另一单位"
ACTOR = system_actor("bench")


def measure(engines: Mapping[str, str], documents: int = DOCUMENTS, rounds: int = ROUNDS) -> dict[str, Any]:
    with scratch_archive(engines) as scratch, answering(scratch) as everything, stored.opened(scratch) as system:
        stored.insert(documents)
        scratch.run("reindex")
        port = everything.connection.port
        own, other = (_reader(scratch, port, name, unit) for name, unit in (("own", UNIT), ("other", OTHER_UNIT)))
        indexed = _indexed(system)
        taken: dict[str, list[float]] = {}
        for _ in range(rounds):
            for name, change, finds in _changes(system, own, other, documents):
                taken.setdefault(name, []).append(_seconds(change, finds))
        untouched = _indexed(system) == indexed
    slowest = max(max(values) for values in taken.values())
    return {"documents": documents, "engine": stored.index_of(engines), "slowest_s": slowest, "seconds": taken,
            "goals_met": {"visible_in_time": slowest < MOST_SECONDS, "no_indexed_document_touched": untouched}}


Change = tuple[str, Callable[[], object], Mapping[Client, int]]


def _changes(system: System, own: Client, other: Client, documents: int) -> list[Change]:
    """What is done, and how many documents each finds afterwards."""
    person = Person.objects.get(name="own").id
    return [
        ("moved to another unit", lambda: _move(system, OTHER_UNIT), {own: 0, other: documents}),
        ("assigned to a person", lambda: assign_dossier(ACTOR, system.clock, CODE, [person]), {own: documents}),
        ("taken from her", lambda: assign_dossier(ACTOR, system.clock, CODE, []), {own: 0, other: documents}),
        ("moved back", lambda: _move(system, UNIT), {own: documents, other: 0}),
    ]


def _move(system: System, unit: str) -> None:
    update_project(ACTOR, system.clock, CODE, Project.objects.get(code=CODE).revision, {"unit": unit})


def _seconds(change: Callable[[], object], finds: Mapping[Client, int]) -> float:
    """Raises SystemExit where it does not become visible at all."""
    for client in finds:
        client.connection.close()  # it may have been idle for longer than the server keeps it
    started = time.perf_counter()
    change()
    while any(client.search(q="", size=20)["total"] != total for client, total in finds.items()):
        if time.perf_counter() - started > PATIENCE:
            raise SystemExit(f"the change was not visible after {PATIENCE} s")
    return round(time.perf_counter() - started, 3)


def _reader(scratch: Scratch, port: int, name: str, unit: str) -> Client:
    scratch.run("user", "add", name, "--role", "unit", "--unit", unit)
    return Client(port, scratch.run("user", "token", name).split()[-1])


def _indexed(system: System) -> tuple[object, ...]:
    """What a write to the index would change."""
    info = system.index.info()
    return info.documents, info.size, tuple(sorted(info.detail.items()))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.permission", description=__doc__)
    parser.add_argument("--documents", type=int, default=DOCUMENTS)
    parser.add_argument("--elasticsearch", default="", help="its address, with an index prefix that is not used yet")
    asked = parser.parse_args()
    engines = {"DANGAN_ELASTICSEARCH_URL": asked.elasticsearch} if asked.elasticsearch else {}
    print(json.dumps(measure(engines, asked.documents), ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()

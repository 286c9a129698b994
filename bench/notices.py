"""The morning's notices of very many projects: time and memory of the first, when every alert is new to everybody, and of one after.

    python -m bench.notices [--projects N]

Told are three who see everything and one account in each of twenty units, and the contacts the projects name.
"""

import argparse
import json
import time
from typing import Any

from archive.access import system_actor
from archive.models import Project
from archive.operations.people import NewPerson, add_person
from archive.permissions import Role
from archive.transaction import collection
from bench import many
from bench.memory import PeakMemory
from bench.scratch import Scratch, scratch_archive
from bench.stored import opened
from retention.models import FindingRecord, InboxLine, Mail, Mention

PROJECTS, UNITS = 2000, 20
OVER_ALL = {"auditor": Role.AUDITOR, "archivist": Role.ARCHIVIST, "supervisor": Role.SUPERVISOR}
RUNS = {"sweep": "compliance.nightly", "first": "notices.daily", "again": "notices.daily", "urgent": "notices.urgent",
        "weekly": "notices.weekly"}


def measure(projects: int = PROJECTS) -> dict[str, Any]:
    with scratch_archive({}) as scratch:
        with opened(scratch) as system:
            many.insert(projects)
            units = sorted({row["unit"] for row in collection(Project).find({}, {"unit": 1})})[:UNITS]
            people = [*((name, role, "") for name, role in OVER_ALL.items()),
                      *((f"unit{number}", Role.UNIT, unit) for number, unit in enumerate(units))]
            for name, role, unit in people:
                add_person(system_actor("bench"), system.clock,
                           NewPerson(name, role, display_name=name, email=f"{name}@example.com", unit=unit))
        report: dict[str, Any] = {"projects": projects, **{name: _run(scratch, job) for name, job in RUNS.items()}}
        with opened(scratch):
            return {**report, "open": collection(FindingRecord).count_documents({"alert": "open"}),
                    **{model.__name__: collection(model).estimated_document_count() for model in (Mail, Mention, InboxLine)}}


def _run(scratch: Scratch, job: str) -> dict[str, Any]:
    """The whole command, its start included."""
    started = time.perf_counter()
    process = scratch.start("jobs", "run", job)
    with PeakMemory(lambda: {process.pid} | scratch.engines()) as memory:
        said, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"{job} ended with {process.returncode}: {said}")
    return {"seconds": round(time.perf_counter() - started, 1), "megabytes": memory.megabytes(), "said": said.strip()}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.notices", description=__doc__)
    parser.add_argument("--projects", type=int, default=PROJECTS)
    print(json.dumps(measure(parser.parse_args().projects), ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()

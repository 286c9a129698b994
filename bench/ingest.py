"""How fast files become searchable, and how much memory that takes: `python -m bench.ingest DIR`.

DIR holds `files/`. They go through `dangan ingest` into an empty archive; the clock runs from the first file to the
moment when the last one can be found.
"""

import argparse
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.memory import PeakMemory
from bench.processor import ProcessorTime
from bench.scratch import CODE, Scratch, scratch_archive

LEAST_DOCS_PER_SECOND, MOST_MEGABYTES = 50.0, 1500.0
LOOK_SECONDS = 1.0  # looking as often as elsewhere takes a fifth of a core from what is measured


def ingest(scratch: Scratch, files: Path) -> dict[str, Any]:
    """File everything below `files`; speed, results, peak memory and processor time of all processes that took part."""
    process = scratch.start("ingest", files, "--project", CODE, "--json")

    def took_part() -> set[int]:
        return {process.pid, *scratch.engines()}

    with PeakMemory(took_part, every=LOOK_SECONDS) as memory, ProcessorTime(took_part, LOOK_SECONDS) as processor:
        said, _ = process.communicate()
    if process.returncode not in (0, 1):
        raise SystemExit(f"dangan ingest ended with {process.returncode}")
    report = json.loads(said)
    statuses = Counter(file["status"] for file in report["files"])
    return {"files": len(report["files"]), **statuses, "seconds": report["seconds"],
            "docs_per_second": round(len(report["files"]) / report["seconds"], 1), "megabytes": memory.megabytes(),
            "processor_seconds": processor.seconds()}


def measure(folder: Path, engines: Mapping[str, str]) -> dict[str, Any]:
    with scratch_archive(engines) as scratch:
        return ingest(scratch, folder / "files")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.ingest", description=__doc__)
    parser.add_argument("folder", type=Path, help="a folder with files/")
    result = measure(parser.parse_args().folder, {})
    result["goals_met"] = (result["docs_per_second"] >= LEAST_DOCS_PER_SECOND
                           and result["megabytes"]["peak"] < MOST_MEGABYTES)
    print(json.dumps(result, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()

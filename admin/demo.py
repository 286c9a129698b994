"""The sample archive: loaded once through the ordinary operations, then judged and told by the ordinary jobs."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

from admin.jobs import JOBS, run_job
from admin.ledger_import import import_rows
from admin.sample import Sample, SampleFile, build
from admin.system import System
from admin.worker import wait_until_done
from archive.access import Actor, system_actor
from archive.errors import AlreadyExists, Refused
from archive.models import Contract, Document, OutboxEvent, Project
from archive.operations.people import NewPerson, add_person, find_person
from archive.permissions import Role
from ingest.describe import Given
from retention.models import FindingRecord, Mail

SEED = 20211005
ACTOR = system_actor("demo")
AT_ONCE = 4
ROWS_AT_ONCE = 200  # one transaction each, also where the machine is slow
WAIT_SECONDS = 600.0
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Summary:
    """What the archive holds after the jobs ran. Findings are those not settled, by outcome and severity."""

    projects: int
    contracts: int
    documents: int
    findings: dict[str, int]
    alerts: int
    mails: int


def load(system: System, progress: Progress) -> Sample:
    """Put the sample into the archive, or what is still missing of it. Its days stay those of the first load."""
    marker = system.settings.data_dir / "sample.json"
    state = _state(marker, system.clock.today())
    sample = build(state.seed, date.fromisoformat(state.today))
    if not state.complete:
        _people(system, sample)
        import_rows(system, ACTOR, sample.projects, sample.contracts)
        _files(system, sample, progress)
        _entries(system, sample)
        wait_until_done(system, _waiting(), timeout=WAIT_SECONDS)
        _write(marker, replace(state, complete=True))
    return sample


def run_jobs(system: System) -> None:
    """Every scheduled job once, in the order of a day."""
    for job in sorted(JOBS, key=lambda job: (job.hour, job.minute)):
        run_job(system, ACTOR, job.id)


def summarise() -> Summary:
    open_ones = FindingRecord.objects(outcome__in=["failed", "due", "unknown"])
    counts = {severity: open_ones.filter(outcome="failed", severity=severity).count() for severity in "CHMLI"}
    return Summary(Project.objects.count(), Contract.objects.count(), Document.objects.count(), counts,
                   FindingRecord.objects(alert="open").count(), Mail.objects.count())


@dataclass(frozen=True, slots=True)
class Loading:
    """What the data folder remembers of the sample: the day it was made for, and whether all of it is in."""

    seed: int
    today: str
    complete: bool = False


def _state(marker: Path, today: date) -> Loading:
    try:
        return Loading(**json.loads(marker.read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        state = Loading(SEED, today.isoformat())
        _write(marker, state)
        return state


def _write(marker: Path, state: Loading) -> None:
    temporary = marker.with_suffix(".part")
    temporary.write_text(json.dumps(asdict(state)))
    temporary.replace(marker)


def _people(system: System, sample: Sample) -> None:
    for person in sample.people:
        try:
            add_person(ACTOR, system.clock, NewPerson(person.name, Role(person.role), person.unit, person.email,
                                                      person.display_name, person.password))
        except AlreadyExists:
            continue  # loaded by an earlier, interrupted run


def _files(system: System, sample: Sample, progress: Progress) -> None:
    """Several at once; what an interrupted run filed before is recognised by its bytes."""
    archivist = find_person(next(p.name for p in sample.people if p.role == "archivist")).actor()
    total = len(sample.files)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        jobs: Iterable[None] = pool.map(lambda file: _file(system, archivist, file), sample.files)
        for done, _ in enumerate(jobs, 1):
            progress("收入文件", done, total)
    for file in sample.refused:
        try:
            _file(system, archivist, file)
        except Refused:
            continue  # that it is refused is what it is there to show


def _file(system: System, actor: Actor, file: SampleFile) -> None:
    system.intake.file(actor, file.project, file.filename, [file.write()],
                       Given(type=file.type if file.note == "given" else ""))


def _entries(system: System, sample: Sample) -> None:
    """The registers, with the papers that are filed by now as evidence."""
    papers: dict[tuple[str, str], list[str]] = defaultdict(list)
    for document in Document.objects.only("id", "project", "type").order_by("id"):
        papers[document.project, document.type].append(document.id)
    rows = []
    for entry in sample.entries:
        named = str(entry.row.values.get("project", "")) or entry.row.owner
        proof = [key for kind in entry.proof for key in papers[named, kind][:1]]
        rows.append(replace(entry.row, evidence=tuple(proof)))
    for start in range(0, len(rows), ROWS_AT_ONCE):
        if errors := import_rows(system, ACTOR, (), (), tuple(rows[start:start + ROWS_AT_ONCE])).errors:
            raise RuntimeError(f"the sample does not keep its own rules: {errors[:3]}")


def _waiting() -> list[str]:
    return list(OutboxEvent.objects(finished=False).distinct("subject"))

"""Puts the sample together, and adds the three files every archive meets: a duplicate, a damaged one, a marked one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial

from admin.sample.cases import Case, build_cases
from admin.sample.files import files_of
from admin.sample.model import Sample, SampleEntry, SampleFile, SampleStory
from admin.sample.names import UNITS
from admin.sample.paper import Paper
from admin.sample.people import PEOPLE
from admin.sample.registers import entries_of, of_units
from admin.sample.scenarios import SCENARIOS
from admin.sample.writers import write
from archive.registers import REGISTERS

_HOST = "accepted-2m"  # the project that gets the three special files
_COPIED = "build_contract"


def build(seed: int, today: date) -> Sample:
    """The sample as seen from `today`; the same arguments give the same sample, byte for byte."""
    cases = build_cases(SCENARIOS, seed, today)
    files = [file for case in cases for file in files_of(case, seed)]
    host = next(case for case in cases if case.scenario.key == _HOST)
    return Sample(
        units=tuple(unit.name for unit in UNITS),
        people=PEOPLE,
        projects=tuple(case.row for case in cases),
        contracts=tuple(contract for case in cases for contract in case.contracts),
        files=(*files, _duplicate(host, files), _broken(host, files)),
        refused=(_marked(host),),
        stories=tuple(_story(case) for case in cases),
        entries=_entries(cases, today),
    )


def _entries(cases: Sequence[Case], today: date) -> tuple[SampleEntry, ...]:
    """Systems first: other rows name them."""
    found = [*of_units(cases, today), *(entry for case in cases for entry in entries_of(case))]
    return tuple(sorted(found, key=lambda entry: list(REGISTERS).index(entry.row.register)))


def _story(case: Case) -> SampleStory:
    return SampleStory(case.row.code, case.scenario.key, case.scenario.note, case.scenario.shows)


def _of_host(host: Case, files: Sequence[SampleFile]) -> SampleFile:
    return next(file for file in files if file.project == host.row.code and file.type == _COPIED)


def _duplicate(host: Case, files: Sequence[SampleFile]) -> SampleFile:
    """The same bytes under the name that a second download gives them."""
    original = _of_host(host, files)
    stem, _, suffix = original.filename.rpartition(".")
    return replace(original, filename=f"{stem} (1).{suffix}", note="duplicate")


def _broken(host: Case, files: Sequence[SampleFile]) -> SampleFile:
    """A PDF whose copying broke off half-way."""
    original = _of_host(host, files)
    return replace(original, filename="合同补充材料（传输中断）.pdf", write=partial(_half, original), note="broken")


def _half(original: SampleFile) -> bytes:
    whole = original.write()
    return whole[: len(whole) // 2]


def _marked(host: Case) -> SampleFile:
    """A paper that bears a secrecy marking, which this archive must not keep. Its content is as invented as the rest."""
    day = host.dates["approved_on"]
    paper = Paper(
        layout="report",
        title="关于某项目建设情况的专题报告",
        issuer=host.row.unit,
        day=day,
        facts=(("密级", "机密★10年"),),
        blocks=("本件仅用于演示系统拒收带有密级标志的文件，不含任何真实内容。",),
    )
    return SampleFile(
        project=host.row.code,
        filename="专题报告.pdf",
        type="other",
        title=paper.title,
        doc_date=day,
        doc_no="",
        issuer=paper.issuer,
        conclusion="",
        write=partial(write, "pdf", paper),
        note="marked",
    )

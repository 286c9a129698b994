"""Where each project stands, kept beside its findings: what boards count, so that no request judges or opens a dossier.

A standing is drawn up from the project, the types of its documents and its findings, and is kept in the transaction that
keeps these findings. It can be made anew at any time: judging does it.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from archive.requirements import ProjectProfile, Requirement, required_materials
from retention.compliance.findings import UNSETTLED, Finding, Outcome, Severity
from retention.compliance.rules import all_rules
from retention.kept import Place, as_stored, deserves_alert, digest_of
from retention.reading import Reading
from retention.sums import COUNTED

GRAVE = (Severity.C, Severity.H)


def standing_of(place: Place, read: Reading, findings: Sequence[Finding], day: date) -> dict[str, Any]:
    """A `Standing` as it is stored. Overdue counts from the oldest day a failed rule names. What another finding tells of
    (`quiet`) is not counted again: a board's number is that of the alerts it leads to."""
    project = read.facts.project
    profile = ProjectProfile(project.mode, project.kind, project.classified, project.cross_department)
    wanted = mandatory(profile)
    lacks = [want.type for want in wanted if not _there(want, read.types) and want.type not in project.waived]
    kinds = Counter((finding.outcome, finding.severity) for finding in findings)
    counts = Counter[Outcome]()
    for (outcome, _), number in kinds.items():
        counts[outcome] += number
    failed = [finding for finding in findings if finding.outcome is Outcome.FAILED and not finding.quiet]
    coming = min((finding for finding in findings if finding.outcome is Outcome.DUE and finding.due_on),
                 key=lambda finding: (finding.due_on or date.max, finding.rule, finding.subject), default=None)
    late = min((finding.due_on for finding in failed if finding.due_on and finding.due_on < day), default=None)
    dates = {"late_since": as_stored(late), "next_on": as_stored(coming.due_on if coming else None)}
    return {
        "_id": place.dossier, "project": place.code, "project_name": place.name, "unit": place.unit, "profile": key_of(profile),
        "needed": len(wanted), "settled": len(wanted) - len(lacks), "lacks": lacks, "failed": len(failed),
        "quiet": counts[Outcome.FAILED] - len(failed), "undated": late is None, "unnext": coming is None,
        "grave": sum(finding.severity in GRAVE for finding in failed), "unknown": counts[Outcome.UNKNOWN],
        "open": sum(map(deserves_alert, findings)), "counted": COUNTED,
        "kinds": {f"{one.value}/{severity.value}": number for (one, severity), number in kinds.items() if one in UNSETTLED},
        "due": counts[Outcome.DUE], "passed": counts[Outcome.PASSED], "not_applicable": counts[Outcome.NOT_APPLICABLE],
        "next_title": all_rules()[coming.rule].title if coming else "", "digest": digest_of(place, findings),
        "evaluated_on": as_stored(day), **{name: value for name, value in dates.items() if value is not None}}


@cache
def mandatory(profile: ProjectProfile) -> tuple[Requirement, ...]:
    return tuple(want for want in required_materials(profile) if want.level == "mandatory")


def key_of(profile: ProjectProfile) -> str:
    """What decides which materials are asked for, in one word: projects of one key need the same."""
    return f"{profile.mode}/{profile.kind}/{'CL' if profile.classified else 'NC'}/{'XD' if profile.cross_department else '-'}"


def profile_named(key: str) -> ProjectProfile:
    mode, kind, secrecy, cooperation = key.split("/")
    return ProjectProfile(mode, kind, secrecy == "CL", cooperation == "XD")


def _there(want: Requirement, types: frozenset[str]) -> bool:
    return want.type in types or not types.isdisjoint(want.alternatives)

"""Where each project stands, kept beside its findings: what boards count, so that no request judges or opens a dossier.

A standing is drawn up from the project, the types of its documents and its findings, and is kept in the transaction that
keeps these findings. It can be made anew at any time: judging does it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from archive.dossier import profile_of
from archive.models import Document, Project
from archive.requirements import ProjectProfile, Requirement, required_materials
from archive.transaction import collection
from retention.compliance.findings import Finding, Outcome, Severity
from retention.compliance.rules import all_rules
from retention.models import Standing

GRAVE = (Severity.C, Severity.H)


def draw_up(projects: Sequence[Project], answers: Mapping[str, Sequence[Finding]], day: date) -> dict[str, Standing]:
    """The standing of each project code; one query for all."""
    types = _types(projects)
    return {project.code: standing_of(project, types.get(project.id, frozenset()), answers[project.code], day)
            for project in projects}


def standing_of(project: Project, types: frozenset[str], findings: Sequence[Finding], day: date) -> Standing:
    """`types`: of the documents in the dossier. Overdue counts from the oldest day a failed rule names."""
    profile = profile_of(project)
    waived = {waiver.type for waiver in project.waivers}
    wanted = mandatory(profile)
    lacks = [want.type for want in wanted if not _there(want, types) and want.type not in waived]
    failed = [finding for finding in findings if finding.outcome is Outcome.FAILED]
    coming = min((finding for finding in findings if finding.outcome is Outcome.DUE and finding.due_on),
                 key=lambda finding: (finding.due_on or date.max, finding.rule, finding.subject), default=None)
    late = [finding.due_on for finding in failed if finding.due_on and finding.due_on < day]
    return Standing(
        id=project.id, project=project.code, project_name=project.name, unit=project.unit, profile=key_of(profile),
        needed=len(wanted), settled=len(wanted) - len(lacks), lacks=lacks, failed=len(failed),
        grave=sum(finding.severity in GRAVE for finding in failed), late_since=min(late, default=None),
        unknown=sum(finding.outcome is Outcome.UNKNOWN for finding in findings),
        next_on=coming.due_on if coming else None, next_title=all_rules()[coming.rule].title if coming else "", evaluated_on=day)


def mandatory(profile: ProjectProfile) -> tuple[Requirement, ...]:
    return tuple(want for want in required_materials(profile) if want.level == "mandatory")


def key_of(profile: ProjectProfile) -> str:
    """What decides which materials are asked for, in one word: projects of one key need the same."""
    return f"{profile.mode}/{profile.kind}/{'CL' if profile.classified else 'NC'}/{'XD' if profile.cross_department else '-'}"


def profile_named(key: str) -> ProjectProfile:
    mode, kind, secrecy, cooperation = key.split("/")
    return ProjectProfile(mode, kind, secrecy == "CL", cooperation == "XD")


def differs(standing: Standing) -> bool:
    """Whether keeping it would change anything."""
    stored: Standing | None = Standing.objects(id=standing.id).first()
    return stored is None or stored.as_mongo() != standing.as_mongo()


def _there(want: Requirement, types: frozenset[str]) -> bool:
    return want.type in types or not types.isdisjoint(want.alternatives)


def _types(projects: Sequence[Project]) -> dict[str, frozenset[str]]:
    match = {"dossier": {"$in": [project.id for project in projects]}}
    found: dict[str, set[str]] = defaultdict(set)
    for row in collection(Document).find(match, {"_id": 0, "dossier": 1, "type": 1}):
        found[row["dossier"]].add(row["type"])
    return {dossier: frozenset(types) for dossier, types in found.items()}

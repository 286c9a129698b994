"""The dossier as a list of what should be in it: every required material, whether it is there, and who asks for it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from archive import taxonomy
from archive.access import Actor
from archive.models import Document, Project
from archive.queries import find_project
from archive.requirements import ProjectProfile, Requirement, required_materials


@dataclass(frozen=True, slots=True)
class Material:
    """One required material. `state`: `present`, `missing`, `not_applicable` or `waived`."""

    requirement: Requirement
    state: str
    documents: tuple[Document, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class StageView:
    """One stage with its materials and every document filed in it."""

    code: str
    name: str
    materials: tuple[Material, ...]
    documents: tuple[Document, ...]

    @property
    def missing(self) -> int:
        return sum(m.state == "missing" and m.requirement.level == "mandatory" for m in self.materials)


@dataclass(frozen=True, slots=True)
class DossierView:
    """`completeness` is the share of mandatory materials that are present or waived, 0..1; 1 where none is asked for."""

    project: Project
    stages: tuple[StageView, ...]
    completeness: float

    @property
    def materials(self) -> tuple[Material, ...]:
        return tuple(material for stage in self.stages for material in stage.materials)


def dossier_of(actor: Actor, code: str) -> DossierView:
    """Raises NotFound where the actor may not see it."""
    project = find_project(actor, code)
    return view(project, list(Document.objects(dossier=project.id).order_by("doc_date", "created_at", "id")))


def view(project: Project, documents: Sequence[Document]) -> DossierView:
    by_type: dict[str, list[Document]] = defaultdict(list)
    by_stage: dict[str, list[Document]] = defaultdict(list)
    for document in documents:
        by_type[document.type].append(document)
        by_stage[document.stage].append(document)
    waived = {waiver.type: waiver.reason for waiver in project.waivers}
    wanted = required_materials(profile_of(project))
    materials = [_judge(requirement, by_type, waived) for requirement in wanted]
    materials += [Material(r, "not_applicable", reason=r.note) for r in _asked_of_others(wanted)]
    mandatory = [m for m in materials if m.requirement.level == "mandatory" and m.state != "not_applicable"]
    settled = sum(m.state in ("present", "waived") for m in mandatory)
    stages = tuple(
        StageView(key, name, tuple(m for m in materials if m.requirement.stage == key), tuple(by_stage.get(key, ())))
        for key, name in taxonomy.load().stages.items())
    return DossierView(project, stages, settled / len(mandatory) if mandatory else 1.0)


def profile_of(project: Project) -> ProjectProfile:
    return ProjectProfile(mode=project.mode, kind=project.kind, classified=project.classified,
                          cross_department=project.cross_department)


def _judge(requirement: Requirement, by_type: dict[str, list[Document]], waived: dict[str, str]) -> Material:
    found = [doc for key in (requirement.type, *requirement.alternatives) for doc in by_type.get(key, ())]
    if found:
        return Material(requirement, "present", tuple(found))
    if requirement.type in waived:
        return Material(requirement, "waived", reason=waived[requirement.type])
    return Material(requirement, "missing")


def _asked_of_others(wanted: Sequence[Requirement]) -> list[Requirement]:
    """Mandatory materials of other kinds of project: shown as not applicable, so nobody wonders where they are."""
    known = {key for r in wanted for key in (r.type, *r.alternatives)}
    others: dict[str, Requirement] = {}
    for mode, kind, classified, cross in product(("self_build", "service_purchase"), ("new", "om"), (False, True),
                                                 (False, True)):
        for requirement in required_materials(ProjectProfile(mode, kind, classified, cross)):
            if requirement.level == "mandatory" and requirement.type not in known:
                others.setdefault(requirement.type, requirement)
    return list(others.values())

"""What a dossier should hold, what of it is there, and how complete that makes it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin.system import System
from archive import taxonomy
from archive.access import Actor
from archive.dossier import DossierView, dossier_of, profile_of, view
from archive.errors import NotFound
from archive.models import Document, Project
from archive.models.projects import KINDS, MODES, Waiver
from archive.operations.documents import catalogue_document
from archive.operations.projects import waive_material
from archive.requirements import required_materials
from tests.builders import SYSTEM, UNIT_B, a_description, a_project

CODE = "XM-2024-001"
NOW = "2026-03-02T02:00:00"


def a_dossier(project: Project, *types: str) -> DossierView:
    """The view of a project that holds documents of these types, with no database."""
    documents = [Document(type=key, stage=taxonomy.load().get(key).stage, title=key) for key in types]
    return view(project, documents)


def states(dossier: DossierView) -> dict[str, str]:
    return {material.requirement.type: material.state for material in dossier.materials}


def mandatory(project: Project) -> list[str]:
    return [r.type for r in required_materials(profile_of(project)) if r.level == "mandatory"]


def waived(*types: str) -> list[Waiver]:
    return [Waiver(type=key, reason=f"{key} 不适用", by="x") for key in types]


projects = st.builds(lambda mode, kind, classified, cross: Project(
    code=CODE, name="平台", unit="甲", mode=mode, kind=kind, classified=classified, cross_department=cross),
    st.sampled_from(MODES), st.sampled_from(KINDS), st.booleans(), st.booleans())


@given(projects)
def test_an_empty_dossier_misses_everything_mandatory_and_a_full_one_nothing(project: Project) -> None:
    wanted = mandatory(project)
    assert wanted
    assert a_dossier(project).completeness == 0.0
    full = a_dossier(project, *wanted)
    assert full.completeness == 1.0
    assert sum(stage.missing for stage in full.stages) == 0
    assert sum(stage.missing for stage in a_dossier(project).stages) == len(wanted)


@given(projects, st.data())
def test_completeness_counts_what_is_there_or_waived(project: Project, data: st.DataObject) -> None:
    wanted = mandatory(project)
    alternatives = {r.type: set(r.alternatives) for r in required_materials(profile_of(project))}
    present = data.draw(st.sets(st.sampled_from(wanted)))
    project.waivers = waived(*data.draw(st.sets(st.sampled_from(wanted))))
    settled = {key for key in wanted if key in present or alternatives[key] & present
               or key in {w.type for w in project.waivers}}
    assert a_dossier(project, *present).completeness == pytest.approx(len(settled) / len(wanted))


@given(projects)
def test_every_material_stands_once_in_its_stage_with_a_state(project: Project) -> None:
    dossier = a_dossier(project)
    assert [stage.code for stage in dossier.stages] == list(taxonomy.load().stages)
    assert len(states(dossier)) == len(dossier.materials), "a material is listed twice"
    assert all(m.requirement.stage == stage.code for stage in dossier.stages for m in stage.materials)
    asked = {r.type for r in required_materials(profile_of(project))}
    assert {key for key, state in states(dossier).items() if state == "missing"} == asked
    assert {key for key, state in states(dossier).items() if state == "not_applicable"}.isdisjoint(asked)


def test_what_only_other_projects_need_is_not_applicable() -> None:
    plain = Project(code=CODE, name="平台", unit="甲", mode="self_build")
    classified = Project(code=CODE, name="平台", unit="甲", mode="self_build", classified=True)
    only_classified = set(mandatory(classified)) - {r.type for r in required_materials(profile_of(plain))}
    assert only_classified
    assert {states(a_dossier(plain))[key] for key in only_classified} == {"not_applicable"}


def test_a_document_is_stronger_than_a_waiver_and_an_alternative_is_as_good() -> None:
    project = Project(code=CODE, name="平台", unit="甲", mode="self_build")
    with_alternative = next(r for r in required_materials(profile_of(project)) if r.alternatives)
    project.waivers = waived(with_alternative.type)
    dossier = a_dossier(project, with_alternative.alternatives[0])
    material = next(m for m in dossier.materials if m.requirement.type == with_alternative.type)
    assert (material.state, [d.type for d in material.documents]) == ("present", [with_alternative.alternatives[0]])


def test_a_stage_lists_every_document_filed_in_it_asked_for_or_not() -> None:
    project = Project(code=CODE, name="平台", unit="甲", mode="self_build")
    dossier = a_dossier(project, "meeting_minutes", "meeting_minutes", taxonomy.OTHER)
    assert sum(len(stage.documents) for stage in dossier.stages) == 3


def test_a_stored_dossier_shows_documents_catalogue_entries_and_waivers(system: System) -> None:
    project = a_project(system)
    first, second, *_ = mandatory(project)
    before = dossier_of(SYSTEM, CODE)
    catalogue_document(SYSTEM, system.clock, CODE, a_description(type=first), "柜 3")
    waive_material(SYSTEM, system.clock, CODE, second, "本项目不涉及")
    after = dossier_of(SYSTEM, CODE)
    found = {m.requirement.type: m for m in after.materials}
    assert (found[first].state, len(found[first].documents)) == ("present", 1)
    assert (found[second].state, found[second].reason) == ("waived", "本项目不涉及")
    assert after.completeness > before.completeness == 0.0


def test_the_dossier_of_another_unit_does_not_exist(system: System, people: dict[str, Actor]) -> None:
    a_project(system, unit=UNIT_B)
    assert dossier_of(people["unit_b"], CODE).project.code == CODE
    with pytest.raises(NotFound):
        dossier_of(people["unit_a"], CODE)

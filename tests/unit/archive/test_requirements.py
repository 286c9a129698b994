"""What a dossier must hold, by mode, kind, secrecy and cooperation."""

from copy import deepcopy
from importlib.resources import files
from itertools import product

import pytest
import yaml

from archive.requirements import LEVELS, ProjectProfile, check_tables, required_materials
from archive.taxonomy import BadTaxonomy, load

SB_NC = ProjectProfile("self_build")
SB_CL = ProjectProfile("self_build", classified=True)
PS_NC = ProjectProfile("service_purchase")
PS_CL = ProjectProfile("service_purchase", classified=True)
OM = ProjectProfile("self_build", "om")
EVERY = [ProjectProfile(*row) for row in product(
    ("self_build", "service_purchase"), ("new", "extend", "upgrade", "om"), (False, True), (False, True))]


def level(key: str, profile: ProjectProfile) -> str:
    return next((r.level for r in required_materials(profile) if r.type == key), "")


def one(key: str, profile: ProjectProfile):
    return next(r for r in required_materials(profile) if r.type == key)


@pytest.mark.parametrize(("key", "levels"), [
    ("construction_summary", "M M r r"), ("financial_report", "M M r r"), ("third_party_audit_report", "M M r r"),
    ("sharing_report", "M M M M"), ("third_party_test_report", "M M r r"), ("mlps_evaluation_report", "M - M -"),
    ("classified_evaluation_report", "- M - M"), ("data_security_assessment", "M M r r"),
    ("crypto_evaluation_report", "M M M M"), ("trial_run_report", "M M M M"), ("completion_confirmation", "M M M M"),
    ("acceptance_opinion", "M M - -"), ("acceptance_review_opinion", "- - M M"), ("acceptance_filing", "M M M M"),
    ("archive_acceptance_opinion", "E E r r"), ("supervision_summary", "E E r r"), ("secure_product_list", "E E r r"),
])
def test_the_acceptance_list_depends_on_mode_and_secrecy(key, levels):
    assert [level(key, p) for p in (SB_NC, SB_CL, PS_NC, PS_CL)] == [LEVELS[code] for code in levels.split()]


@pytest.mark.parametrize(("key", "profile", "expected"), [
    ("feasibility_report", SB_NC, "mandatory"), ("feasibility_report", PS_NC, ""),
    ("service_requirement_plan", PS_NC, "mandatory"), ("service_requirement_plan", SB_NC, ""),
    ("plan_approval", PS_NC, "mandatory"), ("plan_approval", SB_NC, ""),
    ("build_contract", SB_NC, "mandatory"), ("service_contract", PS_NC, "mandatory"),
    ("om_contract", OM, "mandatory"), ("om_contract", SB_NC, ""),
    ("unit_acceptance_report", PS_NC, "mandatory"), ("unit_acceptance_report", SB_NC, ""),
    ("mlps_plan", SB_NC, "mandatory"), ("mlps_plan", SB_CL, ""),
    ("classified_protection_plan", SB_CL, "mandatory"), ("classified_protection_plan", SB_NC, ""),
    ("secrecy_agreement", SB_CL, "mandatory"), ("secrecy_agreement", SB_NC, ""),
    ("supervision_contract", SB_NC, "mandatory"), ("supervision_contract", PS_NC, ""),
    ("supervision_report", SB_NC, "expected"), ("supervision_report", PS_NC, "recommended"),
    ("implementation_scheme", SB_NC, ""), ("tender_clarification", SB_NC, ""),
])
def test_a_material_is_asked_of_those_it_concerns(key, profile, expected):
    assert level(key, profile) == expected


def test_cooperation_of_departments_asks_for_its_own_papers():
    together = ProjectProfile("self_build", cross_department=True)
    added = {r.type for r in required_materials(together)} - {r.type for r in required_materials(SB_NC)}
    assert added == {"joint_preparation_minutes", "interface_spec", "coordination_agreement"}


def test_a_merged_scheme_takes_the_place_of_study_and_design():
    for key in ("feasibility_report", "preliminary_design", "budget_estimate"):
        assert one(key, SB_NC).alternatives == ("implementation_scheme",)
    assert one("fsr_approval", SB_NC).alternatives == ("plan_approval",)


def test_om_projects_are_not_asked_for_acceptance_or_approval():
    assert not {r.stage for r in required_materials(OM)} & {"ACC", "TRL", "BLD", "SUP", "APR"}
    assert {"om_plan", "om_budget_application", "budget_reply", "om_contract"} <= {
        r.type for r in required_materials(OM) if r.level == "mandatory"}


def test_om_projects_are_pointed_to_their_own_articles():
    assert (one("annual_demand_form", OM).clause, one("annual_demand_form", SB_NC).clause) == ("37", "15")


def test_secrecy_papers_are_asked_of_classified_om_projects_only():
    assert level("secrecy_agreement", OM) == ""
    assert level("secrecy_agreement", ProjectProfile("self_build", "om", classified=True)) == "mandatory"


@pytest.mark.parametrize("profile", EVERY, ids=str)
def test_requirements_come_once_each_in_stage_and_table_order(profile):
    found = [r.type for r in required_materials(profile)]
    order = [kind.key for code in load().stages for kind in load().by_stage(code)]
    assert found == sorted(found, key=order.index)
    assert len(found) == len(set(found)) > 30


@pytest.mark.parametrize("profile", EVERY, ids=str)
def test_names_and_stages_are_those_of_the_taxonomy(profile):
    assert all((r.name, r.stage) == (load().get(r.type).name, load().get(r.type).stage)
               for r in required_materials(profile))


def test_what_the_acceptance_article_asks_for_cites_it():
    assert one("crypto_evaluation_report", SB_NC).clause == "31.2"
    assert one("bid_evaluation_report", SB_NC).clause == ""


def _raw():
    return deepcopy(yaml.safe_load(files("archive").joinpath("requirements.yaml").read_text(encoding="utf-8")))


@pytest.mark.parametrize(("part", "entry", "problem"), [
    ("om", {"om_plann": "M"}, "没有文件类型 om_plann"), ("om", {"om_plan": "X"}, "之一"),
    ("alternatives", {"om_plan": ["nope"]}, "没有文件类型 nope"),
    ("modes", {"om_plan": {"SB": "M"}}, "modes 的 om_plan"),
    ("acceptance", {"om_plan": {"SB": "M", "PS": "M"}}, "acceptance 的 om_plan"),
])
def test_a_wrong_table_is_named(part, entry, problem):
    raw = _raw()
    raw[part] |= entry
    with pytest.raises(BadTaxonomy, match=problem):
        check_tables(raw, load())


def test_an_undefined_stage_or_a_missing_part_is_named():
    with pytest.raises(BadTaxonomy, match="未定义的阶段"):
        check_tables(_raw() | {"optional_for_purchase": ["ZZZ"]}, load())
    raw = _raw()
    del raw["notes"]
    with pytest.raises(BadTaxonomy, match="notes"):
        check_tables(raw, load())

"""What was inside a file, over the API: parent, path and children, for whoever may see the dossier and nobody else."""

import io
from typing import Any

import pytest

from admin.worker import Worker
from archive.models import Project
from tests.functional.api.conftest import CODE, CODE_B, Everybody, problem
from tests.unit.ingest.unpacking.bundles import encrypted

MEMBERS = {"验收/会议纪要.txt": "第一次例会纪要，讨论竣工图纸。".encode(), "锁.txt": b"locked"}


@pytest.fixture
def bundle(everybody: Everybody, two_projects: tuple[Project, Project], worker: Worker) -> str:
    sent = everybody.as_("unit_a").post(f"/projects/{CODE}/documents", data={"file": (io.BytesIO(encrypted(MEMBERS, "锁.txt")), "材料.zip")})
    assert sent.status_code == 201
    worker.drain()
    return str(sent.json["id"])


def test_parent_and_children_name_each_other(everybody: Everybody, bundle: str) -> None:
    api = everybody.as_("unit_a")
    parent = api.get(f"/documents/{bundle}").json
    assert (parent["parent"], parent["parent_path"], len(parent["children"])) == ("", "", 1)
    child = api.get(f"/documents/{parent['children'][0]}").json
    assert (child["parent"], child["parent_path"], child["filename"]) == (bundle, "验收/会议纪要.txt", "会议纪要.txt")
    assert child["children"] == []
    assert [item["id"] for item in api.get(f"/projects/{CODE}/documents?parent={bundle}").json["items"]] == [child["id"]]


def test_a_member_that_could_not_be_had_is_a_remark_on_the_bundle(everybody: Everybody, bundle: str) -> None:
    remarks: list[dict[str, Any]] = everybody.as_("unit_a").get(f"/documents/{bundle}").json["remarks"]
    locked, = [remark for remark in remarks if remark["code"] == "member.encrypted"]
    assert locked["severity"] == "warning"
    assert "锁.txt" in locked["text"]
    assert "口令" in locked["text"]


def test_children_are_found_as_documents_by_their_own_unit_alone(everybody: Everybody, bundle: str) -> None:
    child = everybody.as_("unit_a").get(f"/documents/{bundle}").json["children"][0]
    assert [item["document"] for item in everybody.as_("unit_a").get("/search?q=竣工图纸").json["items"]] == [child]
    other = everybody.as_("unit_b")
    assert other.get("/search?q=竣工图纸").json["total"] == 0
    for key in (bundle, child):
        problem(other.get(f"/documents/{key}"), 404)
    assert other.get(f"/projects/{CODE_B}/documents?parent={bundle}").json["total"] == 0


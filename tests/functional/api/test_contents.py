"""What was inside a file, over the API: parent, path and children, for whoever may see the dossier and nobody else."""

import io
from typing import Any

import pytest

from admin.worker import Worker
from archive.models import Project
from tests.functional.api.conftest import CODE, CODE_B, Everybody, problem
from tests.unit.ingest.unpacking.bundles import zipped

MEMBERS = {"验收/会议纪要.txt": "第一次例会纪要，讨论竣工图纸。".encode(), "密.txt": "机密★10年\n某工程".encode()}


@pytest.fixture
def bundle(everybody: Everybody, two_projects: tuple[Project, Project], worker: Worker) -> str:
    sent = everybody.as_("unit_a").post(f"/projects/{CODE}/documents", data={"file": (io.BytesIO(zipped(MEMBERS)), "材料.zip")})
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


def test_a_refused_member_is_a_remark_on_the_bundle(everybody: Everybody, bundle: str) -> None:
    remarks: list[dict[str, Any]] = everybody.as_("unit_a").get(f"/documents/{bundle}").json["remarks"]
    secret, = [remark for remark in remarks if remark["code"] == "member.secret"]
    assert secret["severity"] == "problem"
    assert "第 2 个文件" in secret["text"]
    assert "密.txt" not in secret["text"]


def test_children_are_found_as_documents_by_their_own_unit_alone(everybody: Everybody, bundle: str) -> None:
    child = everybody.as_("unit_a").get(f"/documents/{bundle}").json["children"][0]
    assert [item["document"] for item in everybody.as_("unit_a").get("/search?q=竣工图纸").json["items"]] == [child]
    other = everybody.as_("unit_b")
    assert other.get("/search?q=竣工图纸").json["total"] == 0
    for key in (bundle, child):
        problem(other.get(f"/documents/{key}"), 404)
    assert other.get(f"/projects/{CODE_B}/documents?parent={bundle}").json["total"] == 0


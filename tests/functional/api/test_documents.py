"""Files over HTTP: filing, duplicates, refusals, bytes with ranges, text, versions; and whose they are."""

import hashlib
from typing import Any

import pytest

from admin.system import System
from archive.models import AuditEntry, Document, Project, Version
from archive.operations.documents import catalogue_document
from archive.operations.remarks import record_remarks
from archive.remarks import Remark, Severity
from tests.builders import SYSTEM, a_description, a_project
from tests.conftest import snapshot
from tests.functional.api.conftest import CODE, Api, Everybody, problem, upload

FILES = f"/projects/{CODE}/documents"
NAME = "关于“一体化”项目的会议纪要（终稿）.txt"
TEXT = "第一行 会议纪要\n" * 50
BYTES = TEXT.encode()


@pytest.fixture
def filed(archivist: Api, project: Project) -> dict[str, Any]:
    answer = upload(archivist, FILES, TEXT, NAME)
    assert answer.status_code == 201
    body: dict[str, Any] = answer.get_json()
    return body


def test_a_file_is_kept_and_described(archivist: Api, project: Project) -> None:
    answer = upload(archivist, FILES, TEXT, NAME, type="meeting_minutes", title="2024", doc_date="2024-03-05")
    assert answer.status_code == 201
    body = answer.json
    assert body["sha256"] == hashlib.sha256(BYTES).hexdigest()
    assert (body["size"], body["media_type"], body["version"]) == (len(BYTES), "text/plain", 1)
    assert (body["type"], body["type_source"], body["state"]) == ("meeting_minutes", "given", "read")
    assert "duplicate_of" not in body
    assert answer.headers["Location"] == f"/api/v1/documents/{body['id']}"
    shown = archivist.get(f"/documents/{body['id']}").json
    assert shown.items() >= {"title": "2024", "doc_date": "2024-03-05", "filename": NAME, "project": CODE}.items()


def test_fields_may_follow_the_file(archivist: Api, project: Project) -> None:
    boundary = b"----edge"
    parts = [(b'name="file"; filename="a.txt"', b"bytes"), (b'name="type"', b"meeting_minutes")]
    body = b"".join(b"--" + boundary + b"\r\nContent-Disposition: form-data; " + head + b"\r\n\r\n" + data + b"\r\n"
                    for head, data in parts) + b"--" + boundary + b"--\r\n"
    answer = archivist.post(FILES, data=body, content_type=f"multipart/form-data; boundary={boundary.decode()}")
    assert (answer.status_code, answer.json["type"]) == (201, "meeting_minutes")


def test_the_same_bytes_again_are_no_second_document(archivist: Api, filed: dict[str, Any]) -> None:
    before = snapshot()
    again = upload(archivist, FILES, TEXT, "另一个名字.txt")
    assert again.status_code == 200
    assert again.json["duplicate_of"] == again.json["id"] == filed["id"]
    assert snapshot() == before


def test_the_same_bytes_in_another_dossier_are_another_document(system: System, archivist: Api, filed: dict[str, Any]) -> None:
    a_project(system, "XM-OTHER")
    other = upload(archivist, "/projects/XM-OTHER/documents", TEXT, NAME)
    assert other.status_code == 201
    assert other.json["id"] != filed["id"]


@pytest.mark.parametrize(("fields", "code", "field"), [
    ({"doc_date": "5. März"}, "api.validation", "doc_date"), ({"tpye": "x"}, "api.validation", "tpye"),
    ({"type": "no_such_type"}, "archive.unknown-document-type", None)])
def test_a_bad_field_keeps_nothing(archivist: Api, project: Project, fields: dict[str, str], code: str,
                                   field: str | None) -> None:
    before = snapshot()
    body = problem(upload(archivist, FILES, TEXT, NAME, None, **fields), 422, code)
    assert field is None or body["errors"][0]["field"] == field
    assert snapshot() == before


def test_a_form_without_a_file_or_with_two_is_refused(archivist: Api, project: Project) -> None:
    from io import BytesIO

    problem(archivist.post(FILES, data={"type": "x"}, content_type="multipart/form-data"), 422)
    problem(archivist.post(FILES, json={"file": "x"}), 422)
    two = {"file": [(BytesIO(b"1"), "1.txt"), (BytesIO(b"2"), "2.txt")]}
    assert problem(archivist.post(FILES, data=two), 422)["errors"][0]["field"] == "file"
    problem(archivist.post(FILES, data={"datei": (BytesIO(b"1"), "1.txt")}), 422)
    assert Document.objects.count() == 0


def test_an_empty_file_is_refused(archivist: Api, project: Project) -> None:
    problem(upload(archivist, FILES, b"", "空.txt"), 422, "archive.refused")


def test_a_classified_project_takes_no_files(system: System, archivist: Api) -> None:
    a_project(system, "SM-1", classified=True)
    before = snapshot()
    body = problem(upload(archivist, "/projects/SM-1/documents", TEXT, NAME), 422, "archive.invalid")
    assert "涉密" in body["detail"]
    assert snapshot() == before


def test_a_file_marked_secret_is_refused_and_only_its_digest_remains(archivist: Api, project: Project) -> None:
    problem(upload(archivist, FILES, "机密★10年\n关于某事的报告\n", "绝密文件.txt"), 422, "archive.refused")
    assert Document.objects.count() == Version.objects.count() == 0
    entry = AuditEntry.objects(action="document.refused").get()
    assert "绝密文件" not in str(entry.to_mongo())


@pytest.mark.parametrize("role", ["auditor", "supervisor", "sysadmin", "secadmin", "auditadmin"])
def test_readers_and_administrators_file_nothing(everybody: Everybody, filed: dict[str, Any], role: str) -> None:
    api = everybody.as_(role)
    before = snapshot()
    problem(upload(api, FILES, "neu", "neu.txt"), 403, "archive.not-permitted")
    problem(upload(api, f"/documents/{filed['id']}/versions", "neu", "neu.txt"), 403)
    assert snapshot() == before


@pytest.mark.parametrize("path", ["", "/content", "/text", "/pages/1", "/versions"])
def test_another_units_document_does_not_exist(everybody: Everybody, filed: dict[str, Any], path: str) -> None:
    key = filed["id"]
    assert everybody.as_("unit_a").get(f"/documents/{key}{path}").status_code in (200, 415)
    hidden = problem(everybody.as_("unit_b").get(f"/documents/{key}{path}"), 404, "archive.not-found")
    absent = problem(everybody.as_("unit_b").get(f"/documents/{'0' * 24}{path}"), 404, "archive.not-found")
    assert hidden["detail"].replace(key, "0" * 24) == absent["detail"]


def test_another_unit_cannot_file_or_add_versions(everybody: Everybody, filed: dict[str, Any]) -> None:
    api = everybody.as_("unit_b")
    before = snapshot()
    problem(upload(api, FILES, "neu", "neu.txt"), 404)
    problem(upload(api, f"/documents/{filed['id']}/versions", "neu", "neu.txt"), 404)
    assert snapshot() == before


def test_the_bytes_come_back_as_they_were_and_can_do_no_harm(archivist: Api, filed: dict[str, Any]) -> None:
    answer = archivist.get(f"/documents/{filed['id']}/content")
    assert (answer.status_code, answer.data) == (200, BYTES)
    assert answer.headers["Content-Length"] == str(len(BYTES))
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment;")
    assert disposition.isascii()
    from urllib.parse import unquote
    assert unquote(disposition.partition("filename*=UTF-8''")[2]) == NAME


@pytest.mark.parametrize(("wanted", "start", "end"), [
    ("bytes=0-0", 0, 1), ("bytes=10-19", 10, 20), ("bytes=100-", 100, None), ("bytes=-7", -7, None),
    ("bytes=0-999999", 0, None)])
def test_a_range_is_answered_with_just_that(archivist: Api, filed: dict[str, Any], wanted: str, start: int,
                                            end: int | None) -> None:
    answer = archivist.get(f"/documents/{filed['id']}/content", headers={"Range": wanted})
    expected = BYTES[start:end]
    first = start % len(BYTES)
    assert answer.data == expected
    if len(expected) < len(BYTES):
        assert answer.status_code == 206
        assert answer.headers["Content-Range"] == f"bytes {first}-{first + len(expected) - 1}/{len(BYTES)}"
    assert answer.headers["Content-Length"] == str(len(expected))


def test_a_range_outside_the_file_is_416_with_its_length(archivist: Api, filed: dict[str, Any]) -> None:
    answer = archivist.get(f"/documents/{filed['id']}/content", headers={"Range": f"bytes={len(BYTES)}-"})
    problem(answer, 416, "api.range")
    assert answer.headers["Content-Range"] == f"bytes */{len(BYTES)}"


def test_what_the_client_already_has_is_not_sent_again(archivist: Api, filed: dict[str, Any]) -> None:
    path = f"/documents/{filed['id']}/content"
    tag = archivist.get(path).headers["ETag"]
    same = archivist.get(path, headers={"If-None-Match": tag})
    assert (same.status_code, same.data) == (304, b"")
    resumed = archivist.get(path, headers={"Range": "bytes=5-", "If-Range": tag})
    changed = archivist.get(path, headers={"Range": "bytes=5-", "If-Range": '"other"'})
    assert (resumed.status_code, resumed.data) == (206, BYTES[5:])
    assert (changed.status_code, changed.data) == (200, BYTES)


def test_head_tells_the_size_without_the_bytes(archivist: Api, filed: dict[str, Any]) -> None:
    answer = archivist("HEAD", f"/documents/{filed['id']}/content")
    assert (answer.status_code, answer.headers["Content-Length"], answer.data) == (200, str(len(BYTES)), b"")


def test_lost_bytes_are_damage_and_not_absence(system: System, archivist: Api, filed: dict[str, Any]) -> None:
    system.blobs.delete(f"sha256:{filed['sha256']}")
    problem(archivist.get(f"/documents/{filed['id']}/content"), 500, "archive.damaged")


def test_the_text_comes_page_by_page(archivist: Api, filed: dict[str, Any]) -> None:
    body = archivist.get(f"/documents/{filed['id']}/text").json
    assert (body["document"], body["version"], body["state"]) == (filed["id"], 1, "read")
    assert body["pages"][0]["page"] == 1
    assert "会议纪要" in body["pages"][0]["text"]
    assert body["chars"] == sum(len(page["text"]) for page in body["pages"])


def test_a_file_without_text_says_why(archivist: Api, project: Project) -> None:
    made = upload(archivist, FILES, b"AC1027" + b"\0" * 64, "图纸.dwg").json
    body = archivist.get(f"/documents/{made['id']}/text").json
    assert (body["state"], body["pages"]) == ("unsupported", [])
    assert body["reason"]


def test_a_new_version_becomes_current_and_the_old_stays(archivist: Api, filed: dict[str, Any]) -> None:
    path = f"/documents/{filed['id']}"
    added = upload(archivist, f"{path}/versions", "第二版", "修订.txt")
    assert (added.status_code, added.json["version"], added.json["id"]) == (201, 2, filed["id"])
    body = archivist.get(f"{path}/versions").json
    assert [item["number"] for item in body["items"]] == [2, 1]
    assert body["items"][1]["sha256"] == filed["sha256"]
    assert archivist.get(f"{path}/content").data == "第二版".encode()
    assert archivist.get(f"{path}/content?version=1").data == BYTES
    problem(archivist.get(f"{path}/content?version=3"), 404)
    assert archivist.get(path).json["version"] == 2
    again = upload(archivist, f"{path}/versions", "第二版", "修订.txt")
    assert (again.status_code, again.json["duplicate_of"]) == (200, filed["id"])


def test_a_version_takes_no_description(archivist: Api, filed: dict[str, Any]) -> None:
    answer = upload(archivist, f"/documents/{filed['id']}/versions", "neu", "neu.txt", title="别的题名")
    assert problem(answer, 422)["errors"][0]["field"] == "title"


def test_a_catalogue_entry_has_no_content(system: System, archivist: Api, project: Project) -> None:
    entry = catalogue_document(SYSTEM, system.clock, CODE, a_description(), "库房 3 柜 2 层")
    assert archivist.get(f"/documents/{entry.id}").json["location"] == "库房 3 柜 2 层"
    problem(archivist.get(f"/documents/{entry.id}/content"), 404)
    assert archivist.get(f"/documents/{entry.id}/versions").json["total"] == 0
    problem(upload(archivist, f"/documents/{entry.id}/versions", "neu", "neu.txt"), 422)


def test_remarks_come_with_the_description_of_one_file(system: System, archivist: Api, filed: dict[str, Any]) -> None:
    assert archivist.get(f"/documents/{filed['id']}").json["remarks"] == []
    version = Version.objects(document=filed["id"]).get()
    record_remarks(system.clock, version.id, "seals 1", [Remark("signature.broken", Severity.PROBLEM, "签章失效。", (3,))])
    assert archivist.get(f"/documents/{filed['id']}").json["remarks"] == [
        {"code": "signature.broken", "severity": "problem", "text": "签章失效。", "pages": [3]}]

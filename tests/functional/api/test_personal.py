"""Personal numbers over the API: masked wherever text is given, shown only for a purpose, which is kept."""

import pytest

from archive.models import AuditEntry, Document
from archive.permissions import Permission
from tests.builders import a_project, file_text
from tests.conftest import snapshot
from tests.functional.api.conftest import CODE

NUMBER, PHONE = "11010519491231002X", "13812345678"
TEXT = f"参会人员名单\n张三 {NUMBER} 电话 {PHONE}\n李四 1101051949\n1231002X\n完"


@pytest.fixture
def filed(system, worker, everybody):
    a_project(system)
    found = file_text(system, CODE, f"名单 {NUMBER}.txt", TEXT)
    worker.drain()
    return found.document


def plain(text: str) -> str:
    return "".join(text.split())


def test_text_search_and_description_mask(everybody, filed):
    for name in ("archivist", "unit_a", "auditor"):
        ask = everybody.as_(name)
        body = ask.get(f"/documents/{filed.id}/text").json
        assert body["masked"] is True
        assert NUMBER not in plain(str(body))
        assert "1101**********002X" in str(body)
        found = ask.get("/search?q=张三").json
        assert found["total"] == 1
        assert NUMBER not in plain(str(found))
        assert PHONE not in str(found)
        assert "1101**********002X" in found["items"][0]["snippet"]
    shown = everybody.as_("unit_a").get(f"/documents/{filed.id}").json
    assert shown["personal"] == {"identity": 1, "mobile": 1}
    listed = everybody.as_("unit_a").get(f"/projects/{CODE}/documents?label=含个人信息").json
    assert listed["total"] == 1
    assert everybody.as_("unit_a").get(f"/projects/{CODE}/documents?label=内部").json["total"] == 0


def test_digits_inside_a_number_are_not_found_out_by_searching(everybody, filed):
    found = everybody.as_("unit_a").get("/search?q=19491231").json
    assert found["items"][0]["snippet"] == ""
    assert found["items"][0]["page"] is None
    assert "<mark>" in everybody.as_("archivist").get("/search?q=19491231").json["items"][0]["snippet"]


def test_a_whole_number_is_asked_for_only_by_who_may_see_it(everybody, filed):
    for query in (NUMBER, f'"{NUMBER[:6]} {NUMBER[6:]}"', f"张三 -{NUMBER}"):
        refusal = everybody.as_("unit_a").get("/search", query_string={"q": query})
        assert (refusal.status_code, refusal.json["code"]) == (403, "search.personal-number")
    found = everybody.as_("archivist").get(f"/search?q={NUMBER}").json
    assert (found["total"], found["items"][0]["page"]) == (1, 1)
    assert NUMBER not in plain(str(found).replace("<mark>", "").replace("</mark>", ""))


def test_numbers_are_shown_for_a_purpose_that_is_kept(everybody, filed):
    answer = everybody.as_("archivist").post(f"/documents/{filed.id}/text/unmasked", json={"purpose": "核对参会人员"})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert NUMBER in answer.json["pages"][0]["text"]
    entry = AuditEntry.objects(action="document.unmasked").get()
    assert (entry.subject, entry.detail["purpose"], entry.actor_name) == (f"document:{filed.id}", "核对参会人员", "archivist")
    assert NUMBER not in str(entry.detail)


def test_without_permission_or_purpose_nothing_is_shown_or_written(everybody, filed, people):
    everybody.token("archivist")
    for name, person in people.items():
        everybody.token(name)
        before = snapshot()
        purpose = {"purpose": "核对参会人员"} if not person.may(Permission.PERSONAL_UNMASK) else {"purpose": "  看 "}
        answer = everybody.as_(name).post(f"/documents/{filed.id}/text/unmasked", json=purpose)
        assert answer.status_code == (422 if person.may(Permission.PERSONAL_UNMASK) else 403), name
        assert NUMBER not in plain(answer.text)
        assert snapshot() == before


def test_downloads_are_kept_once_a_download(everybody, filed):
    ask = everybody.as_("auditor")
    everybody.as_("auditor").get(f"/documents/{filed.id}/content")
    ask.get(f"/documents/{filed.id}/content", headers={"Range": "bytes=0-9"})
    ask.get(f"/documents/{filed.id}/content", headers={"Range": "bytes=10-19"})
    ask("HEAD", f"/documents/{filed.id}/content")
    entries = AuditEntry.objects(action="document.downloaded")
    assert [(entry.actor_name, entry.detail["number"]) for entry in entries] == [("auditor", 1)] * 2


def test_traces_and_clearing_over_the_api(everybody, system, worker, filed):
    from archive.operations.withdrawals import Suspicion
    from ingest.describe import describe
    from ingest.guard import withdraw
    withdraw(system.clock, Document.objects(id=filed.id).get().current, Suspicion("首页带有密级标志（机密）", 1), describe)
    worker.drain()
    gone = everybody.as_("unit_a").get(f"/documents/{filed.id}")
    assert (gone.status_code, gone.json["code"]) == (404, "archive.withdrawn")
    assert "登记目录条目" in gone.json["detail"]
    assert everybody.as_("unit_b").get(f"/documents/{filed.id}").json["code"] == "archive.not-found"
    trace = everybody.as_("unit_a").get(f"/projects/{CODE}/withdrawals").json["items"][0]
    assert (trace["object"], trace["document"]) == ("deleted", filed.id)
    assert everybody.as_("unit_b").get(f"/projects/{CODE}/withdrawals").status_code == 404
    wish = {"sha256": trace["sha256"], "reason": "经保密办审查，是标准中的示例"}
    asked = everybody.as_("unit_a").post(f"/projects/{CODE}/clearance-requests", json=wish)
    assert (asked.status_code, asked.json["state"]) == (200, "asked")
    everybody.token("unit_a")
    before = snapshot()
    assert everybody.as_("unit_a").post("/secrecy/clearances", json=wish).status_code == 403
    assert snapshot() == before
    assert everybody.as_("secadmin").post("/secrecy/clearances", json=wish).status_code == 200
    assert file_text(system, CODE, "名单.txt", TEXT).document


def test_the_same_bytes_elsewhere_are_told_and_alike_ones_decided(system, worker, everybody):
    from io import BytesIO
    a_project(system)
    a_project(system, "XM-2024-002", unit="省水文局")
    text = "".join(f"第{n}条 承建单位应当按照合同约定完成第{n * 7}项工作并提交成果。" for n in range(20))

    def send(name: str, code: str, body: str):
        return everybody.as_(name).post(f"/projects/{code}/documents", data={"file": (BytesIO(body.encode()), "约定.txt")}).json

    first = send("unit_a", CODE, text)
    assert first["also_in"] == []
    assert send("unit_b", "XM-2024-002", text)["also_in"] == []
    later = send("archivist", CODE, text + "补充一句。")
    again = send("archivist", CODE, text)
    assert (again["duplicate_of"], [copy["project"] for copy in again["also_in"]]) == (first["id"], ["XM-2024-002"])
    worker.drain()
    pairs = everybody.as_("archivist").get(f"/documents/{later['id']}/alike").json["items"]
    assert {pair["project"] for pair in pairs} == {CODE, "XM-2024-002"}
    assert [pair["document"] for pair in everybody.as_("unit_a").get(f"/documents/{later['id']}/alike").json["items"]] == [first["id"]]
    own = next(pair for pair in pairs if pair["project"] == CODE)
    before = snapshot()
    wish = {"pair": own["id"], "choice": "join"}
    assert everybody.as_("unit_a").post(f"/documents/{later['id']}/alike", json=wish).status_code == 403
    assert snapshot() == before
    assert everybody.as_("archivist").post(f"/documents/{later['id']}/alike", json=wish).status_code == 200
    assert everybody.as_("archivist").get(f"/documents/{first['id']}").json["version"] == 2

"""The pages of the three administrators, of one's own account, and importing a ledger."""

import io
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from admin.scheduler import DUTY
from admin.system import System
from archive import leases
from archive.access import Actor
from archive.models import AuditEntry, Document, JobRun, Person, Project
from archive.models.connection import database
from archive.operations.people import person_of_token, sign_in
from ingest.ledger import Ledger, read_ledger
from tests import samples
from tests.builders import a_project
from tests.conftest import snapshot
from tests.functional.pages.conftest import Browser

NEW = {"name": "xinren", "display_name": "新人", "role": "auditor", "unit": "", "email": "x@example.com",
       "password": "Welcome-2026", "again": "Welcome-2026"}


def test_an_account_is_opened_and_can_sign_in(system: System, signed_in: Callable[[str], Browser]) -> None:
    assert "已开设账号" in signed_in("secadmin").follow("/people", NEW)
    assert sign_in(system.clock, "xinren", "Welcome-2026").role == "auditor"


def test_a_bad_account_is_refused_with_the_reason_and_what_was_typed(signed_in: Callable[[str], Browser]) -> None:
    browser, before = signed_in("secadmin"), snapshot()
    for change, says in (({"again": "other"}, "不一致"), ({"password": "short", "again": "short"}, "至少 8 位"),
                         ({"role": "system"}, "请从列表中选择"), ({"role": "unit"}, "须指明所在单位"),
                         ({"name": "auditor"}, "已存在"), ({"password": "", "again": ""}, "必须填写")):
        answer = browser.post("/people", NEW | change)
        assert answer.status_code == 422, change
        assert says in answer.text, change
        assert "x@example.com" in answer.text
    assert snapshot() == before


def test_an_account_is_disabled_but_never_ones_own(signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in("secadmin")
    browser.post("/people/auditor/disable")
    assert Person.objects(name="auditor").get().disabled
    assert "不能停用自己" in browser.follow("/people/secadmin/disable")
    assert not Person.objects(name="secadmin").get().disabled


def test_assigning_a_dossier_opens_it_to_that_person(filled: Document, signed_in: Callable[[str], Browser]) -> None:
    reader, secadmin = signed_in("unit_b"), signed_in("secadmin")
    assert reader.get("/projects/XM-A").status_code == 404
    assert "已更新该案卷的指派" in secadmin.follow("/people/assign", {"code": "XM-A", "names": "unit_b"})
    assert "该案卷已指派给您" in reader.page("/projects/XM-A")
    secadmin.post("/people/assign", {"code": "XM-A"})
    assert reader.get("/projects/XM-A").status_code == 404
    assert "没有找到项目" in secadmin.follow("/people/assign", {"code": "XM-Z", "names": "unit_b"})
    assert "没有名为“nobody”" in secadmin.follow("/people/assign", {"code": "XM-A", "names": "nobody"})


def test_an_archivist_assigns_from_the_dossier(filled: Document, signed_in: Callable[[str], Browser]) -> None:
    archivist = signed_in("archivist")
    assert "已另外指派给：unit_b" in archivist.follow("/projects/XM-A/assign", {"names": "unit_b，"})
    assert signed_in("unit_b").get("/projects/XM-A").status_code == 200
    assert "已另外指派给" not in signed_in("unit_a").page("/projects/XM-A")
    assert "没有名为“nobody”" in archivist.follow("/projects/XM-A/assign", {"names": "unit_b nobody"})
    assert signed_in("unit_b").get("/projects/XM-A").status_code == 200


def test_pages_for_the_administrators_show_no_records_and_no_secrets(filled: Document, people: dict[str, Actor],
                                                                     signed_in: Callable[[str], Browser]) -> None:
    for role, paths in (("sysadmin", ("/operations", "/backoffice/outbox/", "/backoffice/mails/", "/backoffice/jobs/")),
                        ("secadmin", ("/people", "/backoffice/people/", f"/backoffice/people/details/?id={people['auditor'].id}"))):
        for path in paths:
            page = signed_in(role).page(path)
            assert "测评结论" not in page
            assert "一体化协同办公平台" not in page
            assert "$argon2" not in page
            assert "session_epoch" not in page


def test_a_job_is_run_by_hand_and_recorded(filled: Document, signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in("sysadmin")
    assert "没有调度程序在运行" in browser.page("/operations")
    assert "已运行" in browser.follow("/operations/jobs/compliance.nightly/run")
    assert JobRun.objects(job="compliance.nightly").get().outcome == "done"
    assert "没有找到任务" in browser.follow("/operations/jobs/no.such/run")


def test_events_that_fail_are_named_with_their_error(system: System, filled: Document,
                                                     signed_in: Callable[[str], Browser]) -> None:
    now = system.clock.now()
    database()["outbox"].insert_one({
        "_id": "e" * 24, "kind": "document.filed", "subject": filled.id, "project": "XM-A", "at": now, "finished": False,
        "handled": [], "attempts": 3, "not_before": now, "claimed_by": "", "error": "index: 写入失败"})
    page = signed_in("sysadmin").page("/operations")
    assert "index: 写入失败" in page
    assert signed_in("sysadmin").page("/backoffice/outbox/").count("index: 写入失败") == 1


def test_the_chain_is_walked_and_a_change_shows(filled: Document, signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in("auditadmin")
    assert "审计链完整" in browser.follow("/audit/verify")
    database()["audit"].update_one({"_id": 2}, {"$set": {"actor_name": "别人"}})
    assert "第 2 条内容与其摘要不符" in browser.follow("/audit/verify")


def test_the_audit_can_be_searched_and_read_in_full(filled: Document, signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in("auditadmin")
    assert "归档" in browser.page("/backoffice/audit/?search=document.filed")
    entry = AuditEntry.objects(action="document.filed").first()
    assert entry.digest in browser.page(f"/backoffice/audit/details/?id={entry.id}")


def test_changing_ones_password_keeps_this_session_and_ends_the_others(system: System,
                                                                      signed_in: Callable[[str], Browser]) -> None:
    here, elsewhere = signed_in("auditor"), signed_in("auditor")
    form = {"old": "Dossier-2026", "password": "Fresh-2026!", "again": "Fresh-2026!"}
    before = snapshot()
    assert here.post("/account/password", form | {"old": "wrong"}).status_code == 422
    assert here.post("/account/password", form | {"again": "other"}).status_code == 422
    assert snapshot() == before
    assert "口令已更改" in here.follow("/account/password", form)
    assert here.get("/projects").status_code == 200
    assert elsewhere.get("/projects").status_code == 302
    assert sign_in(system.clock, "auditor", "Fresh-2026!").name == "auditor"


def test_a_token_is_shown_once(signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in("auditor")
    token = re.search(r"dgn_[\w-]+", browser.post("/account/token").text)
    assert token
    owner = person_of_token(token[0])
    assert owner is not None
    assert owner.name == "auditor"
    assert "dgn_" not in browser.page("/account")


def test_an_empty_ledger_is_there_to_be_filled_in(tmp_path: Path, signed_in: Callable[[str], Browser]) -> None:
    answer = signed_in("archivist").get("/projects/import/template.xlsx")
    path = tmp_path / "template.xlsx"
    path.write_bytes(answer.data)
    assert read_ledger(path) == Ledger()
    assert "filename*=UTF-8''" in answer.headers["Content-Disposition"]
    assert signed_in("auditor").get("/projects/import/template.xlsx").status_code == 403


def test_a_ledger_is_checked_before_it_is_taken(system: System, tmp_path: Path, signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in("archivist")
    rows = [["项目编号", "项目名称", "项目单位", "建设方式"], ["XM-9", "台账项目", "省水文局", "自行建设"]]
    good = samples.workbook(tmp_path / "台账.xlsx", {"项目": rows}).read_bytes()
    assert "尚未写入" in browser.post("/projects/import", {"file": (io.BytesIO(good), "台账.xlsx"), "mode": "check"}).text
    assert Project.objects.count() == 0
    taken = browser.post("/projects/import", {"file": (io.BytesIO(good), "台账.xlsx"), "mode": "import"})
    assert "新增 1" in taken.text
    assert Project.objects(code="XM-9").count() == 1
    bad = samples.workbook(tmp_path / "坏.xlsx", {"项目": [*rows, ["XM-10", "又一个", "省水文局", "随便"]]}).read_bytes()
    refused = browser.post("/projects/import", {"file": (io.BytesIO(bad), "坏.xlsx"), "mode": "import"})
    assert refused.status_code == 422
    assert "建设方式" in refused.text
    assert Project.objects.count() == 1
    for name, content in (("x.exe", b"MZ"), ("x.xlsx", b"not a workbook")):
        answer = browser.post("/projects/import", {"file": (io.BytesIO(content), name), "mode": "import"})
        assert answer.status_code == 422, name
    assert not list(system.settings.data_dir.glob("tmp*"))


def test_the_list_of_projects_filters_and_turns_pages(system: System, signed_in: Callable[[str], Browser]) -> None:
    for number in range(30):
        a_project(system, f"XM-{number:03}", name=f"第{number}号项目", mode="self_build" if number % 2 else "service_purchase")
    browser = signed_in("auditor")
    assert browser.page("/projects").count('data-label="必备材料"') == 25
    assert browser.page("/projects?page=2").count('data-label="必备材料"') == 5
    assert "XM-007" in browser.page("/projects?text=第7号")
    assert browser.page("/projects?mode=self_build").count("自行建设 · 新建") == 15
    assert "没有符合条件的项目" in browser.page("/projects?text=.*")


@pytest.mark.parametrize("query", ["?sort=99", "?sort=x", "?page=-1", "?page=x", "?page=99999", "?search=%00", "?search=(", "?desc=x",
                                   "details/", "details/?id=x", "details/?id=" + "0" * 24, "new/", "edit/?id=1", "?page_size=9"])
def test_no_address_breaks_the_back_office(query: str, filled: Document, signed_in: Callable[[str], Browser]) -> None:
    for role, list_ in (("auditadmin", "audit"), ("archivist", "documents")):
        answer = signed_in(role).get(f"/backoffice/{list_}/{query}")
        assert answer.status_code in (200, 302, 404), (list_, query, answer.status_code)


def test_the_pages_say_when_nobody_runs_the_jobs(system: System, filled: Document, signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in("archivist")
    assert "定时核对没有在运行" in browser.page("/")
    assert "定时核对没有在运行" in browser.page("/findings")
    leases.take(DUTY, "worker", system.clock, timedelta(minutes=1))
    assert "定时核对没有在运行" not in browser.page("/")
    assert "没有调度程序在运行" not in signed_in("sysadmin").page("/operations")

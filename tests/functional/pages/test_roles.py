"""Every page for every role: who gets in, who does not, and that nobody gets in unseen."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from archive.models import Document
from retention.models import FindingRecord
from tests.functional.pages.conftest import Browser

READERS = {"archivist", "unit_a", "auditor", "supervisor"}
ALL = READERS | {"sysadmin", "secadmin", "auditadmin", "unit_b"}
PAGES: dict[str, set[str]] = {
    "/projects": READERS | {"unit_b"},
    "/projects/XM-A": READERS,
    "/projects/XM-A/materials": READERS,
    "/projects/XM-A/acceptance/checklist.docx": READERS, "/projects/XM-A/acceptance/notice.docx": READERS,
    **dict.fromkeys(("/boards/gaps", "/boards/units", "/boards/materials", "/boards/units.pdf"), READERS | {"unit_b"}),
    "/projects/XM-A/what-if": READERS, "/projects/XM-A/separators.pdf": {"archivist", "unit_a"},
    "/projects/XM-A/edit": {"archivist"},
    "/projects/new": {"archivist"},
    "/projects/import": {"archivist"}, "/projects/ledger.xlsx": READERS | {"unit_b"},
    "/documents/unconfirmed": {"archivist"}, "/projects/XM-A/refused": READERS, "/secrecy": {"secadmin"},
    "/documents/unconfirmed/values": {"archivist"}, "/documents/unconfirmed/contradictions": {"archivist"},
    "/documents/{document}": READERS,
    "/documents/{document}/content": READERS,
    "/documents/{document}/versions/1/content": READERS,
    "/search?q=测评": READERS | {"unit_b"},
    "/findings": READERS | {"unit_b"},
    "/findings/{finding}": READERS,
    "/registers": READERS | {"unit_b"}, "/registers/procurement": READERS | {"unit_b"},
    "/projects/XM-A/reports/acceptance.docx": READERS, "/projects/XM-A/registers": READERS, "/projects/XM-A/registers/procurement": READERS,
    "/units/省数字政务厅/registers": READERS, "/units/省数字政务厅/registers/system": READERS,
    "/rules/R31-3": ALL, "/rules/changes": READERS - {"unit_a"},
    "/rules": ALL, "/clauses": ALL, "/account": ALL,
    "/account/notices": READERS | {"unit_b"}, "/inbox": READERS | {"unit_b"},
    "/operations": {"sysadmin"}, "/workdays": {"sysadmin"},
    "/people": {"secadmin"},
    "/audit": {"auditadmin"},
    "/backoffice/": {"archivist", "sysadmin", "secadmin", "auditadmin"},
    "/backoffice/projects/": {"archivist"}, "/backoffice/documents/": {"archivist"},
    "/backoffice/people/": {"secadmin"}, "/backoffice/units/": {"secadmin"},
    "/backoffice/outbox/": {"sysadmin"}, "/backoffice/jobs/": {"sysadmin"}, "/backoffice/mails/": {"sysadmin"},
    "/backoffice/leases/": {"sysadmin"}, "/backoffice/audit/": {"auditadmin"},
}
# What works without a session: signing in, static files, health; the API has its own door.
OPEN = ("/login", "/static/", "/bootstrap/", "/backoffice/static/", "/api/", "/healthz", "/readyz", "/metrics")


@pytest.mark.parametrize("role", sorted(ALL))
def test_a_role_opens_its_pages_and_no_other(role: str, filled: Document, signed_in: Callable[[str], Browser]) -> None:
    browser, finding = signed_in(role), FindingRecord.objects(project="XM-A").first()
    answers = {path: browser.get(path.format(document=filled.id, finding=finding.id)).status_code for path in PAGES}

    assert {path for path, status in answers.items() if status == 200} == {p for p, roles in PAGES.items() if role in roles}
    assert {status for path, status in answers.items() if role not in PAGES[path]} <= {403, 404}


@pytest.mark.parametrize(("role", "holds"), [
    ("archivist", "今天要处理的事"), ("unit_a", "本单位项目"), ("auditor", "检索全部案卷的文件内容"), ("supervisor", "按项目单位"),
    ("sysadmin", "定时任务"), ("secadmin", "开设账号"), ("auditadmin", "核对整条审计链")])
def test_the_start_page_is_the_work_of_the_role(role: str, holds: str, filled: Document,
                                                signed_in: Callable[[str], Browser]) -> None:
    assert holds in signed_in(role).get("/", follow_redirects=True).text


@pytest.mark.parametrize("role", sorted(ALL))
def test_the_navigation_leads_nowhere_that_is_closed(role: str, filled: Document,
                                                     signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in(role)
    menu = re.search(r'<ul class="menu">(.*?)</ul>', browser.get("/rules").text, re.S)
    assert menu
    links = re.findall(r'href="([^"]+)"', menu[1])
    assert links
    assert all(browser.get(link, follow_redirects=True).status_code == 200 for link in links)


def test_without_a_session_every_page_leads_to_signing_in(app: Flask, stranger: Browser) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if not rule.rule.startswith(OPEN)]
    assert len(rules) > 40
    for rule in rules:
        path = re.sub(r"<any\((\w+)[^>]*>", r"\1", rule.rule)
        for argument in rule.arguments:
            path = path.replace(f"<int:{argument}>", "1").replace(f"<path:{argument}>", "x").replace(f"<{argument}>", "x")
        method = next(name for name in ("GET", "POST", "PATCH", "DELETE") if name in (rule.methods or ()))
        answer = stranger.client.open(path, method=method, headers={"X-CSRFToken": stranger.token})
        assert answer.status_code == 302, (method, path, answer.status_code)
        assert answer.headers["Location"].startswith("/login"), path


def test_a_page_that_does_not_exist_is_explained(signed_in: Callable[[str], Browser]) -> None:
    answer = signed_in("auditor").get("/nowhere")
    assert answer.status_code == 404
    assert "没有找到" in answer.text

"""Forms: each needs its token, and what is refused changes nothing."""

from collections.abc import Callable

from flask import Flask

from archive.models import Document
from retention.models import FindingRecord
from tests.conftest import snapshot
from tests.functional.pages.conftest import Browser

FORMS = (
    "/projects/new", "/projects/import", "/projects/XM-A/edit", "/projects/XM-A/upload", "/projects/XM-A/catalogue",
    "/projects/XM-A/assign",
    "/projects/XM-A/materials/feasibility_report/waive", "/documents/{document}/confirm", "/documents/{document}/versions",
    "/documents/unconfirmed", "/documents/evidence", "/documents/{document}/fields/<name>",
    "/projects/XM-A/registers/payment", "/units/省数字政务厅/registers/system", "/register-rows/<key>", "/register-rows/<key>/withdraw",
    "/projects/XM-A/contradictions/<key>/dismiss", "/projects/XM-A/uploads", "/receipts/<key>", "/receipts/<key>/close",
    "/documents/{document}/unmask", "/documents/{document}/alike", "/projects/XM-A/refused", "/secrecy",
    "/findings/{finding}/acknowledge", "/findings/{finding}/waive", "/findings/{finding}/approve",
    "/rules/changes", "/rules/changes/<key>/backtest", *(f"/rules/changes/<key>/{deed}" for deed in ("approve", "refuse", "withdraw")),
    "/rules/<key>/compare",
    "/operations/jobs/compliance.nightly/run", "/people", "/people/assign", "/people/auditor/disable",
    "/people/auditor/password", "/audit/verify", "/account/password", "/account/token", "/account/notices", "/account/notices/substitutes",
    "/account/notices/substitutes/auditor/drop", "/people/auditor/substitute", "/inbox/read",
    "/workdays/import", "/workdays/day", "/login", "/logout")
# Who may send which; everybody else is refused. Pages of one's own account and signing out are everybody's.
MAY = {
    "/projects/new": {"archivist"}, "/projects/import": {"archivist"}, "/projects/XM-A/edit": {"archivist"},
    "/projects/XM-A/materials/feasibility_report/waive": {"archivist"}, "/documents/{document}/confirm": {"archivist"},
    "/projects/XM-A/upload": {"archivist", "unit_a"}, "/projects/XM-A/catalogue": {"archivist", "unit_a"},
    "/projects/XM-A/assign": {"archivist"}, "/documents/{document}/versions": {"archivist", "unit_a"},
    "/documents/{document}/fields/<name>": {"archivist"}, "/projects/XM-A/contradictions/<key>/dismiss": {"archivist"},
    "/documents/unconfirmed": {"archivist"}, "/documents/evidence": {"archivist"},
    "/projects/XM-A/registers/payment": {"archivist", "unit_a"}, "/units/省数字政务厅/registers/system": {"archivist", "unit_a"},
    "/register-rows/<key>": {"archivist", "unit_a"}, "/register-rows/<key>/withdraw": {"archivist", "unit_a"},
    "/projects/XM-A/uploads": {"archivist", "unit_a"}, "/receipts/<key>": {"archivist", "unit_a"},
    "/receipts/<key>/close": {"archivist", "unit_a"}, "/documents/{document}/alike": {"archivist"},
    "/documents/{document}/unmask": {"archivist", "auditor"},
    "/projects/XM-A/refused": {"archivist", "unit_a"}, "/secrecy": {"secadmin"},
    "/findings/{finding}/acknowledge": {"archivist", "unit_a", "supervisor"},
    "/findings/{finding}/waive": {"archivist", "supervisor"}, "/findings/{finding}/approve": {"archivist", "supervisor"},
    "/operations/jobs/compliance.nightly/run": {"sysadmin"}, "/people": {"secadmin"},
    "/people/assign": {"secadmin"}, "/people/auditor/disable": {"secadmin"}, "/people/auditor/password": {"secadmin"},
    "/account/notices/substitutes": {"archivist", "unit_a", "unit_b", "auditor", "supervisor"},
    "/account/notices/substitutes/auditor/drop": {"archivist", "unit_a", "unit_b", "auditor", "supervisor"},
    "/inbox/read": {"archivist", "unit_a", "unit_b", "auditor", "supervisor"},
    **{path: {"archivist", "supervisor"} for path in ("/rules/changes", "/rules/<key>/compare", *(
        f"/rules/changes/<key>/{deed}" for deed in ("backtest", "approve", "refuse", "withdraw")))},
    "/workdays/import": {"sysadmin"}, "/workdays/day": {"sysadmin"},
    "/people/auditor/substitute": {"secadmin"}, "/audit/verify": {"auditadmin"}, "/account/notices": {"archivist", "unit_a", "unit_b", "auditor", "supervisor"},
}
ROLES = ("archivist", "unit_a", "unit_b", "auditor", "supervisor", "sysadmin", "secadmin", "auditadmin")


def test_every_form_of_the_site_is_in_this_test(app: Flask) -> None:
    posts = {rule.rule for rule in app.url_map.iter_rules()
             if "POST" in (rule.methods or ()) and not rule.rule.startswith(("/api/", "/backoffice/"))}
    known = {path.replace("XM-A", "<code>").replace("{document}", "<key>").replace("{finding}", "<key>")
             .replace("feasibility_report", "<type_key>").replace("compliance.nightly", "<job>").replace("auditor", "<name>")
             .replace("payment", "<register>").replace("省数字政务厅/registers/system", "<path:unit>/registers/<register>")
             for path in FORMS}
    assert posts == known


def test_a_form_without_its_token_does_nothing(filled: Document, signed_in: Callable[[str], Browser]) -> None:
    finding = FindingRecord.objects(project="XM-A").first()
    for role in ("archivist", "sysadmin", "secadmin", "auditadmin"):
        browser = signed_in(role)
        before = snapshot()
        for form in FORMS:
            path = form.format(document=filled.id, finding=finding.id)
            answer = browser.client.post(path, data={"name": "auditor", "password": "Dossier-2026", "reason": "x"})
            assert answer.status_code == 400, (role, path)
            assert "安全校验没有通过" in answer.text
        assert snapshot() == before


def test_a_form_of_another_role_is_refused_and_changes_nothing(filled: Document,
                                                               signed_in: Callable[[str], Browser]) -> None:
    finding = FindingRecord.objects(project="XM-A").first()
    for role in ROLES:
        browser, before = signed_in(role), snapshot()
        for form, may in MAY.items():
            if role not in may:
                answer = browser.post(form.format(document=filled.id, finding=finding.id), {"reason": "x", "until": "2026-05-01"})
                spoken = (403, 404, 412) if form.endswith("/uploads") else (403, 404)  # 412: tus is spoken there, not forms
                assert answer.status_code in spoken, (role, form, answer.status_code)
        assert snapshot() == before, role


def test_the_back_office_writes_nothing(filled: Document, app: Flask, signed_in: Callable[[str], Browser]) -> None:
    posts = [rule.rule for rule in app.url_map.iter_rules()
             if rule.rule.startswith("/backoffice/") and "POST" in (rule.methods or ()) and not rule.arguments]
    assert len(posts) > 20
    for role in ("archivist", "sysadmin", "secadmin", "auditadmin"):
        browser, before = signed_in(role), snapshot()
        for path in posts:
            data = {"id": filled.id, "rowid": filled.id, "action": "delete", "name": "x", "list_form_pk": filled.id}
            assert browser.post(path, data).status_code in (302, 403, 404, 405), path
        assert snapshot() == before, role

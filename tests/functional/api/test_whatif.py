"""What-if over HTTP: what is answered, to whom, that it is told apart from a write, and that it never is one."""

import pytest

from admin.system import System
from tests.builders import UNIT_B, a_project
from tests.conftest import snapshot
from tests.functional.api.conftest import CODE, CODE_B, OVERDUE, Api, Everybody

SUPPOSED = {"accepted_on": "2026-04-01", "project": {"total_investment_fen": 500}, "settings": {"grace_months": 0},
            "contracts": [{"number": "HT-Z", "values": {"type": "build", "signed_on": "2024-04-01"}}],
            "present": [{"type": "financial_report", "doc_date": "2025-02-01"}], "absent": ["meeting_minutes"]}


def test_only_what_would_change_is_answered_with_both_sides(system: System, archivist: Api) -> None:
    a_project(system, CODE, **OVERDUE)
    before = snapshot()
    body = archivist.post(f"/projects/{CODE}/what-if", json=SUPPOSED).json
    assert snapshot() == before
    found = {(change["rule"], change["subject"]): change for change in body["changes"]}
    term = found["R31-3", ""]
    assert (term["before"]["outcome"], term["after"]["outcome"], term["alert"]) == ("failed", "passed", "vanishes")
    assert term["before"]["steps"]
    assert (body["as_of"], body["today"]) == ("2026-04-01", "2026-03-02")
    assert {"name": "grace_months", "before": 3, "after": 0} in body["settings"]
    assert all(change["before"] != change["after"] for change in body["changes"])
    assert body["appears"] + body["vanishes"] == sum(bool(change["alert"]) for change in body["changes"])


@pytest.mark.parametrize("body", [
    {"settings": {"no_such": 1}}, {"project": {"code": "X"}}, {"accepted_on": "someday"}, {"present": [{"type": "没有"}]}, {"what": 1}, {}])
def test_what_cannot_be_supposed_is_refused(system: System, archivist: Api, body: dict[str, object]) -> None:
    a_project(system, CODE)
    answer = archivist.post(f"/projects/{CODE}/what-if", json=body)
    assert answer.status_code in (404, 422)
    assert answer.json["code"]


def test_another_units_project_does_not_exist_and_administrators_read_none(system: System, everybody: Everybody) -> None:
    a_project(system, CODE_B, unit=UNIT_B, **OVERDUE)
    for name, status in (("unit_a", 404), ("unit_b", 200), ("auditor", 200), ("sysadmin", 403)):
        assert everybody.as_(name).post(f"/projects/{CODE_B}/what-if", json={"as_of": "2026-04-01"}).status_code == status, name

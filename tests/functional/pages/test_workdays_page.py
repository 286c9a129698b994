"""The page of working days: checked first, imported, put right, with its history; and the same from the command line."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from admin.system import System
from archive.access import Actor
from retention.models import WorkYear
from tests.functional.pages.conftest import Browser, upload
from tests.unit.retention.test_work_years import AS_JSON


def test_a_year_is_checked_imported_and_put_right(people: dict[str, Actor], signed_in: Callable[[str], Browser]) -> None:
    admin = signed_in("sysadmin")
    page = admin.page("/workdays")
    assert "只有法定节假日" in page
    assert "程序自带" in page
    tried = admin.post("/workdays/import", upload("2027.json", AS_JSON.encode())).text
    assert "尚未保存" in tried
    assert "6 天与现有数据不同" in tried
    assert WorkYear.objects.count() == 0
    wrong = admin.post("/workdays/import", {**upload("2027.json", b"{}"), "keep": "1"})
    assert wrong.status_code == 422
    assert "year 应为年份" in wrong.text
    kept = admin.follow("/workdays/import", {"keep": "1", "file": (io.BytesIO(AS_JSON.encode()), "2027.json")})
    assert "已导入 2027 年的安排，6 天与原来不同" in kept
    assert "国办发明电〔2026〕9号" in kept
    edited = admin.follow("/workdays/day", {"day": "2027-03-05", "kind": "rest", "reason": "省政府通知"})
    assert "改为休息 2027-03-05" in edited
    assert "应写作 2027-01-01" in admin.follow("/workdays/day", {"day": "5.3.", "kind": "rest", "reason": "省政府通知"})


def test_the_command_line_checks_and_imports(system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                             capsys: pytest.CaptureFixture[str]) -> None:
    from contextlib import contextmanager

    from admin.cli import workdays as command

    @contextmanager
    def opened() -> object:  # type: ignore[misc]
        yield system

    monkeypatch.setattr(command, "opened", opened)
    file = tmp_path / "2027.json"
    file.write_text(AS_JSON, encoding="utf-8")
    run = command.workdays.main
    assert run(["import", str(file), "--dry-run", "--json"], standalone_mode=False) is None
    shown = json.loads(capsys.readouterr().out)
    assert (shown["year"], shown["dry_run"], len(shown["changed"])) == (2027, True, 6)
    assert WorkYear.objects.count() == 0
    run(["import", str(file)], standalone_mode=False)
    assert "2027 年：已导入，6 天与原来不同。" in capsys.readouterr().out
    run(["set", "2027-03-05", "rest", "--reason", "省政府通知"], standalone_mode=False)
    assert "2027-03-05\t上班 → 休息" in capsys.readouterr().out
    assert run(["list", "--json"], standalone_mode=False) == 0
    items = {item["year"]: item for item in json.loads(capsys.readouterr().out)["items"]}
    assert (items[2027]["known"], items[2028]["known"], "2027-03-05" in items[2027]["rest"]) == (True, False, True)

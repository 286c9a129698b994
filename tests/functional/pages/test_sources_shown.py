"""Where files come in by themselves is shown to the administrator, and told to the monitoring without any address."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from admin.sources import source_keys, source_threads
from admin.system import System
from admin.web.app import create_app
from archive.access import Actor
from archive.operations.imports import begin_import, end_import
from archive.operations.sources import Looked, note_failure, note_look
from tests.builders import SYSTEM
from tests.functional.pages.conftest import Browser

BOX = "imaps://archive:very-secret@mail.example.cn/INBOX"


def test_sources_and_imports_are_on_the_operations_page_and_in_the_metrics(
        system: System, people: dict[str, Actor], signed_in: Callable[[str], Browser], tmp_path: Path) -> None:
    browser = signed_in("sysadmin")
    assert "自动收件" not in browser.page("/operations")
    settings = replace(system.settings, watch_dir=(tmp_path / "投递",), imap_url=BOX)
    watching = replace(system, settings=settings)
    folder, box = source_keys(watching)
    assert [thread.source.key for thread in source_threads(watching)] == [folder, box]
    note_look(system.clock, folder, Looked({"filed": 7, "duplicates": 0, "refused": 1, "unclear": 0}, waiting=3))
    note_failure(system.clock, box, "邮箱服务器暂时连接不上")
    end_import(SYSTEM, system.clock, begin_import(SYSTEM, system.clock, "k" * 64, "移交清单.csv", 12))

    app = create_app(watching)
    told = app.test_client().get("/metrics").text
    assert 'dangan_source_up{source="folder-1"} 1.0' in told
    assert 'dangan_source_up{source="mailbox-2"} 0.0' in told
    assert 'dangan_source_waiting{source="folder-1"} 3.0' in told
    assert "投递" not in told
    assert "mail.example.cn" not in told

    client = app.test_client()
    client.post("/login", data={"csrf_token": Browser(client).token, "name": "sysadmin", "password": "Dossier-2026"})
    page = Browser(client).page("/operations")
    for shown in ("自动收件", folder, "mailbox:archive@mail.example.cn:993/INBOX", "邮箱服务器暂时连接不上", "移交清单.csv"):
        assert shown in page
    assert "very-secret" not in page

"""A real browser against the real server: Debian's chromium, the web server on the loopback, a worker behind it.

`--screenshots` (with this folder named on the command line) writes the pictures to docs/screenshots.
"""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

from admin.system import System
from admin.web.app import create_app
from admin.web.server import WebServer
from admin.worker import Worker
from archive.access import Actor
from archive.operations.people import NewPerson, add_person
from archive.permissions import Role
from tests.browser.scene import build_scene
from tests.builders import SYSTEM, UNIT
from tests.scenes import once

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--lang=zh-CN"]
ROOT = Path(__file__).parents[2]
PATIENCE = 30_000  # milliseconds; what is waited for comes at once, except on a machine that has other things to do


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", action="store_true", help="write the pictures of the main pages to docs/screenshots")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        if os.environ.get("CI"):
            pytest.fail("chromium is not installed: apt-get install chromium")
        pytest.skip("needs chromium: apt-get install chromium")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS, env={**os.environ, "LANGUAGE": "zh_CN"})
        yield browser
        browser.close()


@pytest.fixture
def people(system: System, keeping: Path) -> dict[str, Actor]:
    """As for all tests, with names that look like names in the pictures."""
    return dict(once(system, keeping, "people with names", lambda: _people(system)))


def _people(system: System) -> dict[str, Actor]:
    wanted = {"archivist": (Role.ARCHIVIST, "沈静", ""), "unit_a": (Role.UNIT, "陈明", UNIT), "auditor": (Role.AUDITOR, "郑国栋", ""),
              "supervisor": (Role.SUPERVISOR, "林晓", ""), "sysadmin": (Role.SYSADMIN, "吕晨", ""),
              "secadmin": (Role.SECADMIN, "卢思远", ""), "auditadmin": (Role.AUDITADMIN, "田怡", "")}
    return {name: add_person(SYSTEM, system.clock, NewPerson(
        name, role, unit, f"{name}@example.com", shown, password="Dossier-2026")).actor()
        for name, (role, shown, unit) in wanted.items()}


@pytest.fixture
def site(system: System, people: dict[str, Actor], keeping: Path) -> Iterator[str]:
    """The address of a running archive with a small but lifelike content."""
    app = create_app(system)
    worker = Worker(system)
    once(system, keeping, "browser", lambda: build_scene(system, worker))
    worker.start()
    server = WebServer(app, "127.0.0.1", 0, threads=8)
    server.expiration_interval = 0.02  # how soon it notices that it shall stop
    server.prepare()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.stop()
    thread.join(10)
    worker.stop()


class Visitor:
    """A person at a browser, and everything the browser asked for or complained about."""

    def __init__(self, context: BrowserContext, site: str) -> None:
        self.site, self.page = site, context.new_page()
        self.foreign: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", self._asked)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def sign_in(self, name: str) -> "Visitor":
        self.page.goto(f"{self.site}/login")
        self.page.get_by_label("用户名").fill(name)
        self.page.get_by_label("口令").fill("Dossier-2026")
        self.page.get_by_role("button", name="登录").click()
        self.page.wait_for_url(lambda url: "/login" not in url)
        return self

    def open(self, path: str) -> Page:
        answer = self.page.goto(self.site + path)
        assert answer is not None
        assert answer.status == 200, path
        return self.page

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.site, "data:")):
            self.foreign.append(request.url)

    def _said(self, message: ConsoleMessage) -> None:
        # A refused file is answered with 422, which the browser always mentions; the page shows the reason.
        if message.type in ("error", "warning") and not str(message.location.get("url", "")).endswith("/upload"):
            self.complaints.append(message.text)


def press(page: Page, key: str) -> None:
    """A key, once the page listens: the script is the last thing in it, and a key pressed before is nobody's."""
    page.wait_for_load_state("load")
    page.keyboard.press(key)


@pytest.fixture(params=[(1280, 900)], ids=["1280"])
def visitor(request: pytest.FixtureRequest, chromium: Browser, site: str) -> Iterator[Visitor]:
    """At the end nothing may have been asked of any other place, and the browser may have nothing to complain about."""
    width, height = request.param
    context = chromium.new_context(viewport={"width": width, "height": height}, locale="zh-CN",
                                   timezone_id="Asia/Shanghai", reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    made = Visitor(context, site)
    yield made
    context.close()
    assert made.foreign == []
    assert made.complaints == []


@pytest.fixture
def gallery(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Where pictures go: into the documentation where that was asked for, else into a folder that is thrown away."""
    folder = ROOT / "docs" / "screenshots" if request.config.getoption("--screenshots", default=False) else tmp_path
    folder.mkdir(parents=True, exist_ok=True)
    return folder

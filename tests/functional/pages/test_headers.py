"""What a browser may load: everything from here, nothing inline, nothing kept on a shared computer."""

import re
from collections.abc import Callable

import pytest

from archive.models import Document
from tests.functional.pages.conftest import Browser

INLINE = re.compile(r"<script(?![^>]*\bsrc=)|\son[a-z]+\s*=|\sstyle\s*=|<style|javascript:", re.I)
OUTSIDE = re.compile(r"""(?:src|href|action)\s*=\s*["'](?:https?:)?//""", re.I)


@pytest.mark.parametrize(("role", "paths"), [
    ("archivist", ("/", "/projects", "/projects/XM-A", "/projects/XM-A/edit", "/projects/import", "/search?q=测评",
                   "/findings", "/rules", "/clauses", "/account", "/documents/{document}?q=测评", "/backoffice/",
                   "/backoffice/documents/", "/backoffice/documents/details/?id={document}", "/nowhere")),
    ("sysadmin", ("/operations", "/backoffice/outbox/")), ("secadmin", ("/people", "/backoffice/people/")),
    ("auditadmin", ("/audit", "/backoffice/audit/"))])
def test_pages_hold_nothing_inline_and_nothing_from_outside(role: str, paths: tuple[str, ...], filled: Document,
                                                            signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in(role)
    for path in paths:
        answer = browser.get(path.format(document=filled.id))
        assert answer.status_code in (200, 404), path
        assert not INLINE.search(answer.text), (path, INLINE.search(answer.text))
        assert not OUTSIDE.search(answer.text), path
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cache-Control"] == "no-store"


def test_the_session_cookie_is_out_of_reach_of_scripts(stranger: Browser) -> None:
    cookie = stranger.get("/login").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_own_static_files_may_be_kept_by_the_browser(stranger: Browser) -> None:
    page = stranger.get("/login").text
    style = re.search(r'href="(/static/dangan\.css\?v=\w+)"', page)
    assert style
    assert "max-age=" in stranger.get(style[1]).headers["Cache-Control"]

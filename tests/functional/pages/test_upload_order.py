"""A file is received only from whoever may file it here, with a form that is ours."""

import io
from collections.abc import Callable
from typing import Any

import pytest

from admin.system import System
from archive.models import Document
from tests.functional.pages.conftest import Browser, upload

LARGE = 5 << 30
PATHS = ("/projects/XM-A/upload", "/documents/{key}/versions", "/projects/import")


class Unread(io.RawIOBase):
    """A body of 5 GiB nobody may look at."""

    at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self.at = offset + (0, self.at, LARGE)[whence]
        return self.at

    def tell(self) -> int:
        return self.at

    def readinto(self, target: Any) -> int:
        raise AssertionError("the body was read")


def send(browser: Browser, path: str, **more: Any) -> int:
    return browser.client.post(path, input_stream=Unread(), **more).status_code


@pytest.mark.parametrize("path", PATHS)
def test_a_large_form_is_not_read_for_people_who_may_not_send_it(
        path: str, filled: Document, signed_in: Callable[[str], Browser], stranger: Browser) -> None:
    path, form = path.format(key=filled.id), "multipart/form-data; boundary=edge"
    assert send(stranger, path, content_type=form) == 302
    assert send(signed_in("auditadmin"), path, content_type=form) == 403


@pytest.mark.parametrize("path", PATHS[:2])
def test_the_body_of_the_script_is_not_read_either(
        path: str, filled: Document, signed_in: Callable[[str], Browser], stranger: Browser) -> None:
    path = path.format(key=filled.id)
    more: dict[str, Any] = {"content_type": "application/octet-stream",
                            "headers": {"X-File-Name": "a.bin", "X-Requested-With": "fetch"}}
    assert send(stranger, path, **more) == 401
    assert send(signed_in("auditadmin"), path, **more) == 403
    assert send(signed_in("unit_b"), path, **more) == 404


def test_other_forms_stay_small(filled: Document, signed_in: Callable[[str], Browser]) -> None:
    form = {"content_type": "application/x-www-form-urlencoded"}
    assert send(signed_in("archivist"), "/projects/new", **form) == 413
    assert send(signed_in("archivist"), "/projects/XM-A/upload", **form) == 413


def test_a_file_in_a_form_without_its_token_is_dropped(filled: Document, signed_in: Callable[[str], Browser],
                                                       system: System) -> None:
    before = Document.objects.count()
    answer = signed_in("archivist").client.post("/projects/XM-A/upload", data=upload("a.txt", b"some text"))
    assert answer.status_code == 400
    assert "安全校验没有通过" in answer.text
    assert Document.objects.count() == before
    assert list(system.intake.staging.iterdir()) == []

"""Pages of documents as pictures."""

import io

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from admin.system import System
from archive.models import Project
from tests.functional.api.conftest import CODE, Api, problem, upload

FILES = f"/projects/{CODE}/documents"


@pytest.fixture
def document(archivist: Api, project: Project) -> str:
    """A PDF of two pages, of different size."""
    target = io.BytesIO()
    canvas = Canvas(target)
    for width in (300, 400):
        canvas.setPageSize((width, 500))
        canvas.drawString(100, 100, "page")
        canvas.showPage()
    canvas.save()
    return str(upload(archivist, FILES, target.getvalue(), "a.pdf").json["id"])


def test_each_page_has_its_picture(archivist: Api, document: str) -> None:
    for number, width in ((1, 600), (2, 800)):
        answer = archivist.get(f"/documents/{document}/pages/{number}")
        assert (answer.status_code, answer.content_type) == (200, "image/png")
        assert Image.open(io.BytesIO(answer.data)).size == (width, 1000)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_picture_already_had_is_not_drawn_again(archivist: Api, document: str) -> None:
    path = f"/documents/{document}/pages/1"
    tag = archivist.get(path).headers["ETag"]
    again = archivist.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert archivist.get(f"/documents/{document}/pages/2", headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize(("number", "status"), [("3", 404), ("0", 422), ("-1", 422), ("first", 422), ("1000001", 422)])
def test_a_page_that_is_not_there(archivist: Api, document: str, number: str, status: int) -> None:
    problem(archivist.get(f"/documents/{document}/pages/{number}"), status)


def test_another_format_has_no_pictures_and_says_so(archivist: Api, project: Project) -> None:
    key = upload(archivist, FILES, "text", "a.txt").json["id"]
    assert "没有页面图像" in problem(archivist.get(f"/documents/{key}/pages/1"), 415, "api.no-picture")["detail"]


def test_a_damaged_pdf_is_kept_and_has_no_picture(archivist: Api, project: Project) -> None:
    key = upload(archivist, FILES, b"%PDF-1.7\nbroken", "a.pdf").json["id"]
    assert "损坏" in problem(archivist.get(f"/documents/{key}/pages/1"), 415, "api.no-picture")["detail"]
    assert archivist.get(f"/documents/{key}/content").data == b"%PDF-1.7\nbroken"


def test_lost_bytes_are_damage(system: System, archivist: Api, document: str) -> None:
    digest = archivist.get(f"/documents/{document}/versions").json["items"][0]["sha256"]
    system.blobs.delete(f"sha256:{digest}")
    problem(archivist.get(f"/documents/{document}/pages/1"), 500, "archive.damaged")

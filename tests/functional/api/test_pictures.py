"""Pages of documents as pictures."""

import io
from pathlib import Path

import numpy
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from admin.system import System
from archive.models import Project
from ingest.drawing.base import EDGE
from tests import samples
from tests.functional.api.conftest import CODE, Api, problem, upload
from tests.unit.ingest.drawing import ofd_samples
from tests.unit.ingest.drawing.test_images import a_png_that_claims

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


def marks_in(data: bytes) -> bool:
    return bool((numpy.asarray(Image.open(io.BytesIO(data)).convert("RGB")) == EDGE).all(axis=2).any())


@pytest.mark.parametrize(("words", "expected"), [
    ("密码应用方案", True), ("密碼應用方案", True), ("密码 方案", True), ('"应用方案"', True), ("方案 -评估", True), ("没有这个", False), ("", False)])
def test_hits_are_marked_by_the_rules_of_search(
        archivist: Api, project: Project, tmp_path: Path, words: str, expected: bool) -> None:
    """Also a word that the end of a line cuts in two, in either writing."""
    path = samples.pdf(tmp_path / "a.pdf", [["本项目的密码应", "用方案已批准"], ["下一页"]])
    key = upload(archivist, FILES, path.read_bytes(), "a.pdf").json["id"]
    answer = archivist.get(f"/documents/{key}/pages/1", query_string={"q": words})
    assert (answer.status_code, answer.content_type) == (200, "image/png")
    assert marks_in(answer.data) == expected
    assert not marks_in(archivist.get(f"/documents/{key}/pages/2", query_string={"q": words}).data)


def test_the_tag_of_a_picture_holds_what_was_asked(archivist: Api, document: str) -> None:
    path = f"/documents/{document}/pages/1"
    tags = {archivist.get(path, query_string=query).headers["ETag"] for query in ({}, {"q": "page"}, {"size": "thumb"}, {"q": "other"})}
    assert len(tags) == 3


@pytest.mark.parametrize("query", [{"size": "giant"}, {"q": "长" * 1001}, {"version": "0"}])
def test_what_cannot_be_asked_for_is_refused(archivist: Api, document: str, query: dict[str, str]) -> None:
    problem(archivist.get(f"/documents/{document}/pages/1", query_string=query), 422)


def test_an_older_version_has_its_own_pages(archivist: Api, document: str, tmp_path: Path) -> None:
    path = samples.pdf(tmp_path / "b.pdf", [["新版"]])
    upload(archivist, f"/documents/{document}/versions", path.read_bytes(), "b.pdf")
    new = archivist.get(f"/documents/{document}/pages/1")
    old = archivist.get(f"/documents/{document}/pages/1", query_string={"version": 1})
    assert Image.open(io.BytesIO(old.data)).size == (600, 1000)
    assert Image.open(io.BytesIO(new.data)).size != (600, 1000)
    problem(archivist.get(f"/documents/{document}/pages/1", query_string={"version": 3}), 404)


@pytest.mark.parametrize(("name", "media_type"), [("a.ofd", "application/ofd"), ("a.png", "image/png")])
def test_other_formats_have_pictures_too(archivist: Api, project: Project, tmp_path: Path, name: str, media_type: str) -> None:
    path = tmp_path / name
    if name == "a.ofd":
        ofd_samples.ofd(path, ofd_samples.text("密码应用", 50, 100))
    else:
        Image.new("L", (300, 200), 128).save(path)
    filed = upload(archivist, FILES, path.read_bytes(), name).json
    assert filed["media_type"] == media_type
    answer = archivist.get(f"/documents/{filed['id']}/pages/1", query_string={"q": "密码"})
    assert (answer.status_code, answer.content_type) == (200, "image/png")
    assert marks_in(answer.data) == (name == "a.ofd")
    problem(archivist.get(f"/documents/{filed['id']}/pages/2"), 404)


def test_a_giant_image_is_kept_and_its_picture_refused_with_the_limit(archivist: Api, project: Project, tmp_path: Path) -> None:
    data = a_png_that_claims(tmp_path / "a.png", 100_000, 100_000).read_bytes()
    key = upload(archivist, FILES, data, "a.png").json["id"]
    assert "150,000,000 像素" in problem(archivist.get(f"/documents/{key}/pages/1"), 415, "api.no-picture")["detail"]
    assert archivist.get(f"/documents/{key}/content").data == data

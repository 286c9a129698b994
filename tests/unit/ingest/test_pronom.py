"""PRONOM identifiers: those known by structure agree with the signatures; the rest is asked behind the wall."""

import os
from collections.abc import Iterator
from pathlib import Path

import pygfried
import pytest

from ingest.identification import LIMITS, Identifier
from ingest.media_types import identify
from ingest.pronom import OFD_KEY, known_puid
from tests import format_samples, old_office, samples

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "testdata"


@pytest.fixture(scope="module")
def identifier() -> Iterator[Identifier]:
    made = Identifier()
    yield made
    made.close()


def puid(identifier: Identifier, path: Path) -> str:
    return identifier.puid(path, identify(path, path.name), path.name)


def test_what_structure_says_is_what_the_signatures_say(tmp_path: Path) -> None:
    made = [samples.pdf(tmp_path / "a.pdf", [["甲"]]), samples.word(tmp_path / "a.docx"), samples.slides(tmp_path / "a.pptx", [("a", "b")]),
            samples.workbook(tmp_path / "a.xlsx", {"表": [["值"]]}), format_samples.loaded_pdf(tmp_path / "b.pdf", attachment="x")]
    for path in made:
        assert known_puid(path, identify(path, path.name)) == pygfried.identify(str(path)), path.name


def test_real_files_get_what_the_signatures_say_except_ofd(identifier: Identifier) -> None:
    if not FOLDER.is_dir():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"the folder of real files is not there: {FOLDER}")
    for path in sorted(FOLDER.iterdir()):
        said = str(pygfried.identify(str(path))).replace("UNKNOWN", "")
        assert puid(identifier, path) == (OFD_KEY if path.suffix == ".ofd" else said), path.name


def test_rare_formats_are_asked_for(identifier: Identifier, tmp_path: Path) -> None:
    assert puid(identifier, old_office.doc(tmp_path / "合同.wps", "x" * 5000)) in {"fmt/39", "fmt/40", "fmt/609"}
    assert puid(identifier, format_samples.picture(tmp_path / "a.png")) in {"fmt/11", "fmt/12", "fmt/13"}
    unknown = tmp_path / "a"
    unknown.write_bytes(b"\x00\x01\x02 nobody knows" * 9)
    assert puid(identifier, unknown) == ""


def test_a_profile_or_a_torn_end_is_left_to_the_signatures(tmp_path: Path) -> None:
    path = samples.pdf(tmp_path / "a.pdf", [["甲"]])
    whole = path.read_bytes()
    for data in (whole + b"% pdfaid:part", whole[:-40], b"x" + whole):
        path.write_bytes(data)
        assert known_puid(path, "application/pdf") is None


def test_an_engine_that_cannot_work_costs_the_identifier_only(tmp_path: Path) -> None:
    import dataclasses

    crippled = Identifier(dataclasses.replace(LIMITS, memory_mb=256))
    try:
        assert puid(crippled, format_samples.picture(tmp_path / "a.png")) == ""
        assert puid(crippled, samples.word(tmp_path / "a.docx")) == "fmt/412"
    finally:
        crippled.close()

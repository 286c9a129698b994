"""From upload to page: what a file is, says of itself, and hides is read with the document, by people and programs."""

from collections.abc import Callable
from pathlib import Path

from admin.system import System
from archive.models import Document, TextRecord, Version
from archive.queries import remarks_of
from tests import format_samples, old_office
from tests.builders import a_project
from tests.conftest import SYSTEM
from tests.functional.pages.conftest import Browser


def file(system: System, path: Path, name: str) -> Document:
    return system.intake.file(SYSTEM, "XM-1", name, [path.read_bytes()]).document


def test_a_sealed_ofd_and_a_false_name_are_told(system: System, tmp_path: Path, signed_in: Callable[[str], Browser]) -> None:
    a_project(system, "XM-1")
    sealed = format_samples.ofd(tmp_path / "a.ofd", [["关于验收的批复", "同意通过验收"], []], seal="某某局公章", attachment=("清单", b"x"))
    document = file(system, sealed, "批复.pdf")
    assert [remark.code for remark in remarks_of(SYSTEM, document.id)] == [
        "format.extension-disagrees", "file.attachments", "signature.intact"]
    assert Version.objects(document=document.id).get().puid == "dangan/ofd"
    page = signed_in("archivist").page(f"/documents/{document.id}")
    for said in ("完整性有效", "某某局公章", "却是 application/ofd", "文件属性", "版式软件", "dangan/ofd"):
        assert said in page
    assert system.intake.file(SYSTEM, "XM-1", "再来.ofd", [sealed.read_bytes()]).duplicate


def test_old_documents_and_unknown_formats_are_kept_with_what_is_known(system: System, tmp_path: Path) -> None:
    a_project(system, "XM-1")
    word = file(system, old_office.doc(tmp_path / "a", "等级保护测评报告\r结论为基本符合。\r"), "测评报告.wps")
    assert (word.text_state, remarks_of(SYSTEM, word.id)) == ("read", [])
    assert TextRecord.objects.get(id=word.current).engine.startswith("olefile ")
    assert Version.objects.get(id=word.current).puid.startswith("fmt/")
    (tmp_path / "b").write_bytes(b"\x00\x01 nobody knows" * 20)
    unknown = file(system, tmp_path / "b", "数据.dat")
    assert (unknown.text_state, Version.objects.get(id=unknown.current).puid) == ("unsupported", "")
    assert "暂不读取文字" in unknown.text_reason

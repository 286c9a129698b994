"""Every kind of file that holds others: 7z, RAR, mails, PDF and OFD with attachments; names as their makers wrote them."""

import shutil
from pathlib import Path

import pytest

from admin.system import System
from admin.worker import Worker
from archive.models import Document, Member, Unpacking
from ingest.unpacking.detect import holds_files
from tests import samples
from tests.builders import a_project
from tests.unit.ingest.unpacking import bundles
from tests.unit.ingest.unpacking.test_hostile import ending
from tests.unit.ingest.unpacking.test_unpack import MINUTES, children, file, outcomes, stored

TESTDATA = Path(__file__).resolve().parents[5] / "shared" / "testdata"
NAME, DATA = "合同/采购合同（终稿）.txt", "运维合同，合同金额贰佰万元整。".encode()


def real(name: str) -> Path:
    """A file of the shared test data. Absent ones fail in CI, as its README asks, and skip elsewhere."""
    path = next((root / name for root in (TESTDATA, Path("/work/shared/testdata")) if (root / name).exists()), None)
    if path is None:
        pytest.skip(f"no test data: {name}")
    return path


def same(system: System, parent: Document, members: dict[str, bytes]) -> bool:
    return {path: stored(system, child) for path, child in children(parent).items()} == members


def test_7z(system: System, worker: Worker, tmp_path: Path) -> None:
    a_project(system)
    parent = file(system, "材料.7z", bundles.seven(tmp_path, MINUTES))
    worker.drain()
    assert ending(parent).reason == ""
    assert same(system, parent, MINUTES)


def test_a_torn_7z_says_so(system: System, worker: Worker, tmp_path: Path) -> None:
    a_project(system)
    parent = file(system, "断.7z", bundles.seven(tmp_path, MINUTES)[:-20])
    worker.drain()
    assert (ending(parent).state, "损坏" in ending(parent).reason) == ("refused", True)


@pytest.mark.parametrize("encoding", ["ascii", "gb18030"])
def test_rar(system: System, worker: Worker, encoding: str) -> None:
    a_project(system)
    name = "contract/final.txt" if encoding == "ascii" else NAME
    parent = file(system, "材料.rar", bundles.rar({name.encode(encoding): DATA, b"b.txt": b"second"}))
    worker.drain()
    assert same(system, parent, {name: DATA, "b.txt": b"second"}), (outcomes(parent), ending(parent).reason)


def test_a_locked_rar_says_so(system: System, worker: Worker) -> None:
    a_project(system)
    parent = file(system, "加密.rar", bundles.rar({b"a.txt": DATA}, flags=0x04))
    worker.drain()
    assert Document.objects.count() == 1
    assert "口令" in ending(parent).reason + "".join(Member.objects.scalar("reason"))


@pytest.mark.parametrize(("raw", "extra", "expected"), [
    (NAME.encode("gb18030"), b"", NAME), (NAME.encode(), b"", NAME), ("résumé.txt".encode("cp437"), b"", "résumé.txt"),
    (b"?/?.txt", bundles.unicode_path(b"?/?.txt", NAME), NAME), (b"a.txt", bundles.unicode_path(b"other", NAME), "a.txt")])
def test_names_without_the_flag_are_repaired(system: System, worker: Worker, raw: bytes, extra: bytes, expected: str) -> None:
    a_project(system)
    parent = file(system, "材料.zip", bundles.raw_zip([(raw, DATA)], extra=extra))
    worker.drain()
    assert same(system, parent, {expected: DATA})


def test_the_real_zip_with_special_names(system: System, worker: Worker) -> None:
    a_project(system)
    parent = file(system, "mayan.zip", real("mayan-special-names.zip").read_bytes())
    worker.drain()
    assert list(children(parent)) == [
        "development/mayan-edms-3.2/mayan/apps/common/tests/contrib/test_file_spé©íáø_©hárß.txt"]


def test_mail_attachments(system: System, worker: Worker) -> None:
    a_project(system)
    inner = bundles.mail({"附表.txt": "第二层附件".encode()})
    parent = file(system, "来函.eml", bundles.mail({"验收报告（终稿）.txt": DATA, "清单.zip": bundles.zipped(MINUTES)}, forwarded=inner,
                                                 inline=b"\x89PNG\r\n\x1a\n picture of the signature"))
    worker.drain()
    assert set(children(parent)) == {"验收报告（终稿）.txt", "清单.zip", "关于报送验收材料的函.eml"}
    assert set(children(children(parent)["清单.zip"])) == set(MINUTES)
    assert set(children(children(parent)["关于报送验收材料的函.eml"])) == {"附表.txt"}


@pytest.mark.parametrize("header", [
    'attachment; filename="=?GB2312?B?{b64}?="', "attachment; filename*=GB2312''{percent}", 'attachment; filename="{raw}"'])
def test_mail_programs_write_chinese_names_in_three_ways(system: System, worker: Worker, header: str) -> None:
    import base64
    from urllib.parse import quote_from_bytes
    a_project(system)
    raw = "验收报告.txt".encode("gb2312")
    value = header.encode().replace(b"{b64}", base64.b64encode(raw)).replace(
        b"{percent}", quote_from_bytes(raw).encode()).replace(b"{raw}", raw)
    mail = (b"From: a@example.com\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\ntext\r\n--x\r\n"
            b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: " + value +
            b"\r\n\r\n" + base64.b64encode(DATA) + b"\r\n--x--\r\n")
    parent = file(system, "来函.eml", mail)
    worker.drain()
    assert same(system, parent, {"验收报告.txt": DATA})


@pytest.mark.parametrize("object_streams", [True, False])
def test_files_attached_to_a_pdf(system: System, worker: Worker, tmp_path: Path, object_streams: bool) -> None:
    a_project(system)
    data = bundles.pdf_with(tmp_path, {"预算明细.txt": DATA}, clip=b"on the page", object_streams=object_streams)
    parent = file(system, "函.pdf", data)
    worker.drain()
    assert same(system, parent, {"预算明细.txt": DATA, "夹页.txt": b"on the page"})
    assert stored(system, parent) == data


def test_a_pdf_without_attachments_is_not_opened_again(system: System, worker: Worker, tmp_path: Path) -> None:
    a_project(system)
    path = samples.pdf(tmp_path / "函.pdf", [["普通的函"]])
    assert not holds_files(path, "application/pdf")
    file(system, "函.pdf", path.read_bytes())
    worker.drain()
    assert Unpacking.objects.count() == 0


def test_files_attached_to_an_ofd(system: System, worker: Worker, tmp_path: Path) -> None:
    a_project(system)
    parent = file(system, "发票.ofd", bundles.ofd_with(tmp_path, {"原始发票.xml": b"<invoice/>", "附图.png": b"\x89PNG\r\n\x1a\n."}))
    worker.drain()
    assert same(system, parent, {"原始发票.xml": b"<invoice/>", "附图.png": b"\x89PNG\r\n\x1a\n."})


def test_the_real_ofd_with_an_attachment(system: System, worker: Worker, tmp_path: Path) -> None:
    a_project(system)
    path = Path(shutil.copy(real("ofdrw-AddAttachment.ofd"), tmp_path))
    parent = file(system, path.name, path.read_bytes())
    worker.drain()
    assert set(children(parent)) == {"Gao.jpg"}
    assert stored(system, children(parent)["Gao.jpg"]).startswith(b"\xff\xd8\xff")


def test_attachments_of_an_outlook_message(system: System, worker: Worker, tmp_path: Path) -> None:
    a_project(system)
    data = bundles.outlook(tmp_path, {"验收报告.txt": DATA, "清单.zip": bundles.zipped(MINUTES)}, embedded="转发的会议通知")
    parent = file(system, "来函.msg", data)
    worker.drain()
    assert outcomes(parent) == {"验收报告.txt": "filed", "清单.zip": "filed", "转发的会议通知": "unreadable"}
    assert stored(system, children(parent)["验收报告.txt"]) == DATA
    assert set(children(children(parent)["清单.zip"])) == set(MINUTES)
    assert "内嵌项目" in Member.objects(outcome="unreadable").get().reason

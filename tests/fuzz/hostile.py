"""Files made to harm who opens them: each small, each a known trick. `HOSTILE` names them and what to do with them."""

import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from tests import samples

MEBIBYTE = 1 << 20
LAUGHS = ('<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "哈哈哈哈哈哈哈哈哈哈">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(12)) + "]><r>&m;</r>").encode()
OUTSIDE = (b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY y SYSTEM '
           b'"http://127.0.0.1:9/">]><r>&x;&y;</r>')


def entities_in_word(folder: Path) -> Path:
    return samples.with_member(samples.word(folder / "实体.docx", paragraphs=["正文"]), "word/document.xml", LAUGHS)


def outside_entities_in_word(folder: Path) -> Path:
    return samples.with_member(samples.word(folder / "外部实体.docx", paragraphs=["正文"]), "word/document.xml", OUTSIDE)


def entities_in_sheet(folder: Path) -> Path:
    path = samples.workbook(folder / "实体.xlsx", {"表": [["甲"]]})
    return samples.with_member(path, "xl/workbook.xml", LAUGHS)


def entities_in_ofd(folder: Path) -> Path:
    return samples.with_member(samples.ofd(folder / "实体.ofd"), "OFD.xml", LAUGHS)


def swollen_word(folder: Path) -> Path:
    return samples.bomb(folder / "膨胀.docx", 400)


def endless_pages(folder: Path) -> Path:
    """A page tree whose node is its own child, and a count nobody has paper for."""
    path = folder / "页树.pdf"
    path.write_bytes(b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
                     b"2 0 obj<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2147483647>>endobj\n"
                     b"trailer<</Root 1 0 R/Size 3>>\n%%EOF\n")
    return path


def endless_objects(folder: Path) -> Path:
    """References that go round: lengths, streams, parents."""
    path = folder / "循环.pdf"
    path.write_bytes(b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R/Outlines 5 0 R>>endobj\n"
                     b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1/Parent 2 0 R>>endobj\n"
                     b"3 0 obj<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources 3 0 R>>endobj\n"
                     b"4 0 obj<</Length 4 0 R/Filter[/FlateDecode/FlateDecode]>>stream\nx\nendstream endobj\n"
                     b"5 0 obj<</First 5 0 R/Last 5 0 R/Next 5 0 R>>endobj\ntrailer<</Root 1 0 R/Size 6>>\n%%EOF\n")
    return path


def script_in_pdf(folder: Path) -> Path:
    path = folder / "脚本.pdf"
    path.write_bytes(b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(while\\(1\\){})>>>>endobj\n"
                     b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R"
                     b"/MediaBox[0 0 99 99]>>endobj\ntrailer<</Root 1 0 R/Size 4>>\n%%EOF\n")
    return path


def stream_bomb(folder: Path) -> Path:
    """Four hundred megabytes of page content in half a megabyte."""
    packed = zlib.compress(b"q Q " * (100 * MEBIBYTE), 9)
    path = folder / "流.pdf"
    path.write_bytes(b"%%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
                     b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R>>endobj\n4 0 obj<</Filter"
                     b"/FlateDecode/Length %d>>stream\n%b\nendstream endobj\ntrailer<</Root 1 0 R/Size 5>>\n%%%%EOF\n"
                     % (len(packed), packed))
    return path


def many_pages(folder: Path) -> Path:
    path = folder / "万页.pdf"
    canvas = Canvas(str(path), invariant=1, pageCompression=0)
    for number in range(10_000):
        canvas.drawString(72, 700, f"page {number + 1}")
        canvas.showPage()
    canvas.save()
    return path


def huge_png(folder: Path) -> Path:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    path = folder / "巨图.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0))
                     + chunk(b"IDAT", zlib.compress(bytes(300_001))) + chunk(b"IEND", b""))
    return path


def huge_bmp(folder: Path) -> Path:
    path = folder / "巨图.bmp"
    path.write_bytes(b"BM" + struct.pack("<IHHI", 200, 0, 0, 54)
                     + struct.pack("<IiiHHIIiiII", 40, 100_000, 100_000, 1, 24, 0, 0, 0, 0, 0, 0) + bytes(100))
    return path


def huge_tiff(folder: Path) -> Path:
    """A hundred thousand pixels each way, and a next page that is the first again."""
    entries = [(256, 4, 1, 100_000), (257, 4, 1, 100_000), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, 8),
               (277, 3, 1, 1), (278, 4, 1, 100_000), (279, 4, 1, 100)]
    path = folder / "巨图.tiff"
    path.write_bytes(b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", len(entries))
                     + b"".join(struct.pack("<HHII", *entry) for entry in entries) + struct.pack("<I", 8))
    return path


def nested_bundles(folder: Path) -> Path:
    """42.zip's idea: bundles of bundles, each layer ten times the one below."""
    data = zipped({"零.txt": bytes(10 * MEBIBYTE)})
    for layer in range(5):
        data = zipped({f"{layer}-{n}.zip": data for n in range(10)})
    return written(folder / "四十二.zip", data)


def overlapping_members(folder: Path) -> Path:
    """Ten thousand entries of the directory that name the same bytes."""
    inner = zipped({"甲.txt": bytes(MEBIBYTE)})
    at = inner.index(b"PK\x01\x02")
    local, entry = inner[:at], inner[at:inner.index(b"PK\x05\x06")]
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 10_000, 10_000, len(entry) * 10_000, len(local), 0)
    return written(folder / "重叠.zip", local + entry * 10_000 + end)


def climbing_bundle(folder: Path) -> Path:
    return written(folder / "越界.zip", zipped({
        "../../../../tmp/外.txt": b"1", "/etc/外.txt": b"2", "C:\\Windows\\外.txt": b"3", "..\\..\\外.txt": b"4"}))


def linking_bundle(folder: Path) -> Path:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as bundle:
        for name, kind, to in (("链", tarfile.SYMTYPE, "/etc/passwd"), ("硬链", tarfile.LNKTYPE, "../../etc/passwd"),
                               ("设备", tarfile.CHRTYPE, ""), ("管道", tarfile.FIFOTYPE, "")):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, to
            bundle.addfile(info)
        info = tarfile.TarInfo("链/里面.txt")
        info.size = 6
        bundle.addfile(info, io.BytesIO("文字".encode()))
    return written(folder / "链接.tar.gz", target.getvalue())


def packed_zeros(folder: Path) -> Path:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as bundle:
        info = tarfile.TarInfo("零.bin")
        info.size = 1 << 30
        bundle.addfile(info, Zeros(info.size))
    return written(folder / "零.tgz", target.getvalue())


def deep_html(folder: Path) -> Path:
    return written(folder / "深.html", b"<html><body>" + b"<div>" * 200_000 + "底".encode() + b"</div>" * 200_000)


def scripted_html(folder: Path) -> Path:
    return written(folder / "脚本.html", "<html><script>alert(1)</script><img src=x onerror=alert(2)><p>正文</p></html>".encode())


def deep_rtf(folder: Path) -> Path:
    return written(folder / "深.rtf", rb"{\rtf1" + b"{" * 200_000 + b"x" + b"}" * 200_001)


def deep_mail(folder: Path) -> Path:
    message = EmailMessage()
    message.set_content("最里面")
    for _ in range(60):
        outer = EmailMessage()
        outer["Subject"] = "转发"
        outer.set_content("见附件")
        outer.add_attachment(message)
        message = outer
    return written(folder / "层层.eml", message.as_bytes())


def endless_line(folder: Path) -> Path:
    return written(folder / "长行.csv", "甲,".encode() * (10 * MEBIBYTE))


def turned_name(folder: Path) -> Path:
    return written(folder / "报告\u202efdp.exe", b"MZ" + bytes(200))


class Zeros(io.RawIOBase):
    """So many of them, and never in memory."""

    def __init__(self, size: int) -> None:
        self.left = size

    def read(self, size: int = -1) -> bytes:
        size = self.left if size < 0 else min(size, self.left)
        self.left -= size
        return bytes(size)


def zipped(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, data in members.items():
            bundle.writestr(name, data)
    return target.getvalue()


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


HOSTILE: tuple[Callable[[Path], Path], ...] = (
    entities_in_word, outside_entities_in_word, entities_in_sheet, entities_in_ofd, swollen_word, endless_pages,
    endless_objects, script_in_pdf, stream_bomb, many_pages, huge_png, huge_bmp, huge_tiff, nested_bundles,
    overlapping_members, climbing_bundle, linking_bundle, packed_zeros, deep_html, scripted_html, deep_rtf, deep_mail,
    endless_line, turned_name)

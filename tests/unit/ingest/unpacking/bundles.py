"""Bundles of every kind, sound and hostile, made byte by byte where no program would make them."""

import io
import struct
import tarfile
import zipfile
import zlib
from email.message import EmailMessage
from pathlib import Path

import libarchive
import libarchive.ffi
import pikepdf

from tests import compound, samples


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as bundle:
        for name, data in members.items():
            bundle.writestr(name, data)
    return target.getvalue()


def tarred(members: dict[str, bytes], mode: str = "w") -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode=mode) as bundle:  # type: ignore[call-overload]
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            bundle.addfile(info, io.BytesIO(data))
    return target.getvalue()


def tar_of(*infos: tuple[str, bytes, str, bytes]) -> bytes:
    """Members as (name, type, link name, data), whatever a sane program would think of them."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as bundle:
        for name, kind, link, data in infos:
            info = tarfile.TarInfo(name)
            info.type, info.linkname, info.size = kind, link, len(data)
            bundle.addfile(info, io.BytesIO(data))
    return target.getvalue()


def seven(folder: Path, members: dict[str, bytes]) -> bytes:
    """Written by libarchive itself."""
    path = folder / "made.7z"
    with libarchive.file_writer(str(path), "7zip") as bundle:
        for name, data in members.items():
            bundle.add_file_from_memory(name, len(data), data)
    return path.read_bytes()


def rar(members: dict[bytes, bytes], *, flags: int = 0) -> bytes:
    """RAR 4 with members stored as they are (method 0x30): no free program writes the format."""
    parts = [b"Rar!\x1a\x07\x00", _rar_block(0x73, 0, b"\0" * 6)]
    for name, data in members.items():
        body = struct.pack("<IIBIIBBHI", len(data), len(data), 2, zlib.crc32(data), 0x58000000, 20, 0x30, len(name), 0o100644)
        parts += [_rar_block(0x74, 0x8000 | flags, body + name), data]
    return b"".join([*parts, _rar_block(0x7B, 0x4000, b"")])


def _rar_block(kind: int, flags: int, body: bytes) -> bytes:
    head = struct.pack("<BHH", kind, flags, 7 + len(body)) + body
    return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head


def raw_zip(members: list[tuple[bytes, bytes]], *, flags: int = 0, extra: bytes = b"") -> bytes:
    """Names as bytes, without the flag that says UTF-8: as Windows wrote them for decades."""
    local, central = b"", b""
    for name, data in members:
        common = struct.pack("<HHHHHIIIHH", 20, flags, 0, 0, 0x5A21, zlib.crc32(data), len(data), len(data), len(name), len(extra))
        central += b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, len(local)) + name + extra
        local += b"PK\x03\x04" + common + name + extra + data
    return local + central + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, len(members), len(members), len(central), len(local), 0)


def unicode_path(raw: bytes, name: str) -> bytes:
    body = b"\x01" + struct.pack("<I", zlib.crc32(raw)) + name.encode()
    return struct.pack("<HH", 0x7075, len(body)) + body


def overlapping(copies: int, megabytes: int) -> bytes:
    """Many names for one run of packed bytes (the way of D. Fifield's non-recursive bombs, in its simplest form)."""
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    kernel = packed.compress(b"\0" * (megabytes << 20)) + packed.flush()
    checked = zlib.crc32(b"\0" * (megabytes << 20))
    name = b"0"
    common = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0x5A21, checked, len(kernel), megabytes << 20, len(name), 0)
    local = b"PK\x03\x04" + common + name + kernel
    central = b"".join(b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name
                       for _ in range(copies))
    return local + central + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, copies, copies, len(central), len(local), 0)


def lying(megabytes: int, declared: int) -> bytes:
    """A member that says it is small and unpacks to much."""
    data = bytearray(zipped({"日志.txt": b"\0" * (megabytes << 20)}))
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", data, data.find(mark) + at, declared)
    return bytes(data)


def encrypted(members: dict[str, bytes], *locked: str) -> bytes:
    """A zip in which some members carry the flag of traditional encryption."""
    data = bytearray(zipped(members, zipfile.ZIP_STORED))
    for name in locked:
        at = -1
        while (at := data.find(name.encode(), at + 1)) >= 0:
            for mark, back, flag in ((b"PK\x03\x04", 30, 6), (b"PK\x01\x02", 46, 8)):
                if data[at - back:at - back + 4] == mark:
                    data[at - back + flag] |= 1
    return bytes(data)


def linked_zip(target: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as bundle:
        info = zipfile.ZipInfo("link")
        info.create_system, info.external_attr = 3, 0o120777 << 16
        bundle.writestr(info, target)
        bundle.writestr("纪要.txt", "会议纪要".encode())
    return out.getvalue()


def mail(attachments: dict[str, bytes], *, forwarded: bytes = b"", inline: bytes = b"") -> bytes:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "关于报送验收材料的函", "a@example.com", "b@example.com"
    message.set_content("请查收附件。")
    if inline:
        message.add_alternative('<p>请查收<img src="cid:logo1"></p>', subtype="html")
        message.get_payload()[1].add_related(inline, "image", "png", cid="<logo1>", filename="logo.png")  # type: ignore[index,union-attr]
    for name, data in attachments.items():
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    if forwarded:
        from email import message_from_bytes, policy
        message.add_attachment(message_from_bytes(forwarded, policy=policy.default))
    return message.as_bytes()


def pdf_with(folder: Path, attachments: dict[str, bytes], *, clip: bytes = b"", object_streams: bool = True) -> bytes:
    """A PDF with files in its list and, where given, one more behind a paper clip on its page."""
    path = samples.pdf(folder / "函.pdf", [["关于报送验收材料的函"]])
    with pikepdf.open(path, allow_overwriting_input=True) as document:
        for name, data in attachments.items():
            document.attachments[name] = pikepdf.AttachedFileSpec(document, data, filename=name)
        if clip:
            specification = pikepdf.AttachedFileSpec(document, clip, filename="夹页.txt")
            note = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.FileAttachment, Rect=[0, 0, 9, 9],
                                      FS=specification.obj)
            document.pages[0].obj.Annots = document.make_indirect(pikepdf.Array([document.make_indirect(note)]))
        mode = pikepdf.ObjectStreamMode.generate if object_streams else pikepdf.ObjectStreamMode.disable
        document.save(path, object_stream_mode=mode)
    return path.read_bytes()


def ofd_with(folder: Path, attachments: dict[str, bytes]) -> bytes:
    """An OFD whose list names parts of the package; it says no format, as most programs leave it."""
    space = "xmlns:ofd='http://www.ofdspec.org/2016'"
    listed = "".join(f"<ofd:Attachment ID='{n}' Name='{name.rpartition('.')[0]}'><ofd:FileLoc>Res/{n}.{name.rpartition('.')[2]}"
                     "</ofd:FileLoc></ofd:Attachment>" for n, name in enumerate(attachments))
    members = {
        "OFD.xml": f"<ofd:OFD {space}><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"<ofd:Document {space}><ofd:Attachments>Attachments.xml</ofd:Attachments></ofd:Document>",
        "Doc_0/Attachments.xml": f"<ofd:Attachments {space}>{listed}</ofd:Attachments>"}
    parts = {f"Doc_0/Res/{n}.{name.rpartition('.')[2]}": data for n, (name, data) in enumerate(attachments.items())}
    return samples.archive(folder / "a.ofd", {**{k: v.encode() for k, v in members.items()}, **parts}).read_bytes()


def pdf_bomb(folder: Path, name: str) -> bytes:
    """A PDF that carries a small file, and one of 1.5 GiB behind two filters, which a reader must hold whole."""
    path = folder / "bomb.pdf"
    path.write_bytes(pdf_with(folder, {"小.txt": "小附件".encode()}))
    with pikepdf.open(path, allow_overwriting_input=True) as document:
        run = zlib.compress(b"\x81\x00" * (3 << 22) + b"\x80")
        stream = document.make_stream(run, Filter=pikepdf.Array([pikepdf.Name.FlateDecode, pikepdf.Name.RunLengthDecode]))
        specification = pikepdf.Dictionary(Type=pikepdf.Name.Filespec, F=name, UF=name, EF=pikepdf.Dictionary(F=stream))
        names = document.Root.Names.EmbeddedFiles.Names
        document.Root.Names.EmbeddedFiles.Names = pikepdf.Array([*names, name, document.make_indirect(specification)])
        document.save(path, compress_streams=False)
    return path.read_bytes()


def outlook(folder: Path, attachments: dict[str, bytes], *, embedded: str = "") -> bytes:
    """An Outlook message whose attachments hold their data (MS-OXMSG 2.2.2); `embedded` is one that is itself an item."""
    kinds: list[tuple[str, bytes, int]] = [(name, data, 1) for name, data in attachments.items()]
    kinds += [(embedded, b"", 5)] if embedded else []
    streams = {"__properties_version1.0": bytes(32), "__nameid_version1.0/__substg1.0_00020102": b"\0" * 16}
    for n, (name, data, method) in enumerate(kinds):
        storage, text = f"__attach_version1.0_#{n:08X}/", name.encode("utf-16-le")
        listed = bytes(8) + struct.pack("<HHIII", 0x03, 0x3705, 6, method, 0)
        for tag, kind, value in ((0x3707, 0x1F, text), (0x3001, 0x1F, text), *(((0x3701, 0x102, data),) if method == 1 else ())):
            streams[f"{storage}__substg1.0_{tag:04X}{kind:04X}"] = value
            listed += struct.pack("<HHIII", kind, tag, 6, len(value) + 2 * (kind == 0x1F), 0)
        streams[f"{storage}__properties_version1.0"] = listed
    return compound.write(folder / "made.msg", streams).read_bytes()

"""Samples of the formats that take more than a call to make: sealed OFD, signed and armed PDF, pictures, sound."""

import base64
import hashlib
import io
import wave
import zipfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
from PIL import Image

from tests import samples

_NS = 'xmlns:ofd="http://www.ofdspec.org/2016"'


def ofd(path: Path, pages: Sequence[Sequence[str]], *, attachment: tuple[str, bytes] | None = None, watermark: str = "",
        hidden_note: str = "", seal: str = "", entries: bool = False, extra: Mapping[str, bytes] | None = None) -> Path:
    """Pages of lines; a seal by this name over every part, a protection of the whole by its list of entries."""
    parts = {"OFD.xml": _root(bool(seal)), "Doc_0/Document.xml": _document(len(pages), bool(attachment), bool(watermark))}
    for number, lines in enumerate(pages):
        parts[f"Doc_0/Pages/Page_{number}/Content.xml"] = _page(lines)
    if attachment:
        parts["Doc_0/Attachs/Attachments.xml"] = (
            f'<ofd:Attachments {_NS}><ofd:Attachment ID="1" Name="{attachment[0]}"><ofd:FileLoc>a.bin</ofd:FileLoc>'
            "</ofd:Attachment></ofd:Attachments>").encode()
        parts["Doc_0/Attachs/a.bin"] = attachment[1]
    if watermark:
        parts["Doc_0/Annots/Annotations.xml"] = (
            f'<ofd:Annotations {_NS}><ofd:Page PageID="1"><ofd:FileLoc>Page_0.xml</ofd:FileLoc></ofd:Page>'
            "</ofd:Annotations>").encode()
        parts["Doc_0/Annots/Page_0.xml"] = _annotations(watermark, hidden_note)
    parts.update(extra or {})
    if entries:
        parts |= _entries(parts)
    if seal:
        parts |= _seal(parts, seal)
    return samples.archive(path, parts)


def _root(sealed: bool) -> bytes:
    signatures = "<ofd:Signatures>Doc_0/Signs/Signatures.xml</ofd:Signatures>" if sealed else ""
    return (f'<?xml version="1.0" encoding="UTF-8"?><ofd:OFD {_NS} Version="1.1" DocType="OFD"><ofd:DocBody><ofd:DocInfo>'
            "<ofd:Title>关于验收的批复</ofd:Title><ofd:Author>办公室</ofd:Author><ofd:CreationDate>2024-03-01</ofd:CreationDate>"
            f"<ofd:Creator>版式软件</ofd:Creator></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>{signatures}"
            "</ofd:DocBody></ofd:OFD>").encode()


def _document(pages: int, attached: bool, annotated: bool) -> bytes:
    listed = "".join(f'<ofd:Page ID="{n + 1}" BaseLoc="Pages/Page_{n}/Content.xml"/>' for n in range(pages))
    beside = ("<ofd:Attachments>Attachs/Attachments.xml</ofd:Attachments>" if attached else "") + (
        "<ofd:Annotations>Annots/Annotations.xml</ofd:Annotations>" if annotated else "")
    return (f"<ofd:Document {_NS}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea>"
            f"</ofd:CommonData><ofd:Pages>{listed}</ofd:Pages>{beside}</ofd:Document>").encode()


def _page(lines: Sequence[str]) -> bytes:
    objects = "".join(
        f'<ofd:TextObject ID="{n + 10}" Boundary="20 {20 + 10 * n} 170 8" Font="1" Size="5"><ofd:TextCode X="0" Y="5" '
        f'DeltaX="g {max(len(line) - 1, 1)} 5">{line}</ofd:TextCode></ofd:TextObject>' for n, line in enumerate(lines))
    return f'<ofd:Page {_NS}><ofd:Content><ofd:Layer ID="2">{objects}</ofd:Layer></ofd:Content></ofd:Page>'.encode()


def _annotations(text: str, hidden: str) -> bytes:
    def note(words: str, visible: str) -> str:
        return (f'<ofd:Annot ID="9" Type="Watermark" Visible="{visible}"><ofd:Appearance><ofd:TextObject ID="5">'
                f"<ofd:TextCode>{words}</ofd:TextCode></ofd:TextObject></ofd:Appearance></ofd:Annot>")
    return f"<ofd:PageAnnot {_NS}>{note(text, 'true')}{note(hidden, 'false')}</ofd:PageAnnot>".encode()


def _entries(parts: Mapping[str, bytes]) -> dict[str, bytes]:
    listed = "".join(f'<ofd:File ID="{n}" FileLoc="/{name}"/>' for n, name in enumerate(parts))
    return {"OFDEntries.xml": (f"<ofd:DocEntries {_NS}><ofd:SignedValueLoc>/signedvalue.dat</ofd:SignedValueLoc>"
                               f"<ofd:FileList>{listed}</ofd:FileList></ofd:DocEntries>").encode(),
            "signedvalue.dat": b"0\x00"}


def _seal(parts: Mapping[str, bytes], name: str) -> dict[str, bytes]:
    """A seal as GB/T 38540 has it, as far as its digests go; the signature value itself is none."""
    references = "".join(
        f'<ofd:Reference FileRef="/{part}"><ofd:CheckValue>{base64.b64encode(_sm3(data)).decode()}</ofd:CheckValue>'
        "</ofd:Reference>" for part, data in parts.items())
    described = (f'<ofd:Signature {_NS}><ofd:SignedInfo><ofd:Provider ProviderName="tests"/><ofd:SignatureDateTime>'
                 '20240301100000</ofd:SignatureDateTime><ofd:References CheckMethod="1.2.156.10197.1.401">'
                 f'{references}</ofd:References><ofd:StampAnnot ID="1" PageRef="1" Boundary="0 0 40 40"/></ofd:SignedInfo>'
                 "<ofd:SignedValue>SignedValue.dat</ofd:SignedValue></ofd:Signature>").encode()
    return {
        "Doc_0/Signs/Signatures.xml": (f'<ofd:Signatures {_NS}><ofd:Signature ID="1" Type="Seal" '
                                       'BaseLoc="Sign_0/Signature.xml"/></ofd:Signatures>').encode(),
        "Doc_0/Signs/Sign_0/Signature.xml": described,
        "Doc_0/Signs/Sign_0/SignedValue.dat": seal_value(name, _sm3(described))}


def seal_value(name: str, digest: bytes) -> bytes:
    header = _der(0x30, _der(0x16, b"ES") + _der(0x02, b"\x04") + _der(0x16, b"tests"))
    seal = _der(0x30, header + _der(0x16, b"id-1") + _der(0x30, _der(0x02, b"\x01") + _der(0x0C, name.encode())))
    return _der(0x30, _der(0x30, _der(0x02, b"\x04") + seal + _der(0x03, b"\0" + digest)))


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([0x82]) + size.to_bytes(2, "big")
    return bytes([tag]) + length + content


def _sm3(data: bytes) -> bytes:
    return hashlib.new("sm3", data).digest()


def loaded_pdf(path: Path, *, attachment: str = "", layers: Sequence[str] = (), hidden: Sequence[str] = (),
               script: bool = False, form: bool = False) -> Path:
    """A page of text, and what a PDF can carry besides."""
    samples.pdf(path, [["附有其他内容的文件"]])
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        if attachment:
            pdf.attachments[attachment] = b"a,b\n1,2\n"
        groups = {name: pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name=name)) for name in layers}
        if groups:
            pdf.Root.OCProperties = pikepdf.Dictionary(OCGs=list(groups.values()), D=pikepdf.Dictionary(
                OFF=[groups[name] for name in hidden]))
        if script:
            pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        if form:
            pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[], XFA=pdf.make_stream(b"<xdp/>"))
        pdf.docinfo["/Title"] = "附件齐全的文件"
        pdf.save(path, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return path


def signed_pdf(path: Path, signer: str = "测试签名人") -> Path:
    """A page of text with a real signature over it, by a key made for the occasion."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers

    source = io.BytesIO(samples.pdf(path, [["合同正文"]]).read_bytes())
    metadata = signers.PdfSignatureMetadata(field_name="Sig1", md_algorithm="sha256")
    with path.open("wb") as target, ThreadPoolExecutor(1) as alone:  # it runs an event loop: this thread may have one
        alone.submit(signers.sign_pdf, IncrementalPdfFileWriter(source), metadata, signer=_signer(signer),
                     output=target).result()
    return path


def _signer(name: str) -> "object":
    from asn1crypto import x509 as asn1
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from pyhanko.keys import load_private_key_from_pemder_data
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    called = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    day = datetime(2024, 1, 1, tzinfo=UTC)
    certificate = (x509.CertificateBuilder().subject_name(called).issuer_name(called).public_key(key.public_key())
                   .serial_number(7).not_valid_before(day).not_valid_after(day + timedelta(days=9000))
                   .sign(key, hashes.SHA256()))
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return SimpleSigner(
        signing_cert=asn1.Certificate.load(certificate.public_bytes(serialization.Encoding.DER)),
        signing_key=load_private_key_from_pemder_data(pem, passphrase=None), cert_registry=SimpleCertificateStore())


def picture(path: Path, pages: int = 1, *, dpi: int = 300, size: tuple[int, int] = (40, 30)) -> Path:
    """A blank picture; its format is that of the name."""
    image, more = Image.new("L", size, 255), [Image.new("L", size, 200) for _ in range(pages - 1)]
    options: dict[str, object] = {"save_all": True, "append_images": more} if more else {}
    image.save(path, dpi=(dpi, dpi), **options)
    return path


def scan_with_stamp(path: Path) -> Path:
    """A PDF of two pages that are pictures: one with nothing, one with a page number set as text."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(path), pagesize=A4, invariant=1)
    scan = ImageReader(Image.new("L", (100, 140), 220))
    for mark in ("", "- 2 -"):
        canvas.drawImage(scan, 0, 0, *A4)
        canvas.drawString(280, 30, mark)
        canvas.showPage()
    canvas.save()
    return path


def sound(path: Path, seconds: int = 63) -> Path:
    with wave.open(str(path), "wb") as recording:
        recording.setnchannels(1)
        recording.setsampwidth(2)
        recording.setframerate(8000)
        recording.writeframes(b"\0\0" * 8000 * seconds)
    return path


def changed_member(path: Path, name: str, old: bytes, new: bytes) -> Path:
    """The package with one part changed after it was sealed."""
    with zipfile.ZipFile(path) as container:
        parts = {n: container.read(n) for n in container.namelist()}
    assert old in parts[name]
    return samples.archive(path, {**parts, name: parts[name].replace(old, new)})

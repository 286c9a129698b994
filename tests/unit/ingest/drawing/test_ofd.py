"""OFD pages: text where the document puts it, lines, fills, pictures, seals; hits; hostile documents."""

import io
import os
import zlib
from contextlib import suppress
from pathlib import Path

import numpy
import pytest
from PIL import Image

from ingest.drawing.ofd.fonts import PACKAGE, has_chinese
from ingest.drawing.ofd.seals import picture_in
from ingest.media_types import OFD
from ingest.rendering import CannotRender, Renderer
from tests.unit.ingest.drawing.conftest import close, coloured, opened
from tests.unit.ingest.drawing.ofd_samples import colour, ofd, path_of, text

SQUARE = "M 0 0 L 20 0 L 20 20 L 0 20 C"
REAL = ("ofdrw-1.ofd", "ofdrw-20240531141733.ofd", "ofdrw-999.ofd", "ofdrw-AddAttachment.ofd", "ofdrw-allprotected.ofd",
        "ofdrw-hello-integrity.ofd", "ofdrw-keyword.ofd", "ofdrw-multiKeywordInTextCode.ofd", "ofdrw-signedFile.ofd",
        "ofdrw-v4signed.ofd", "ofdrw-z.ofd", "ofdrw-zsbk.ofd")


@pytest.fixture(autouse=True, scope="module")
def chinese() -> None:
    if not has_chinese():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"no Chinese font is installed: apt-get install {PACKAGE}")


def drawn(renderer: Renderer, path: Path, number: int = 1) -> Image.Image:
    return opened(renderer.page(path, OFD, path.name, number)).convert("RGB")


def ink(picture: Image.Image, left: float, top: float, right: float, bottom: float) -> float:
    """The share of pixels that are not white, in millimetres of an A4 page."""
    width, height = picture.size
    part = picture.crop((int(left / 210 * width), int(top / 297 * height), int(right / 210 * width), int(bottom / 297 * height)))
    return float((numpy.asarray(part.convert("L")) < 250).mean())


def at(picture: Image.Image, x: float, y: float) -> object:
    return picture.getpixel((int(x / 210 * picture.width), int(y / 297 * picture.height)))


def test_text_stands_where_the_document_puts_it(renderer: Renderer, tmp_path: Path) -> None:
    picture = drawn(renderer, ofd(tmp_path / "a.ofd", text("密码应用方案", 50, 100)))
    assert abs(picture.width / picture.height - 210 / 297) < 0.002
    assert ink(picture, 50, 91, 110, 102) > 0.1
    assert ink(picture, 0, 0, 210, 88) == ink(picture, 0, 105, 210, 297) == ink(picture, 112, 0, 210, 297) == 0


def test_hits_are_marked_where_the_words_stand(renderer: Renderer, tmp_path: Path) -> None:
    path = ofd(tmp_path / "a.ofd", text("关于密码应用方案的批复", 50, 100))
    letters = renderer.letters(path, OFD, "a.ofd", 1)
    start = letters.text.index("密码应用")
    mark, = letters.marks([(start, start + 4)])
    expected = (70 / 210, 91.4 / 297, 110 / 210, 101.4 / 297)
    assert close(mark, expected, 0.003)
    assert close(coloured(opened(renderer.page(path, OFD, "a.ofd", 1, "page", [mark]))), expected, 0.012)


def test_words_in_pieces_and_out_of_order_are_read_line_by_line(renderer: Renderer, tmp_path: Path) -> None:
    pieces = text("方案", 90, 100) + text("第二行", 50, 130) + text("密码", 50, 100) + text("应用", 70, 100) + text("密码", 50.4, 100)
    letters = renderer.letters(ofd(tmp_path / "a.ofd", pieces), OFD, "a.ofd", 1)
    assert letters.text == "密码应用方案\n第二行"


def test_a_transformed_object_is_drawn_and_read_where_it_goes(renderer: Renderer, tmp_path: Path) -> None:
    """Twice as large, and a quarter turn."""
    large = ofd(tmp_path / "large.ofd", text("验收", 50, 100, more='CTM="2 0 0 2 0 0"'))
    first = renderer.letters(large, OFD, "a", 1).boxes[0]
    assert first is not None
    assert close(first, (50 / 210, (90 + 2 * 1.4) / 297, 70 / 210, (90 + 2 * 11.4) / 297), 0.003)
    turned = ofd(tmp_path / "turned.ofd", text("验收", 50, 100, more='CTM="0 1 -1 0 0 0"'))
    one, two = renderer.letters(turned, OFD, "a", 1).boxes
    assert one is not None
    assert two is not None
    assert two[1] - one[1] == pytest.approx(10 / 297, abs=0.001)
    assert one[0] == pytest.approx(two[0])
    assert ink(drawn(renderer, turned), 38, 90, 50, 112) > 0.1


def test_lines_fills_colours_and_curves(renderer: Renderer, tmp_path: Path) -> None:
    shapes = (path_of(SQUARE, box="10 10 20 20", more='Fill="true" Stroke="false"', inside=colour("200 0 0"))
              + path_of(SQUARE, box="50 10 20 20", more='LineWidth="1"', inside=colour("0 0 200", "StrokeColor"))
              + path_of("M 0 10 A 10 10 0 1 1 20 10 A 10 10 0 1 1 0 10 C", box="100 10 20 20", more='Fill="true" Stroke="false"',
                        inside=colour("0 150 0"))
              + path_of("M 0 0 B 0 20 20 20 20 0 Q 10 10 0 0 C", box="150 10 20 20", more='Fill="true"'))
    picture = drawn(renderer, ofd(tmp_path / "a.ofd", shapes))
    assert at(picture, 20, 20) == (200, 0, 0)
    assert (at(picture, 60, 20), at(picture, 50, 20)) == ((255, 255, 255), (0, 0, 200))
    assert (at(picture, 110, 20), at(picture, 101, 11)) == ((0, 150, 0), (255, 255, 255))
    assert (at(picture, 160, 20), at(picture, 160, 13), at(picture, 160, 27)) == ((0, 0, 0), (255, 255, 255), (255, 255, 255))


def test_half_seen_clipped_and_styled(renderer: Renderer, tmp_path: Path) -> None:
    clip = f'<ofd:Clips><ofd:Clip><ofd:Area><ofd:Path Boundary="0 0 10 20"><ofd:AbbreviatedData>{SQUARE.replace("20 0 L 20 20", "10 0 L 10 20")}' \
           "</ofd:AbbreviatedData></ofd:Path></ofd:Area></ofd:Clip></ofd:Clips>"
    styles = '<ofd:DrawParams><ofd:DrawParam ID="7" Relative="6"/><ofd:DrawParam ID="6"><ofd:FillColor Value="10 20 30"/>' \
             "</ofd:DrawParam></ofd:DrawParams>"
    shapes = (path_of(SQUARE, box="10 10 20 20", more='Fill="true" Stroke="false" Alpha="128"')
              + path_of(SQUARE, box="50 10 20 20", more='Fill="true" Stroke="false"', inside=clip)
              + path_of(SQUARE, box="100 10 20 20", more='Fill="true" Stroke="false" DrawParam="7"'))
    picture = drawn(renderer, ofd(tmp_path / "a.ofd", shapes, res=styles))
    half = at(picture, 20, 20)
    assert isinstance(half, tuple)
    assert 120 < half[0] < 135
    assert (at(picture, 55, 20), at(picture, 65, 20)) == ((0, 0, 0), (255, 255, 255))
    assert at(picture, 110, 20) == (10, 20, 30)


def png(colour_of: tuple[int, int, int], size: tuple[int, int] = (40, 20)) -> bytes:
    image, target = Image.new("RGB", size, colour_of), io.BytesIO()
    image.paste((255, 255, 255), (0, size[1] // 2, *size))
    image.save(target, "PNG")
    return target.getvalue()


def test_pictures_stand_on_their_feet(renderer: Renderer, tmp_path: Path) -> None:
    media = '<ofd:MultiMedias><ofd:MultiMedia ID="5" Type="Image"><ofd:MediaFile>a.png</ofd:MediaFile></ofd:MultiMedia></ofd:MultiMedias>'
    image = '<ofd:ImageObject ID="4" Boundary="50 50 40 20" CTM="40 0 0 20 0 0" ResourceID="5"/>'
    picture = drawn(renderer, ofd(tmp_path / "a.ofd", image, res=media, members={"Doc_0/Res/a.png": png((0, 0, 200))}))
    assert (at(picture, 70, 54), at(picture, 70, 66)) == ((0, 0, 200), (255, 255, 255))


def der(tag: int, *parts: bytes) -> bytes:
    data = b"".join(parts)
    length = bytes([len(data)]) if len(data) < 128 else b"\x82" + len(data).to_bytes(2, "big")
    return bytes([tag]) + length + data


def a_seal(kind: str, data: bytes) -> bytes:
    """As deep as the standards put the picture of a seal."""
    picture = der(0x30, der(0x16, kind.encode()), der(0x04, data), der(0x02, b"\x28"), der(0x02, b"\x28"))
    return der(0x30, der(0x30, der(0x30, der(0x16, b"ES"), der(0x02, b"\x04")), der(0x16, b"1"), picture), der(0x03, b"\x00"))


@pytest.mark.parametrize("kind", ["png", "ofd"])
def test_a_seal_is_drawn_over_the_text_and_lets_it_through(renderer: Renderer, tmp_path: Path, kind: str) -> None:
    inner = ofd(tmp_path / "seal.ofd", path_of(SQUARE, box="0 0 20 20", more='Fill="true" Stroke="false"', inside=colour("255 0 0"))
                + text("章", 2, 15), box="0 0 20 20").read_bytes()
    data = png((255, 0, 0), (20, 40)) if kind == "png" else inner
    signature = '<ofd:Signature xmlns:ofd="http://www.ofdspec.org/2016"><ofd:SignedInfo><ofd:StampAnnot ID="1" PageRef="100" ' \
                'Boundary="50 50 40 40"/><ofd:Seal><ofd:BaseLoc>Seal.esl</ofd:BaseLoc></ofd:Seal></ofd:SignedInfo></ofd:Signature>'
    listed = '<ofd:Signatures xmlns:ofd="http://www.ofdspec.org/2016"><ofd:Signature ID="1" BaseLoc="Sign_0/Signature.xml"/></ofd:Signatures>'
    path = ofd(tmp_path / "a.ofd", text("一", 55, 65), signatures="<ofd:Signatures>Signs/Signatures.xml</ofd:Signatures>", members={
        "Signs/Signatures.xml": listed.encode(), "Signs/Sign_0/Signature.xml": signature.encode(),
        "Signs/Sign_0/Seal.esl": a_seal(kind, data)})
    picture = drawn(renderer, path)
    assert at(picture, 88, 55) == (255, 0, 0)
    pixels = numpy.asarray(picture)
    assert ((pixels[..., 0] < 60) & (pixels[..., 1] < 60)).any()   # the words under it
    assert renderer.letters(path, OFD, "a", 1).text == "一"         # what a seal says is no text of the page


def test_the_picture_of_a_seal_is_found_and_only_that() -> None:
    found = picture_in(a_seal("PNG", b"x" * 300))
    assert found is not None
    assert (found.kind, found.data) == ("png", b"x" * 300)
    assert picture_in(a_seal("exe", b"x" * 300)) is None
    assert picture_in(b"") is None
    assert picture_in(b"\x30\x84\xff\xff\xff\xff" + bytes(20)) is None
    assert picture_in(b"\x30\x80" * 5000) is None


@pytest.mark.parametrize("name", REAL)
def test_real_documents_are_drawn_page_by_page_and_read_as_they_are_searched(
        renderer: Renderer, testdata: Path, name: str) -> None:
    """What ofdkit reads of a page, which is what is searched, has its place on the picture."""
    import ofdkit

    path = testdata / name
    with ofdkit.open(path) as document:
        texts = [page.text() for page in document.pages]
    assert renderer.overview(path, OFD, name).count == len(texts)
    for number, expected in enumerate(texts, 1):
        assert (numpy.asarray(drawn(renderer, path, number).convert("L")) < 200).mean() > 0.0005
        found = renderer.letters(path, OFD, name, number)
        wanted, have = "".join(expected.split()), "".join(found.text.split())
        assert sum(char in have for char in wanted) >= 0.99 * len(wanted)
        assert sum(box is not None for box in found.boxes) >= 0.5 * len(have)    # some put numbers beside the sheet


@pytest.mark.parametrize(("name", "words"), [
    ("ofdrw-1.ofd", "兰溪市丹溪大道"), ("ofdrw-hello-integrity.ofd", "闭关主义"), ("ofdrw-zsbk.ofd", "中华人民共和国建筑法"),
    ("ofdrw-keyword.ofd", "中国建设银行股份有限公司"), ("ofdrw-999.ofd", "财天下科技有限公司")])
def test_words_of_real_documents_are_marked_over_their_ink(renderer: Renderer, testdata: Path, name: str, words: str) -> None:
    path = testdata / name
    letters = renderer.letters(path, OFD, name, 1)
    start = letters.text.index(words)
    marks = letters.marks([(start, start + len(words))])
    picture = drawn(renderer, path)
    for left, top, right, bottom in marks:
        part = picture.crop((int(left * picture.width), int(top * picture.height), int(right * picture.width), int(bottom * picture.height)))
        assert (numpy.asarray(part.convert("L")) < 128).mean() > 0.05
    assert len(marks) == 1


def test_a_document_without_pages_that_can_be_read_loses_nothing_else(renderer: Renderer, tmp_path: Path) -> None:
    broken = ofd(tmp_path / "a.ofd", text("好", 50, 50), "<ofd:TextObject")
    assert ink(drawn(renderer, broken), 48, 38, 62, 52) > 0.05
    assert ink(drawn(renderer, broken, 2), 0, 0, 210, 297) == 0


@pytest.mark.parametrize("content", [
    path_of("M 0 0 " + "L 1e300 nan " * 50, more='Fill="true"'), path_of("A 1 2 3"), path_of("M 0 0 A 0 0 0 0 0 1e9 1e9"),
    text("字", 50, 50, more='CTM="0 0 0 0 0 0"'), text("字", 1e308, -1e308), text("字", 50, 50, size=1e7),
    '<ofd:PageBlock>' * 900 + '</ofd:PageBlock>' * 900,
    '<ofd:TextObject Font="1" Size="5" Boundary="0 0 10 10"><ofd:TextCode X="0" Y="5" DeltaX="g 999999999 1">字字</ofd:TextCode></ofd:TextObject>',
    '<ofd:ImageObject Boundary="0 0 10 10" ResourceID="77"/>', '<ofd:CompositeObject Boundary="0 0 10 10" ResourceID="3"/>'])
def test_nonsense_in_a_page_is_drawn_as_what_is_left_of_it(renderer: Renderer, tmp_path: Path, content: str) -> None:
    endless = '<ofd:CompositeGraphicUnits><ofd:CompositeGraphicUnit ID="3"><ofd:Content>' \
              + '<ofd:CompositeObject Boundary="0 0 10 10" ResourceID="3"/>' * 2 \
              + "</ofd:Content></ofd:CompositeGraphicUnit></ofd:CompositeGraphicUnits>"
    path = ofd(tmp_path / "a.ofd", content + text("好", 150, 250), res=endless)
    with suppress(CannotRender):
        assert drawn(renderer, path).size
    assert drawn(renderer, ofd(tmp_path / "b.ofd", text("好", 50, 50)))


def test_pages_and_pictures_beyond_the_limits_are_refused_or_left_out(renderer: Renderer, tmp_path: Path) -> None:
    with pytest.raises(CannotRender, match="72,000"):
        renderer.page(ofd(tmp_path / "a.ofd", text("好", 5, 5), box="0 0 1e6 1e6"), OFD, "a", 1)
    head = b"\x00\x00\x00\rIHDR" + (100_000).to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"
    bomb = b"\x89PNG\r\n\x1a\n" + head + zlib.crc32(head[4:]).to_bytes(4, "big")
    media = '<ofd:MultiMedias><ofd:MultiMedia ID="5"><ofd:MediaFile>a.png</ofd:MediaFile></ofd:MultiMedia></ofd:MultiMedias>'
    image = '<ofd:ImageObject ID="4" Boundary="50 50 40 20" CTM="40 0 0 20 0 0" ResourceID="5"/>'
    path = ofd(tmp_path / "b.ofd", image + text("好", 50, 150), res=media, members={"Doc_0/Res/a.png": bomb})
    assert ink(drawn(renderer, path), 48, 138, 62, 152) > 0.05


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"nothing of the kind"])
def test_what_is_no_ofd_has_a_reason(renderer: Renderer, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.ofd"
    path.write_bytes(data)
    with pytest.raises(CannotRender, match="OFD"):
        renderer.page(path, OFD, "a.ofd", 1)

"""Text of an OFD page: every glyph in its own place, by the document's own glyph numbers where it gives them."""

import math
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from ingest.drawing.ofd.canvas import Canvas, Glyph, Run
from ingest.drawing.ofd.fonts import Face
from ingest.drawing.ofd.geometry import Affine, apply, number, told
from ingest.drawing.ofd.package import each, text_of

MAX_CHARS = 200_000
ASCENT, DESCENT = 0.86, 0.14   # of the size: where marks begin and end
BOLD = 600
_SLANT = 0.21


@dataclass(frozen=True, slots=True)
class Placed:
    """A character and where its base line begins, in the object's own millimetres."""

    char: str
    x: float
    y: float
    advance: float
    tight: bool     # the document says where the next one begins


def write_text(canvas: Canvas, element: Element, onto_page: Affine, faces: list[Face], *, stroke: bool, fill: bool) -> None:
    """The operators of a text object, in its own space, and its runs for the canvas."""
    size = number(element.get("Size"))
    if size <= 0:
        return
    wide = number(element.get("HScale"), 1.0) or 1.0
    glyphs = _glyph_numbers(element)
    bold = number(element.get("Weight"), 400) >= BOLD and not (faces and faces[0].own)
    mode = 2 if fill and (bold or stroke) else 0 if fill else 1 if stroke else 3
    canvas.put("BT", f"{mode} Tr")
    if bold and not stroke:
        canvas.put(f"{told(size * 0.03)} w")
    turn = math.radians(number(element.get("CharDirection")))
    slant = _SLANT if element.get("Italic") == "true" else 0.0
    at = 0
    for run in _runs(element, size * wide):
        for placed in run:
            face, glyph = _glyph(faces, placed.char, glyphs.get(at))
            at += 1
            if face is not None and glyph:
                matrix = _glyph_matrix(placed, size, wide * _squeezed(face, glyph, placed, size * wide), turn, slant)
                canvas.put(f"/{canvas.font(face)} 1 Tf {told(*matrix)} Tm <{glyph:04x}> Tj")
        canvas.runs.append(_read(run, size, wide, onto_page))
    canvas.put("ET")


def _glyph_matrix(placed: Placed, size: float, wide: float, turn: float, slant: float) -> Affine:
    """Glyphs stand upright in a space whose y runs down."""
    cos, sin = math.cos(turn), math.sin(turn)
    return (size * wide * cos, size * wide * sin, size * (slant * cos + sin), size * (slant * sin - cos), placed.x, placed.y)


def _runs(element: Element, size: float) -> Iterator[list[Placed]]:
    """The pieces of text with the place of every character. A piece without a place of its own goes on from the last."""
    down = int(number(element.get("ReadDirection"))) % 180 == 90
    x = y = 0.0
    left = MAX_CHARS
    for code in each(element, "TextCode"):
        x, y = number(code.get("X"), x), number(code.get("Y"), y)
        text = "".join(char for char in code.text or "" if char >= " ")[:left]
        left -= len(text)
        across, below = deltas(code.get("DeltaX"), len(text)), deltas(code.get("DeltaY"), len(text))
        run: list[Placed] = []
        here_x, here_y = x, y
        for index, char in enumerate(text):
            width = _width(char) * size
            step_x = across[index] if index < len(across) else 0.0 if down or index < len(below) else width
            step_y = below[index] if index < len(below) else size if down and not across else 0.0
            vertical = abs(step_y) > abs(step_x) and step_y != 0
            advance = min(width, abs(step_x)) if step_x and not vertical and index < len(across) else width
            run.append(Placed(char, here_x, here_y, advance or width, index < len(across)))
            here_x, here_y = here_x + step_x, here_y + step_y
        yield run


def deltas(value: str | None, limit: int) -> list[float]:
    """Steps between characters; `g 3 2.5` says three times 2.5."""
    parts, at = (value or "").split(), 0
    found: list[float] = []
    while at < len(parts) and len(found) < limit:
        if parts[at] == "g" and at + 2 < len(parts):
            count = int(number(parts[at + 1]))
            found += [number(parts[at + 2])] * min(max(count, 0), limit - len(found))
            at += 3
        else:
            found.append(number(parts[at]))
            at += 1
    return found


def _glyph_numbers(element: Element) -> dict[int, int]:
    """By the place of a character in the whole object: the glyph the document wants for it."""
    found: dict[int, int] = {}
    for transform in each(element, "CGTransform"):
        start = int(number(transform.get("CodePosition")))
        numbers = text_of(next(each(transform, "Glyphs"), None)).split()
        for offset, glyph in enumerate(numbers[:MAX_CHARS]):
            found[start + offset] = int(number(glyph)) & 0xFFFF
    return found


def _glyph(faces: list[Face], char: str, wanted: int | None) -> tuple[Face | None, int]:
    """Which font draws a character, and by which glyph; 0 where none has it."""
    if faces and faces[0].own and wanted is not None:
        return faces[0], wanted
    for face in faces:
        if glyph := face.font.glyph(char):
            return face, glyph
    return (faces[0] if faces else None), 0


def _squeezed(face: Face, glyph: int, placed: Placed, size: float) -> float:
    """A stand-in's letter that is wider than its room is drawn narrower, so that it does not run into the next."""
    width = face.font.width(glyph) * size
    return placed.advance / width if not face.own and placed.tight and width > placed.advance > 0 else 1.0


def _read(run: list[Placed], size: float, wide: float, onto_page: Affine) -> Run:
    """The run as it stands on the page."""
    a, b, c, d, _, _ = onto_page
    found = Run(size=size * math.sqrt(abs(a * d - b * c)))
    for placed in run:
        corners = [apply(onto_page, placed.x + across, placed.y + below)
                   for across in (0.0, placed.advance) for below in (-ASCENT * size, DESCENT * size)]
        xs, ys = zip(*corners, strict=True)
        found.glyphs.append(Glyph(placed.char, (min(xs), min(ys), max(xs), max(ys))))
    return found


def _width(char: str) -> float:
    return 1.0 if unicodedata.east_asian_width(char) in ("W", "F") else 0.5

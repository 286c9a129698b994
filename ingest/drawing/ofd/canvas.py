"""The page being drawn: operators of PDF, and the fonts, images and transparencies they use. Millimetres, origin above."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

from ingest.drawing.ofd.fonts import Face, embedded, installed
from ingest.drawing.ofd.geometry import Affine, Area, told
from ingest.drawing.ofd.package import OfdPackage, Resources
from ingest.drawing.ofd.pictures import MAX_SIDE, add_picture
from ingest.drawing.ofd.writer import PdfWriter

POINTS = 72 / 25.4
MAX_OPERATORS = 2_000_000
STAND_INS = 3   # fonts of this machine tried for one of the document


@dataclass(frozen=True, slots=True)
class Glyph:
    """A character where it stands, for the marking of hits: its box in millimetres of the page."""

    char: str
    box: tuple[float, float, float, float]


@dataclass(slots=True)
class Run:
    """The glyphs of one piece of text, in the order of reading, and its size."""

    glyphs: list[Glyph] = field(default_factory=list)
    size: float = 0.0


class Canvas:
    """Collects one page. `runs` is what was written on it, for whoever looks for hits."""

    def __init__(self, package: OfdPackage, box: Area, longest: int = MAX_SIDE) -> None:
        """`longest`: pixels of the longer side of a picture on it, at most."""
        self.package, self.box, self.longest = package, box, longest
        self.pdf = PdfWriter()
        self.runs: list[Run] = []
        self._operators: list[str] = []
        self._fonts: dict[str, Face] = {}
        self._images: dict[str, int] = {}
        self._states: dict[str, str] = {}
        self._named: dict[tuple[int, str], list[Face]] = {}

    @property
    def full(self) -> bool:
        return len(self._operators) > MAX_OPERATORS

    def put(self, *operators: str) -> None:
        self._operators += operators

    def matrix(self, by: Affine) -> None:
        self.put(f"{told(*by)} cm")

    def opacity(self, alpha: float, *, multiply: bool = False) -> None:
        if alpha < 1 or multiply:
            state = f"/ca {told(alpha)}/CA {told(alpha)}{'/BM/Multiply' if multiply else ''}"
            self.put(f"/{self._states.setdefault(state, f'G{len(self._states)}')} gs")

    def faces(self, package: OfdPackage, resources: Resources, key: str) -> list[Face]:
        """The font of this id, then those that stand in for what it lacks."""
        known = self._named.get((id(package), key))
        if known is None:
            name, member = resources.fonts.get(key, ("", ""))
            own = embedded(package.read(member)) if member else None
            known = self._named[id(package), key] = [*([own] if own else ()), *islice(installed(name), STAND_INS)]
        return known

    def font(self, face: Face) -> str:
        """The name under which a face is used on this page."""
        if not face.name:
            known = next((name for name, other in self._fonts.items() if other.font is face.font), "")
            face.name = known or f"F{len(self._fonts)}"
            self._fonts.setdefault(face.name, face)
        return face.name

    def image(self, name: str, data: bytes) -> str:
        """The name of a picture, empty where it is none."""
        if name not in self._images:
            self._images[name] = add_picture(self.pdf, data, self.longest) if data else 0
        number = self._images[name]
        return f"I{number}" if number else ""

    def page(self) -> bytes:
        """The PDF of what was drawn."""
        box, pdf = self.box, self.pdf
        fonts = "".join(f"/{name} {face.write(pdf)} 0 R" for name, face in self._fonts.items())
        images = "".join(f"/I{number} {number} 0 R" for number in dict.fromkeys(self._images.values()) if number)
        states = "".join(f"/{name}<<{state}>>" for state, name in self._states.items())
        upright = (POINTS, 0.0, 0.0, -POINTS, -box.x * POINTS, (box.y + box.height) * POINTS)
        content = pdf.stream("", "\n".join((f"{told(*upright)} cm", *self._operators)).encode("latin-1", "replace"))
        number = pdf.add(
            f"<</Type/Page/Parent {content + 2} 0 R/MediaBox[0 0 {told(box.width * POINTS, box.height * POINTS)}]"
            f"/Contents {content} 0 R/Resources<</Font<<{fonts}>>/XObject<<{images}>>/ExtGState<<{states}>>>>>>")
        pages = pdf.add(f"<</Type/Pages/Kids[{number} 0 R]/Count 1>>")
        return pdf.finish(pdf.add(f"<</Type/Catalog/Pages {pages} 0 R>>"))


def colour(values: Sequence[float], letter: str) -> str:
    """`letter`: rg to fill, RG to stroke; grey, red-green-blue or four inks by the number of values."""
    upper = letter.isupper()
    levels = [min(max(value / 255, 0.0), 1.0) for value in values]
    name = {1: "g", 3: "rg", 4: "k"}.get(len(levels))
    if name is None:
        levels, name = [0.0], "g"
    return f"{told(*levels)} {name.upper() if upper else name}"

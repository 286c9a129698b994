"""How an object is painted: what it says itself, else its style, else its layer's, else the standard's defaults."""

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from ingest.drawing.ofd.canvas import Canvas, colour
from ingest.drawing.ofd.geometry import number, numbers, told
from ingest.drawing.ofd.package import Resources, each, first

DEFAULT_LINE = 0.353   # millimetres
MAX_RELATIVES = 8
_CAPS = {"Butt": 0, "Round": 1, "Square": 2}
_JOINS = {"Miter": 0, "Round": 1, "Bevel": 2}


@dataclass(frozen=True, slots=True)
class Style:
    """The elements that may answer for an object, the nearest first."""

    chain: tuple[Element, ...]

    def attribute(self, name: str) -> str | None:
        return next((value for element in self.chain if (value := element.get(name)) is not None), None)

    def child(self, name: str) -> Element | None:
        return next((found for element in self.chain if (found := first(element, name)) is not None), None)


def style_of(element: Element, inherited: tuple[Element, ...], resources: Resources) -> Style:
    return Style((element, *_params(element, resources), *inherited))


def _params(element: Element, resources: Resources) -> Iterator[Element]:
    key = element.get("DrawParam")
    for _ in range(MAX_RELATIVES):
        param = resources.styles.get(key or "")
        if param is None:
            return
        yield param
        key = param.get("Relative")


def layer_styles(layer: Element, resources: Resources) -> tuple[Element, ...]:
    return tuple(_params(layer, resources))


def use(canvas: Canvas, style: Style, *, fill: bool, stroke: bool, bold: bool = False) -> None:
    """Set colours, transparency and the pen. `bold`: what is filled may be drawn round in its own colour."""
    if bold:
        canvas.put(colour(_values(style.child("FillColor")), "RG"))
    alphas = [number(style.chain[0].get("Alpha"), 255) / 255]
    for wanted, name, letter in ((fill, "FillColor", "rg"), (stroke, "StrokeColor", "RG")):
        if wanted:
            element = style.child(name)
            canvas.put(colour(_values(element), letter))
            alphas.append(number(element.get("Alpha"), 255) / 255 if element is not None else 1.0)
    canvas.opacity(min(max(min(alphas), 0.0), 1.0))
    if stroke:
        canvas.put(f"{told(max(number(style.attribute('LineWidth'), DEFAULT_LINE), 0.0))} w",
                   f"{_CAPS.get(style.attribute('Cap') or '', 0)} J", f"{_JOINS.get(style.attribute('Join') or '', 0)} j")
        dashes = [abs(value) for value in numbers(style.attribute("DashPattern"))]
        if any(dashes):
            canvas.put(f"[{told(*dashes[:16])}] {told(number(style.attribute('DashOffset')))} d")


def _values(element: Element | None) -> list[float]:
    """A colour; of a shading its middle, black where nothing is said."""
    if element is None:
        return [0.0]
    value = element.get("Value") or ""
    if value.startswith("#"):    # some programs write what the web writes
        digits = "".join(part.removeprefix("#").zfill(2) for part in value.split()) if " " in value else value[1:]
        return [float(int(digits[at:at + 2], 16)) for at in (0, 2, 4)] if _is_hex(digits) else [0.0]
    stops = [_values(first(stop, "Color")) for shading in each(element, "AxialShd", "RadialShd") for stop in each(shading, "Segment")]
    if stops and all(len(stop) == len(stops[0]) for stop in stops):
        return [sum(level) / len(stops) for level in zip(*stops, strict=True)]
    return numbers(value) or [0.0]


def _is_hex(digits: str) -> bool:
    return len(digits) >= 6 and all(digit in "0123456789abcdefABCDEF" for digit in digits)

"""The strokes of a path: OFD's short notation as operators of PDF. Arcs become curves (SVG 1.1, appendix F.6)."""

import math
from collections.abc import Iterator

from ingest.drawing.ofd.geometry import IDENTITY, Affine, apply, number, told

MAX_STEPS = 500_000
_TAKES = {"M": 2, "S": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}
Point = tuple[float, float]
Step = tuple[str, list[Point]]


def operators(data: str, by: Affine = IDENTITY) -> str:
    """A path without the painting of it, transformed; what is no path ends it where it stands."""
    return " ".join(f"{told(*(value for point in points for value in apply(by, *point)))} {name}" if points else name
                    for name, points in _steps(data.split()[:MAX_STEPS]))


def _steps(tokens: list[str]) -> Iterator[Step]:
    at = 0
    here: Point = (0.0, 0.0)
    begun = False
    while at < len(tokens):
        letter = tokens[at]
        count = _TAKES.get(letter)
        if count is None or at + count >= len(tokens) + (count == 0):
            return
        values = [number(token) for token in tokens[at + 1:at + 1 + count]]
        at += 1 + count
        if letter in "MS":
            begun = True
            yield "m", [(values[0], values[1])]
        elif not begun:
            return
        elif letter == "C":
            yield "h", []
            continue
        else:
            yield from _drawn(letter, here, values)
        here = (values[-2], values[-1])


def _drawn(letter: str, here: Point, values: list[float]) -> Iterator[Step]:
    end = (values[-2], values[-1])
    if letter == "L":
        yield "l", [end]
    elif letter == "B":
        yield "c", [(values[0], values[1]), (values[2], values[3]), end]
    elif letter == "Q":
        x, y = values[0], values[1]
        yield "c", [(here[0] + (x - here[0]) * 2 / 3, here[1] + (y - here[1]) * 2 / 3),
                    (end[0] + (x - end[0]) * 2 / 3, end[1] + (y - end[1]) * 2 / 3), end]
    else:
        yield from arc(here, values)


def arc(start: Point, values: list[float]) -> Iterator[Step]:
    """`values`: both radii, rotation in degrees, large, clockwise, end point."""
    rx, ry, degrees, large, sweep, end_x, end_y = values
    rx, ry = abs(rx), abs(ry)
    if not rx or not ry or start == (end_x, end_y):
        yield "l", [(end_x, end_y)]
        return
    turn = math.radians(degrees)
    cos, sin = math.cos(turn), math.sin(turn)
    dx, dy = (start[0] - end_x) / 2, (start[1] - end_y) / 2
    x, y = cos * dx + sin * dy, -sin * dx + cos * dy
    grown = math.sqrt(max(x * x / (rx * rx) + y * y / (ry * ry), 1.0))
    rx, ry = rx * grown, ry * grown
    rest = max((rx * ry) ** 2 - (rx * y) ** 2 - (ry * x) ** 2, 0.0) / ((rx * y) ** 2 + (ry * x) ** 2)
    factor = math.sqrt(rest) * (-1 if bool(large) == bool(sweep) else 1)
    cx, cy = factor * rx * y / ry, -factor * ry * x / rx
    first = math.atan2((y - cy) / ry, (x - cx) / rx)
    span = math.atan2((-y - cy) / ry, (-x - cx) / rx) - first
    span += 2 * math.pi if sweep and span < 0 else -2 * math.pi if not sweep and span > 0 else 0
    middle = (cos * cx - sin * cy + (start[0] + end_x) / 2, sin * cx + cos * cy + (start[1] + end_y) / 2)
    yield from _curves(middle, (rx, ry), (cos, sin), first, span)


def _curves(middle: Point, radii: Point, turn: Point, first: float, span: float) -> Iterator[Step]:
    """At most a quarter of the ellipse in one curve."""
    pieces = max(math.ceil(abs(span) / (math.pi / 2) - 1e-9), 1)
    step = span / pieces
    pull = 4 / 3 * math.tan(step / 4)

    def place(x: float, y: float) -> Point:
        x, y = x * radii[0], y * radii[1]
        return turn[0] * x - turn[1] * y + middle[0], turn[1] * x + turn[0] * y + middle[1]

    for piece in range(pieces):
        one, two = first + piece * step, first + (piece + 1) * step
        yield "c", [place(math.cos(one) - pull * math.sin(one), math.sin(one) + pull * math.cos(one)),
                    place(math.cos(two) + pull * math.sin(two), math.sin(two) - pull * math.cos(two)),
                    place(math.cos(two), math.sin(two))]

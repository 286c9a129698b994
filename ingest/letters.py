"""Where each character of a page stands on its picture: what hits are marked by. Plain values, told as JSON.

A box is left, top, right, bottom as fractions of the upright page; a character without a place of its own (a space, a
line end) has none.
"""

import json
import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Box = tuple[float, float, float, float]
_WIDE = ("W", "F")
_SAME_LINE = 0.5   # two boxes share a line where they overlap by so much of the lower one
_STACKED = 0.5     # heights of a character: signs of a column stand closer than lines do
_GAP = 1.5         # heights of a line: what stands further apart is marked apart


@dataclass(frozen=True, slots=True)
class Letters:
    """The text of one page and a box, or none, for every character of it."""

    text: str
    boxes: tuple[Box | None, ...]

    def marks(self, spans: Iterable[tuple[int, int]]) -> tuple[Box, ...]:
        """The boxes to be marked for these stretches of text: one for each stretch and line it runs over."""
        found: list[Box] = []
        for start, end in spans:
            found += _joined([box for box in self.boxes[start:end] if box is not None])
        return tuple(dict.fromkeys(found))

    def turned_back(self, rotation: int, skew: float, width: float, height: float) -> "Letters":
        """From the upright page to the picture as it lies in the file, which was turned clockwise by `rotation`, then by
        `skew` degrees about its centre, to become upright. `width` and `height` are the upright page's."""
        if not rotation and not skew:
            return self
        return Letters(self.text, tuple(box and _turned_back(box, rotation, skew, width or 1, height or 1) for box in self.boxes))

    def written(self) -> str:
        return json.dumps([self.text, [box and [round(value, 5) for value in box] for box in self.boxes]],
                          ensure_ascii=False, separators=(",", ":"))


def read_letters(data: str) -> Letters:
    """What `written` said. Raises ValueError for anything else: it may come from a worker a file has taken over."""
    text, boxes = json.loads(data)
    if not isinstance(text, str) or len(text) != len(boxes):
        raise ValueError("not letters")
    return Letters(text, tuple(None if box is None else box_of(box) for box in boxes))


def box_of(values: Iterable[object]) -> Box:
    """Four finite numbers within the page, in order. Raises ValueError."""
    numbers = [min(max(float(value), 0.0), 1.0) for value in values if isinstance(value, (int, float))]
    if len(numbers) != 4 or not all(map(math.isfinite, numbers)):
        raise ValueError("not a box")
    left, top, right, bottom = numbers
    return min(left, right), min(top, bottom), max(left, right), max(top, bottom)


def of_lines(lines: Iterable[tuple[str, Sequence[float]]]) -> Letters:
    """From lines with one box each, as recognition gives them: a character takes its share of the line's width."""
    text: list[str] = []
    boxes: list[Box | None] = []
    for line, box in lines:
        if text:
            text.append("\n")
            boxes.append(None)
        text.append(line)
        boxes += _shares(line, box_of(box))
    return Letters("".join(text), tuple(boxes))


def _shares(line: str, box: Box) -> list[Box | None]:
    """Along the longer side: a column of Chinese is written from top to bottom."""
    left, top, right, bottom = box
    widths = [1.0 if unicodedata.east_asian_width(char) in _WIDE else 0.5 for char in line]
    total, upright = sum(widths) or 1.0, bottom - top > 2 * (right - left) and len(line) > 1
    found: list[Box | None] = []
    position = 0.0
    for width in widths:
        start, position = position / total, position + width
        end = position / total
        found.append((left, top + start * (bottom - top), right, top + end * (bottom - top)) if upright else
                     (left + start * (right - left), top, left + end * (right - left), bottom))
    return found


def _turned_back(box: Box, rotation: int, skew: float, width: float, height: float) -> Box:
    """A character's box stays one: of its four turned corners the box around them."""
    angle = math.radians(-skew)
    cos, sin = math.cos(angle), math.sin(angle)
    corners = []
    for x, y in ((box[0], box[1]), (box[2], box[1]), (box[2], box[3]), (box[0], box[3])):
        across, down = (x - 0.5) * width, (y - 0.5) * height
        u, v = (across * cos - down * sin) / width + 0.5, (across * sin + down * cos) / height + 0.5
        corners.append({90: (v, 1 - u), 180: (1 - u, 1 - v), 270: (1 - v, u)}.get(rotation, (u, v)))
    xs, ys = zip(*corners, strict=True)
    return box_of((min(xs), min(ys), max(xs), max(ys)))


def _joined(boxes: Sequence[Box]) -> list[Box]:
    """Neighbours become one box."""
    found: list[Box] = []
    for box in boxes:
        if found and _next_to(found[-1], box):
            last = found[-1]
            found[-1] = (min(last[0], box[0]), min(last[1], box[1]), max(last[2], box[2]), max(last[3], box[3]))
        else:
            found.append(box)
    return found


def _next_to(one: Box, other: Box) -> bool:
    """On one line, or one below the other in a column."""
    width = min(one[2] - one[0], other[2] - other[0])
    above = max(other[1] - one[3], one[1] - other[3])
    if min(one[2], other[2]) - max(one[0], other[0]) >= _SAME_LINE * width and above <= _STACKED * (other[3] - other[1]):
        return True
    height = min(one[3] - one[1], other[3] - other[1])
    overlap = min(one[3], other[3]) - max(one[1], other[1])
    gap = max(other[0] - one[2], one[0] - other[2])
    return overlap >= _SAME_LINE * height and gap <= _GAP * max(height, one[3] - one[1])

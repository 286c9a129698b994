"""Lines of a PDF page by their place on it: the title's lines, and reading order where the file was drawn from below.

Works on pdfium's text rectangles, of which a page has some forty; looking at every character would cost ten times more.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple


class Box(NamedTuple):
    left: float
    bottom: float
    right: float
    top: float

    @property
    def height(self) -> float:
        return self.top - self.bottom

    def beside(self, other: "Box") -> bool:
        """Whether the two share a line: more than half of the lower one's height overlaps."""
        overlap = min(self.top, other.top) - max(self.bottom, other.bottom)
        return overlap > 0.5 * min(self.height, other.height)

    def around(self, other: "Box") -> "Box":
        return Box(min(self.left, other.left), min(self.bottom, other.bottom),
                   max(self.right, other.right), max(self.top, other.top))


@dataclass(slots=True)
class Line:
    box: Box
    parts: list[Box]

    @property
    def print_height(self) -> float:
        """Of the largest print on the line; the line's own box grows with raised and lowered characters."""
        return max(part.height for part in self.parts)


def lines_of(textpage: Any) -> list[Line]:
    """Lines in the order in which the file draws them."""
    lines: list[Line] = []
    for n in range(textpage.count_rects()):
        box = Box(*textpage.get_rect(n))
        if lines and lines[-1].box.beside(box):
            lines[-1].box = lines[-1].box.around(box)
            lines[-1].parts.append(box)
        else:
            lines.append(Line(box, [box]))
    return lines


def drawn_upwards(lines: list[Line]) -> bool:
    """Whether most lines stand above the one drawn before: some generators write a page from its foot.

    Columns and table cells also jump up now and then; their order is the reading order and is left alone.
    """
    ups = sum(after.box.bottom > before.box.top for before, after in pairwise(lines))
    return len(lines) > 3 and ups > 0.6 * (len(lines) - 1)


def text_downwards(textpage: Any, lines: list[Line]) -> str:
    """The page's text from top to bottom and left to right."""
    rows = sorted(lines, key=lambda line: -line.box.top)
    return "\n".join("".join(text_in(textpage, part) for part in sorted(row.parts)) for row in rows)


def headings_of(textpage: Any, lines: list[Line]) -> tuple[str, ...]:
    """The lines in clearly the largest print, joined to one heading where they follow each other."""
    heights = sorted(line.print_height for line in lines)
    if len(heights) < 3 or heights[-1] < 1.25 * heights[len(heights) // 2]:
        return ()
    headings: list[str] = []
    previous = -2
    for n, line in enumerate(lines):
        if line.print_height < 0.88 * heights[-1]:
            continue
        text = " ".join("".join(text_in(textpage, part) for part in line.parts).split())
        if previous == n - 1:
            headings[-1] += text
        else:
            headings.append(text)
        previous = n
    return tuple(text for text in headings if 2 <= len(text) <= 120)[:5]


def text_in(textpage: Any, box: Box) -> str:
    return str(textpage.get_text_bounded(*box)).replace("\r\n", "")

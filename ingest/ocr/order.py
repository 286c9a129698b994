"""From boxes to lines in the order in which a page is read: rows from the top, columns of prose one after another."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

LEAST_ROWS = 5          # of a column of prose
PROSE_WIDTH = 0.6       # of its column a line of prose fills; a table's cells do not
GUTTER = 0.015          # of the page's width


@dataclass(frozen=True, slots=True)
class Piece:
    """Text found in a box: left, top, right, bottom in any unit."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    score: float

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2

    def beside(self, other: "Piece") -> bool:
        """Whether the two share a row: more than half of the lower one's height overlaps."""
        return min(self.bottom, other.bottom) - max(self.top, other.top) > 0.5 * min(self.height, other.height)


def in_order(pieces: Iterable[Piece], width: float) -> list[Piece]:
    """Lines as they are read; what stands close together on a row is one line. `width` is the page's."""
    todo = [piece for piece in pieces if piece.text.strip()]
    return [line for part in _columns(todo, width) for row in _rows(part) for line in _joined(row)]


def _columns(pieces: list[Piece], width: float) -> list[list[Piece]]:
    """The page cut into parts that are read one after another: above a pair of columns, left, right, below."""
    cut = _gutter(pieces, width)
    if cut is None:
        return [pieces]
    across = [piece for piece in pieces if piece.left < cut < piece.right]
    left = [piece for piece in pieces if piece.right <= cut]
    right = [piece for piece in pieces if piece.left >= cut]
    start, end = min(piece.top for piece in left + right), max(piece.bottom for piece in left + right)
    above = [piece for piece in across if piece.bottom <= start + piece.height]
    below = [piece for piece in across if piece not in above and piece.top >= end - piece.height]
    if len(above) + len(below) < len(across):
        return [pieces]
    return [part for part in (above, left, right, below) if part]


def _gutter(pieces: list[Piece], width: float) -> float | None:
    """Where two columns of prose part, None where the page has no such columns."""
    for step in range(35, 66):
        cut = step / 100 * width
        sides = [[p for p in pieces if p.right <= cut], [p for p in pieces if p.left >= cut]]
        if all(_is_prose(side, width) for side in sides):
            free = min(p.left for p in sides[1]) - max(p.right for p in sides[0])
            if free >= GUTTER * width:
                return max(p.right for p in sides[0]) + free / 2
    return None


def _is_prose(pieces: list[Piece], width: float) -> bool:
    if len(pieces) < LEAST_ROWS:
        return False
    column = max(piece.right for piece in pieces) - min(piece.left for piece in pieces)
    return column > 0.2 * width and median(piece.right - piece.left for piece in pieces) > PROSE_WIDTH * column


def _rows(pieces: Sequence[Piece]) -> list[list[Piece]]:
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda each: (each.top + each.bottom) / 2):
        row = next((row for row in reversed(rows[-3:]) if all(piece.beside(other) for other in row[-3:])), None)
        if row is None:
            rows.append([piece])
        else:
            row.append(piece)
    return [sorted(row, key=lambda each: each.left) for row in rows]


def _joined(row: list[Piece]) -> list[Piece]:
    lines = [row[0]]
    for piece in row[1:]:
        last = lines[-1]
        close = piece.left - last.right < 0.8 * min(last.height, piece.height)
        alike = max(last.height, piece.height) < 1.6 * min(last.height, piece.height)
        if close and alike:
            lines[-1] = _together(last, piece)
        else:
            lines.append(piece)
    return lines


def _together(first: Piece, second: Piece) -> Piece:
    count = len(first.text) + len(second.text)
    gap = " " if _latin(first.text[-1:]) and _latin(second.text[:1]) else ""
    score = (first.score * len(first.text) + second.score * len(second.text)) / count
    return Piece(first.text + gap + second.text, first.left, min(first.top, second.top), max(first.right, second.right),
                 max(first.bottom, second.bottom), score)


def _latin(char: str) -> bool:
    return char.isascii() and char.isalnum()

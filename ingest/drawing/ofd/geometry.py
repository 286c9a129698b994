"""Numbers, boxes and transformations as OFD writes them. What is no number is as if it were not there."""

import math
from dataclasses import dataclass

Affine = tuple[float, float, float, float, float, float]
IDENTITY: Affine = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_FARTHEST = 1e7


@dataclass(frozen=True, slots=True)
class Area:
    """A box in millimetres: left, top, width, height."""

    x: float
    y: float
    width: float
    height: float


def number(value: str | None, default: float = 0.0) -> float:
    try:
        found = float(value) if value is not None else default
    except ValueError:
        return default
    return found if math.isfinite(found) and abs(found) < _FARTHEST else default


def numbers(value: str | None) -> list[float]:
    """All numbers of a list; none where one of them is none."""
    parts = (value or "").replace(",", " ").split()
    found = [number(part, math.nan) for part in parts]
    return [] if any(map(math.isnan, found)) else found


def area(value: str | None) -> Area | None:
    found = numbers(value)
    return Area(*found[:4]) if len(found) >= 4 else None


def affine(value: str | None) -> Affine:
    found = numbers(value)
    return (found[0], found[1], found[2], found[3], found[4], found[5]) if len(found) >= 6 else IDENTITY


def compose(outer: Affine, inner: Affine) -> Affine:
    """What applies `inner` first, then `outer`."""
    a, b, c, d, e, f = outer
    g, h, i, j, k, m = inner
    return (a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * m + e, b * k + d * m + f)


def moved(x: float, y: float) -> Affine:
    return (1.0, 0.0, 0.0, 1.0, x, y)


def inverse(by: Affine) -> Affine:
    """What undoes it; of what cannot be undone, nothing is seen anyway."""
    a, b, c, d, e, f = by
    size = a * d - b * c or 1.0
    return (d / size, -b / size, -c / size, a / size, (c * f - d * e) / size, (b * e - a * f) / size)


def apply(by: Affine, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = by
    return a * x + c * y + e, b * x + d * y + f


def told(*values: float) -> str:
    """Numbers as a PDF takes them."""
    return " ".join(f"{value:.5f}".rstrip("0").rstrip(".") for value in values)

"""How a scanned page lies: its skew from the lines of print, its quarter turn from the shape of what was found on it.

Turns are clockwise: what is found is by how much the page must be turned to stand upright.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from ingest.ocr.pictures import Picture

MOST_SKEW = 10.0        # degrees; what lies more crooked than that is no scanner's work
LEAST_SKEW = 0.15       # below it, turning blurs more than it mends
_LOOKED_AT = 1000       # pixels of the longer side: enough for print of 8 points
_COARSE, _FINE = 0.5, 0.1
BLANK_INK = 0.0004      # share of the page
_MARGIN = 0.03          # shadows and punch holes at the edges are not print
_CLEARER = 1.03         # how much sharper the lines must become for a turn to be believed

Gray = NDArray[np.uint8]


def ink(picture: Picture, longest: int = _LOOKED_AT) -> Gray:
    """255 where something is written, on even paper; the page made small."""
    gray = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    shrink = longest / max(gray.shape)
    if shrink < 1:
        gray = cv2.resize(gray, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    paper = cv2.medianBlur(cv2.dilate(gray, np.ones((7, 7), np.uint8)), 31)
    darker = cv2.subtract(paper, gray)
    return np.asarray(cv2.threshold(darker, 40, 255, cv2.THRESH_BINARY)[1], np.uint8)


def is_blank(written: Gray) -> bool:
    """Whether nothing is written inside the margins."""
    height, width = written.shape
    inner = written[int(_MARGIN * height):int((1 - _MARGIN) * height), int(_MARGIN * width):int((1 - _MARGIN) * width)]
    return cv2.countNonZero(cv2.medianBlur(np.ascontiguousarray(inner), 3)) < BLANK_INK * inner.size


def skew_of(written: Gray) -> float:
    """By how many degrees the page must be turned clockwise; 0 where no lines of print say anything."""
    if not cv2.countNonZero(written):
        return 0.0
    upright = max(_sharpness(written, 0.0), 1e-9)
    best = _best(written, np.arange(-MOST_SKEW, MOST_SKEW + _COARSE / 2, _COARSE))
    best = _best(written, np.arange(best - _COARSE, best + _COARSE + _FINE / 2, _FINE))
    return round(best, 2) if abs(best) >= LEAST_SKEW and _sharpness(written, best) > _CLEARER * upright else 0.0


def turned(picture: Picture, rotation: int, skew: float) -> Picture:
    """The picture turned clockwise by quarter turns, then by the skew about its centre, its size kept."""
    codes = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
    if rotation in codes:
        picture = np.asarray(cv2.rotate(picture, codes[rotation]), np.uint8)
    if not skew:
        return picture
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -skew, 1.0)
    return np.asarray(cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_CUBIC,
                                     borderMode=cv2.BORDER_CONSTANT, borderValue=(255, 255, 255)), np.uint8)


def lies_on_its_side(boxes: NDArray[np.float32]) -> bool:
    """Whether most of the print found (corners of boxes) runs up and down."""
    across = np.hypot(*(boxes[:, 1] - boxes[:, 0]).T)
    down = np.hypot(*(boxes[:, 3] - boxes[:, 0]).T)
    standing, lying = down[down > 1.5 * across].sum(), across[across > 1.5 * down].sum()
    return bool(standing > lying)


def _best(written: Gray, angles: NDArray[np.float64]) -> float:
    return float(max(angles, key=lambda angle: _sharpness(written, float(angle))))


def _sharpness(written: Gray, angle: float) -> float:
    """How clearly rows (or columns, on a page on its side) of print stand apart once turned."""
    height, width = written.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -angle, 1.0)
    seen = cv2.warpAffine(written, matrix, (width, height), flags=cv2.INTER_NEAREST)
    return max(_steps(seen.sum(axis=axis, dtype=np.float64)) for axis in (0, 1))


def _steps(profile: NDArray[np.float64]) -> float:
    return float(np.square(np.diff(profile)).sum())

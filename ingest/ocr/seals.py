"""Red seals on a page: found, noted, and taken out of the picture so that their characters do not mix with the text.

A red heading (红头) is red print and stays: a seal is known by its ring.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from ingest.ocr.pictures import Picture

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels."""
_LOOKED_AT = 1000            # pixels of the longer side
_SMALLEST, _LARGEST = 0.06, 0.35   # of the page's shorter side: 12 to 70 mm on A4
_ROUND = 1.9                 # an oval seal (发票专用章) is 40 by 30 mm
_SECTORS, _ENOUGH = 36, 0.7  # of the ring must be there: ink fades, paper is torn


def seals_of(picture: Picture) -> list[Box]:
    """The boxes of round and oval seals."""
    shrink = min(_LOOKED_AT / max(picture.shape[:2]), 1.0)
    small = cv2.resize(picture, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA) if shrink < 1 else picture
    mask = _red(np.asarray(small, np.uint8))
    found = []
    for box in _blobs(mask):
        left, top, right, bottom = box
        if _has_ring(mask[top:bottom, left:right]):
            found.append(_grown(box, 1 / shrink, picture.shape[1], picture.shape[0]))
    return found


def without_seals(picture: Picture, seals: list[Box]) -> Picture:
    """Within the seals red becomes what is under it: paper, or black print, which red light does not show lighter."""
    if not seals:
        return picture
    clean = picture.copy()
    for left, top, right, bottom in seals:
        part = clean[top:bottom, left:right]
        red = _red(part, weak=True) > 0
        light = part[:, :, 2]
        paper = np.where(light > 120, 255, light)[:, :, None]
        clean[top:bottom, left:right] = np.where(red[:, :, None], paper, part)
    return clean


def _red(picture: Picture, *, weak: bool = False) -> NDArray[np.uint8]:
    blue, green, red = (picture[:, :, n].astype(np.int16) for n in range(3))
    most = 18 if weak else 40
    return np.where(red - np.maximum(blue, green) > most, 255, 0).astype(np.uint8)


def _blobs(mask: NDArray[np.uint8]) -> list[Box]:
    """Connected red of a seal's size and shape; its letters and its ring are joined first."""
    side = max(3, round(0.012 * min(mask.shape)))
    joined = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
    shorter = min(mask.shape)
    boxes = []
    for left, top, width, height, area in cv2.connectedComponentsWithStats(joined)[2][1:]:
        small, large = sorted((int(width), int(height)))
        fits = _SMALLEST * shorter <= small and large <= _LARGEST * shorter and large < _ROUND * small
        if fits and area > 0.1 * width * height:
            boxes.append((int(left), int(top), int(left + width), int(top + height)))
    return boxes


def _has_ring(mask: NDArray[np.uint8]) -> bool:
    """Whether red lies all around just inside the ellipse that fits the box."""
    height, width = mask.shape
    rows, columns = np.nonzero(mask)
    across, down = (columns + 0.5) / width * 2 - 1, (rows + 0.5) / height * 2 - 1
    distance = np.hypot(across, down)
    rim = (distance > 0.86) & (distance < 1.06)
    sectors = np.floor((np.arctan2(down[rim], across[rim]) + np.pi) / (2 * np.pi) * _SECTORS).astype(int) % _SECTORS
    corners = np.count_nonzero(distance > 1.12)
    return bool(len(np.unique(sectors)) >= _ENOUGH * _SECTORS and corners < 0.05 * len(rows))


def _grown(box: Box, scale: float, width: int, height: int) -> Box:
    """In the full picture's pixels, with a little around it."""
    left, top, right, bottom = box
    rim = 0.03 * (right - left)
    return (max(int((left - rim) * scale), 0), max(int((top - rim) * scale), 0),
            min(int((right + rim) * scale) + 1, width), min(int((bottom + rim) * scale) + 1, height))

"""What makes paper official: the red round seal, the red head of a document, the frame of a certificate."""

from math import cos, pi, radians, sin
from typing import Any, cast

from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFObjectReference, xObjectName
from reportlab.pdfgen.canvas import Canvas

from admin.sample.writers.pdf_flow import FONT, HEIGHT, WIDTH

_RED = (0.84, 0.08, 0.1)
_RADIUS = 56.0
_REACH = 62.0
_PRINTED = 4  # annotation flag: shown on screen and on paper


def seals(canvas: Canvas, *places: tuple[float, float, str]) -> None:
    """Round seals, each around (x, y) with its owner's name: ring, star, and the name along the upper arc.

    They are stamp annotations, as electronic seals are: seen and printed, yet no part of the page's text. All of a
    page's seals come in one call, because a form cannot be begun on a page that has annotations.
    """
    names = [f"seal-{canvas.getPageNumber()}-{number}" for number, _ in enumerate(places)]
    for name, (_x, _y, owner) in zip(names, places, strict=True):
        canvas.beginForm(name, 0, 0, 2 * _REACH, 2 * _REACH)
        canvas.translate(_REACH, _REACH)
        canvas.rotate(4)
        _impression(canvas, owner)
        canvas.endForm()
    for name, (x, y, _owner) in zip(names, places, strict=True):
        # reportlab has methods for links and form fields only; its own use this one
        cast(Any, canvas)._addAnnotation(_stamp(name, x, y))


def _stamp(form: str, x: float, y: float) -> PDFDictionary:
    return PDFDictionary(
        {
            "Type": PDFName("Annot"),
            "Subtype": PDFName("Stamp"),
            "Rect": PDFArray([x - _REACH, y - _REACH, x + _REACH, y + _REACH]),
            "F": _PRINTED,
            "AP": PDFDictionary({"N": PDFObjectReference(xObjectName(form))}),
        }
    )


def _impression(canvas: Canvas, owner: str) -> None:
    canvas.setStrokeColorRGB(*_RED)
    canvas.setFillColorRGB(*_RED)
    canvas.setFillAlpha(0.72)
    canvas.setStrokeAlpha(0.72)
    canvas.setLineWidth(2.6)
    canvas.circle(0, 0, _RADIUS)
    _star(canvas, 17)
    size = 13.0 if len(owner) <= 12 else 10.5 if len(owner) <= 16 else 8.5
    span = min(250.0, 21.0 * len(owner))
    for n, char in enumerate(owner):
        angle = radians(90 + span / 2 - span * (n + 0.5) / len(owner))
        canvas.saveState()
        canvas.translate(cos(angle) * (_RADIUS - size - 3), sin(angle) * (_RADIUS - size - 3))
        canvas.rotate((angle - pi / 2) * 180 / pi)
        canvas.setFont(FONT, size)
        canvas.drawCentredString(0, 0, char)
        canvas.restoreState()


def _star(canvas: Canvas, radius: float) -> None:
    path = canvas.beginPath()
    for n in range(5):
        angle = radians(90 + 144 * n)
        (path.lineTo if n else path.moveTo)(radius * cos(angle), radius * sin(angle))
    path.close()
    canvas.drawPath(path, fill=1, stroke=0, fillMode=1)


def red_line(canvas: Canvas, y: float, left: float, right: float) -> None:
    canvas.saveState()
    canvas.setStrokeColorRGB(*_RED)
    canvas.setLineWidth(1.6)
    canvas.line(left, y, WIDTH - right, y)
    canvas.restoreState()


def red(canvas: Canvas) -> None:
    canvas.setFillColorRGB(*_RED)
    canvas.setStrokeColorRGB(*_RED)


def black(canvas: Canvas) -> None:
    canvas.setFillGray(0)
    canvas.setStrokeGray(0)


def frame(canvas: Canvas) -> None:
    """The double border of a certificate."""
    canvas.saveState()
    canvas.setStrokeColorRGB(0.55, 0.12, 0.12)
    for inset, width in ((34, 2.4), (40, 0.7)):
        canvas.setLineWidth(width)
        canvas.rect(inset, inset, WIDTH - 2 * inset, HEIGHT - 2 * inset)
    canvas.restoreState()

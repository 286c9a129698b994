"""What stands in the code of a separator page, and the code itself (QR, ISO/IEC 18004).

Codes of other makers are on many papers (invoices, seals): only those that begin as ours part anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode

PDF = "application/pdf"
MEDIA_TYPES = frozenset({PDF, "image/tiff"})   # what scanners make of a stack
PREFIX = "dangan-separator/1?"
LONGEST = 300


@dataclass(frozen=True, slots=True)
class Mark:
    """The project that what follows belongs to, and of which document type it is; empty where the sheet leaves that open."""

    project: str
    type: str = ""

    def written(self) -> str:
        return PREFIX + urlencode({"p": self.project, **({"t": self.type} if self.type else {})})


def read_mark(text: str) -> Mark | None:
    """None for what is no code of ours."""
    if not text.startswith(PREFIX) or len(text) > LONGEST:
        return None
    values = parse_qs(text[len(PREFIX):])
    project = values.get("p", [""])[0]
    return Mark(project, values.get("t", [""])[0]) if project and project.isprintable() else None


def matrix_of(mark: Mark) -> Sequence[Sequence[bool]]:
    """The code as rows of dark and light, with the quiet zone the encoder puts around it. Half of it may be lost."""
    import cv2

    parameters = cv2.QRCodeEncoder.Params()
    parameters.correction_level = cv2.QRCodeEncoder_CORRECT_LEVEL_Q
    picture = cv2.QRCodeEncoder.create(parameters).encode(mark.written())
    return [[bool(value < 128) for value in row] for row in picture]

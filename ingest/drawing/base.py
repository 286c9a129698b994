"""What all formats share when a page becomes a picture: what is asked, the limits, the marks, the PNG."""

import base64
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.extractors.base import UnreadableFile
from ingest.letters import Box, box_of

if TYPE_CHECKING:
    from PIL.Image import Image

USUAL_SCALE = 2.0            # 144 dots an inch: text is easy to read
LONGEST_SIDE = 1600          # pixels of the usual picture
LARGEST_SIDE = 3200          # of the largest anybody may ask for
MAX_PIXELS = 150_000_000     # of an image that is opened: a sheet of A0 at 300 dots an inch
MAX_PAGE_POINTS = 72_000     # 25 metres: no plotter draws a longer sheet
MARK = (255, 226, 110)       # under the text, as a marker pen
EDGE = (214, 90, 0)


@dataclass(frozen=True, slots=True)
class Task:
    """`want`: picture, letters or overview. `side`: pixels of the longer side. `texts`: an overview with every text."""

    want: str = "picture"
    side: int = LONGEST_SIDE
    marks: tuple[Box, ...] = ()
    texts: bool = False

    def written(self) -> str:
        return json.dumps([self.want, self.side, self.marks, self.texts], separators=(",", ":"))

    @classmethod
    def read(cls, data: str) -> "Task":
        want, side, marks, texts = json.loads(data) if data else ("picture", LONGEST_SIDE, (), False)
        return cls(want, min(side, LARGEST_SIDE), tuple(map(box_of, marks)), texts)


def require_pixels(width: int, height: int) -> None:
    """Raises UnreadableFile for an image that would fill the memory, before anything of it is decoded."""
    if width * height > MAX_PIXELS:
        raise UnreadableFile(f"图像为 {width}×{height} 像素，超过 {MAX_PIXELS:,} 像素的上限。")


def require_page(width: float, height: float) -> None:
    """Points. Raises UnreadableFile for a page that no sheet of paper can be."""
    if not (0 < width <= MAX_PAGE_POINTS and 0 < height <= MAX_PAGE_POINTS):
        raise UnreadableFile(f"页面尺寸 {width:.0f}×{height:.0f} 点，不在 0 到 {MAX_PAGE_POINTS:,} 点的范围内。")


def scale_for(width: float, height: float, side: int) -> float:
    """Pixels a point: usual where the page fits into `side`, as much larger or smaller as it takes otherwise."""
    usual = USUAL_SCALE * max(side / LONGEST_SIDE, 1.0)
    return min(usual, side / max(width, height, 1.0))


def page_png(picture: "Image", marks: Sequence[Box]) -> str:
    """PNG in base64. Grey pages are written as grey: a third of the bytes and of the time."""
    if marks:
        picture = _marked(picture.convert("RGB"), marks)
    elif picture.mode != "L" and _is_grey(picture):
        picture = picture.convert("L")
    target = io.BytesIO()
    picture.save(target, "PNG", compress_level=2)
    return base64.b64encode(target.getvalue()).decode()


def _is_grey(picture: "Image") -> bool:
    from PIL import ImageChops

    red, green, blue = picture.convert("RGB").split()
    return not (ImageChops.difference(red, green).getbbox() or ImageChops.difference(green, blue).getbbox())


def _marked(picture: "Image", marks: Sequence[Box]) -> "Image":
    """The marks lie under what is printed: white paper takes their colour, black letters stay black."""
    from PIL import Image, ImageChops, ImageDraw

    width, height = picture.size
    for left, top, right, bottom in marks:
        grow = max(min((bottom - top) * height, (right - left) * width) * 0.12, 1.0)
        area = (max(int(left * width - grow), 0), max(int(top * height - grow), 0),
                min(int(right * width + grow) + 1, width), min(int(bottom * height + grow) + 1, height))
        if area[0] >= area[2] or area[1] >= area[3]:
            continue
        part = picture.crop(area)
        picture.paste(ImageChops.multiply(part, Image.new("RGB", part.size, MARK)), area[:2])
        ImageDraw.Draw(picture).rectangle((area[0], area[1], area[2] - 1, area[3] - 1), outline=EDGE,
                                          width=2 if width > LONGEST_SIDE // 3 else 1)
    return picture

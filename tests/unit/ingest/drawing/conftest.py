"""Drawing as the archive has it done: in a confined worker, asked through the renderer."""

import io
import os
from collections.abc import Iterator
from pathlib import Path

import numpy
import pytest
from PIL import Image

from ingest.drawing.base import EDGE, MARK
from ingest.letters import Box
from ingest.rendering import Renderer

TESTDATA = Path(__file__).resolve().parents[5] / "shared" / "testdata"


@pytest.fixture(scope="session")
def renderer() -> Iterator[Renderer]:
    with Renderer() as shared:
        yield shared


@pytest.fixture(scope="session")
def testdata() -> Path:
    if not TESTDATA.is_dir():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"the folder of real files is not there: {TESTDATA}")
    return TESTDATA


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    assert picture.format == "PNG"
    return picture


def coloured(picture: Image.Image) -> Box | None:
    """The box of everything in the colours of a mark, as fractions of the picture."""
    rgb = picture.convert("RGB")
    pixels = numpy.asarray(rgb)
    found = Image.fromarray((pixels == MARK).all(axis=2) | (pixels == EDGE).all(axis=2)).getbbox()
    return found and (found[0] / rgb.width, found[1] / rgb.height, found[2] / rgb.width, found[3] / rgb.height)


def close(one: Box | None, other: Box, within: float = 0.01) -> bool:
    return one is not None and all(abs(a - b) <= within for a, b in zip(one, other, strict=True))

"""The text of a PDF that names Chinese fonts and carries none: the same on every machine."""

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import ImageFont

from ingest.extractors._box_font import ABOVE, BELOW, LEFT, RIGHT, UNITS_PER_EM, box_font
from ingest.sandbox import Sandbox
from tests.samples import pdf

READ = """
import ctypes, sys, pypdfium2, pypdfium2.raw as raw
folders = (ctypes.c_char_p * 2)(sys.argv[2].encode(), None)
raw.FPDF_DestroyLibrary()
raw.FPDF_InitLibraryWithConfig(raw.FPDF_LIBRARY_CONFIG(
    version=2, m_pUserFontPaths=ctypes.cast(folders, ctypes.POINTER(ctypes.POINTER(ctypes.c_char)))))
print(pypdfium2.PdfDocument(sys.argv[1])[0].get_textpage().get_text_range())
"""


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    """Lines of one character are what gets lost where no font has a glyph for them."""
    return pdf(tmp_path / "公文.pdf", [["关于一体化平台建设项目的批复", "。", "元", "第一条"]], numbers=False)


def plainly(paper: Path, fonts: str) -> str:
    """As pdfium reads it by itself, with the fonts of this folder alone."""
    done = subprocess.run([sys.executable, "-c", READ, str(paper), fonts], capture_output=True, text=True, check=True)
    return done.stdout


def test_without_any_font_pdfium_by_itself_loses_characters(paper: Path, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    assert "元" not in plainly(paper, str(tmp_path / "none")), "if this fails, the font of boxes is not needed any more"


def test_every_character_is_read_whatever_fonts_there_are(paper: Path, sandbox: Sandbox) -> None:
    text = sandbox.extract(paper, "application/pdf", paper.name).pages[0]
    assert text.split() == ["关于一体化平台建设项目的批复", "。", "元", "第一条"]


@pytest.mark.parametrize("character", ["档", "。", "A", "〇", "𠀀"])
def test_every_character_is_the_box(tmp_path: Path, character: str) -> None:
    (tmp_path / "boxes.ttf").write_bytes(box_font())
    font = ImageFont.truetype(tmp_path / "boxes.ttf", UNITS_PER_EM)
    left, top, right, bottom = font.getmask(character).getbbox()
    assert (right - left, bottom - top) == (RIGHT - LEFT, ABOVE - BELOW)
    assert font.getlength(character) == UNITS_PER_EM

"""pdfium for reading: set up so that text does not depend on the fonts of the machine (see `_box_font`)."""

import ctypes
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ingest.extractors._box_font import box_font

_kept: list[object] = []   # pdfium reads the folder's name, and later the font, from where they are now


@cache
def pdfium() -> Any:
    """The library `pypdfium2`. To be asked for before anything of it is used in this process: nothing may be open yet."""
    import pypdfium2
    import pypdfium2.raw as raw

    folder = TemporaryDirectory(prefix="dangan-font-", ignore_cleanup_errors=True)
    (Path(folder.name) / "boxes.ttf").write_bytes(box_font())
    folders = (ctypes.c_char_p * 2)(folder.name.encode(), None)
    _kept.extend((folder, folders))
    config = raw.FPDF_LIBRARY_CONFIG(
        version=2, m_pUserFontPaths=ctypes.cast(folders, ctypes.POINTER(ctypes.POINTER(ctypes.c_char))))
    raw.FPDF_DestroyLibrary()
    raw.FPDF_InitLibraryWithConfig(config)
    return pypdfium2

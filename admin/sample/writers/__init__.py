"""From a paper to the bytes of a file, one module a format. The same paper gives the same bytes, on any day."""

from collections.abc import Callable

from admin.sample.paper import Paper
from admin.sample.writers.pdf import write_pdf
from admin.sample.writers.plain import write_html, write_txt
from admin.sample.writers.sheet import write_xlsx
from admin.sample.writers.slides import write_pptx
from admin.sample.writers.word import write_docx

_WRITERS: dict[str, Callable[[Paper], bytes]] = {
    "pdf": write_pdf,
    "docx": write_docx,
    "xlsx": write_xlsx,
    "pptx": write_pptx,
    "txt": write_txt,
    "html": write_html,
}


def write(form: str, paper: Paper) -> bytes:
    """The file's bytes; `form` is the suffix without its dot. Raises KeyError for a form that has no writer."""
    return _WRITERS[form](paper)

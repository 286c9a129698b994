"""Which formats papers are given in: the writer and the media type of each."""

from collections.abc import Callable, Mapping

from admin.papers.docx import docx_of
from admin.papers.model import Paper
from admin.papers.pdf import pdf_of
from admin.papers.xlsx import xlsx_of

OFFICE = "application/vnd.openxmlformats-officedocument"
FORMATS: Mapping[str, tuple[Callable[[Paper], bytes], str]] = {
    "docx": (docx_of, f"{OFFICE}.wordprocessingml.document"), "xlsx": (xlsx_of, f"{OFFICE}.spreadsheetml.sheet"),
    "pdf": (pdf_of, "application/pdf")}

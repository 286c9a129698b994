"""A paper made on demand as an answer: to be saved, never shown inside a page of ours."""

from flask import Response

from admin.papers.answers import FORMATS
from admin.papers.model import Paper
from admin.web.downloads import disposition


def paper_file(paper: Paper, name: str, form: str) -> Response:
    """`form`: a key of `FORMATS`."""
    write, kind = FORMATS[form]
    return Response(write(paper), mimetype=kind, headers={
        "Content-Disposition": disposition(f"{name}.{form}", inline=False), "Cache-Control": "no-store"})

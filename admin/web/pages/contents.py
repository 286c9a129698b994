"""What a document's page says of what was inside of it, and of what it was inside of."""

from typing import Any

from flask import request

from admin.web.pages.shared import pages_of
from archive.access import Actor
from archive.contents import MEMBERS_A_PAGE, contents_of, parent_of
from archive.models import Document


def inside_of(actor: Actor, document: Document) -> dict[str, Any]:
    """For the template: the document it came out of, and one page of what came out of it."""
    asked = request.args.get("members", "")
    page = min(max(int(asked), 1), 100_000) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1
    contents = contents_of(actor, document.id, page)
    return {"parent": parent_of(actor, document), "contents": contents, "contents_page": page,
            "contents_pages": pages_of(contents.total, MEMBERS_A_PAGE)}

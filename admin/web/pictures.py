"""Pictures of pages, for the API and the pages: one renderer a web process, no PDF library in it."""

from flask import Flask, current_app

from admin.system import System
from archive.errors import Damaged
from archive.models import Version
from ingest.rendering import Renderer

EXTENSION = "dangan.renderer"


def register(app: Flask, system: System) -> None:
    """The renderer starts no process until a page is asked for; its processes die with this one."""
    app.extensions[EXTENSION] = Renderer()


def picture_of(system: System, version: Version, number: int) -> bytes:
    """Page `number` (from 1) of a version as PNG. Raises CannotRender, NotFound for no such page, Damaged for lost bytes."""
    renderer: Renderer = current_app.extensions[EXTENSION]
    if not system.blobs.exists(version.sha256):
        raise Damaged(digest=version.sha256)
    with system.blobs.local(version.sha256) as path:
        return renderer.page(path, version.media_type, version.filename, number)


def close(app: Flask) -> None:
    """End the renderer's processes; the application is not used again."""
    renderer: Renderer = app.extensions[EXTENSION]
    renderer.close()



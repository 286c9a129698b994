"""Pictures of pages, for the API and the pages. Drawn by the system's renderer: no PDF library in the web process."""

from admin.system import System
from archive.errors import Damaged
from archive.models import Version


def picture_of(system: System, version: Version, number: int) -> bytes:
    """Page `number` (from 1) of a version as PNG. Raises CannotRender, NotFound for no such page, Damaged for lost bytes."""
    if not system.blobs.exists(version.sha256):
        raise Damaged(digest=version.sha256)
    with system.blobs.local(version.sha256) as path:
        return system.renderer.page(path, version.media_type, version.filename, number)

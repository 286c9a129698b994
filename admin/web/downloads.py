"""Sending the bytes of a version: whole or a range, under its own name, never rendered as a page of ours.

Who may have them was decided by the caller. Where the store gives out links, a whole file is fetched there with one that
lives for a minute; ranges, pictures shown inline and everything else pass through here.
"""

from itertools import chain
from urllib.parse import quote

from flask import Response, request
from werkzeug.http import is_resource_modified

from admin.web.transfers import LONG, transfers
from archive.blobs.port import BlobStore
from archive.models import Version

SHOWN_INLINE = ("image/jpeg", "image/png")
LINK_SECONDS = 60


def send_version(blobs: BlobStore, version: Version, *, inline: bool = False) -> Response:
    """200, 206 for one range, 302 to the store, 304 for the same ETag, 416 for a range outside.

    Raises NotFound for lost bytes, EngineDown, Crowded.
    """
    size, tag = blobs.size(version.sha256), version.sha256.rpartition(":")[2]
    if not is_resource_modified(request.environ, etag=tag, last_modified=None):
        return Response(status=304, headers={"ETag": f'"{tag}"'})
    partial = _is_part_asked(tag)
    span = request.range.range_for_length(size) if partial and request.range else (0, size)
    if span is None:
        return Response(status=416, headers={"Content-Range": f"bytes */{size}"})
    if not (partial or inline or request.method == "HEAD") and (link := _link(blobs, version)):
        return link
    start, end = span
    headers = {
        "Content-Length": str(end - start), "Accept-Ranges": "bytes", "ETag": f'"{tag}"',
        "Content-Disposition": disposition(version.filename, inline=inline and version.media_type in SHOWN_INLINE),
        "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
        "Cache-Control": "private, no-cache"}
    if partial:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    response = Response(status=206 if partial else 200, mimetype=version.media_type, headers=headers)
    if request.method != "HEAD" and start < end:
        _attach(response, blobs, version.sha256, start, end)
    return response


def is_fetched(response: Response) -> bool:
    """Whether the file, or its beginning, goes out with this answer: what comes after is part of the same download."""
    if request.method == "HEAD" or response.status_code not in (200, 206, 302):
        return False
    return response.status_code != 206 or response.headers.get("Content-Range", "").startswith("bytes 0-")


def disposition(filename: str, *, inline: bool) -> str:
    """RFC 6266: the name for every browser, in ASCII and in full."""
    kind = "inline" if inline else "attachment"
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in filename)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


def _is_part_asked(tag: str) -> bool:
    """One range of bytes, of the file that is still the same; anything else is answered with the whole file."""
    wanted = request.range
    same = request.if_range.etag in (None, tag) and request.if_range.date is None
    return wanted is not None and wanted.units == "bytes" and len(wanted.ranges) == 1 and same


def _link(blobs: BlobStore, version: Version) -> Response | None:
    url = blobs.link(version.sha256, version.filename, version.media_type, LINK_SECONDS)
    return Response(status=302, headers={"Location": url, "Cache-Control": "no-store"}) if url else None


def _attach(response: Response, blobs: BlobStore, digest: str, start: int, end: int) -> None:
    """The first piece is asked for at once: an error of the store is still an answer then, not a broken download.

    A client that goes away, or a server that stops, closes the response, and that closes the store's stream.
    """
    if end - start > LONG:
        transfers().begin()
        response.call_on_close(transfers().end)
    pieces = blobs.pieces(digest, start, end)
    try:
        first = next(pieces)
    except BaseException:
        response.close()
        raise
    response.call_on_close(getattr(pieces, "close", lambda: None))
    response.response = chain((first,), pieces)

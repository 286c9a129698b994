"""One bucket of one S3 server: the plain S3 calls the archive makes, with time-outs, retries and its own errors.

The only module that calls the SDK. Keys and bytes; it knows nothing of what an object means. Traps met with real
servers, and minded here: a bucket with a default retention takes no PUT without Content-MD5; one Ceph gateway gives
lock dates with nanoseconds, which the SDK's own reader refuses; `rclone serve s3` ignores sub-resources it does not
know, so that setting a retention there would overwrite the object (`S3Protection` asks before).
"""

import base64
import hashlib
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from minio import Minio
from minio.datatypes import Part
from minio.helpers import DictType
from urllib3 import BaseHTTPResponse, PoolManager

from archive.blobs.port import Lock, LockMode
from archive.blobs.s3_address import S3Address
from archive.blobs.s3_errors import refused, spoken
from archive.blobs.s3_pool import Patience, pool_for
from archive.errors import EngineDown, NotFound

BLOCK = 1 << 18
XMLNS = "http://s3.amazonaws.com/doc/2006-03-01/"
_UNSUPPORTED = ("NotImplemented", "MethodNotAllowed")
_UNSET = ("ObjectLockConfigurationNotFoundError", "NoSuchObjectLockConfiguration")
_OURS = ("BucketAlreadyOwnedByYou", "BucketAlreadyExists")
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,6})?\d*Z?")


@dataclass(frozen=True, slots=True)
class Stat:
    """What the server says of an object. `stored` and `asked` are its clock's: when written, and when it answered."""

    size: int
    stored: datetime
    asked: datetime
    lock: Lock


class Bucket:
    """Constructing one touches no network; every call raises EngineDown where the server does not do its part."""

    def __init__(self, address: S3Address, patience: Patience | None = None) -> None:
        self.address = address
        self.name = address.bucket
        self._pool = pool_for(address, patience or Patience())
        self._client = _client(address, address.endpoint, address.secure, self._pool)
        public = urlsplit(address.public)
        self._public = _client(address, public.netloc, public.scheme == "https", self._pool) if address.public else None

    def stat(self, key: str, version: str | None = None) -> Stat | None:
        """None where there is no such object."""
        try:
            with spoken(self.name):
                found = self._client.stat_object(self.name, key, version_id=version)
        except NotFound:
            return None
        headers = {name.lower(): value for name, value in (found.metadata or {}).items()}
        stored = found.last_modified or datetime.fromtimestamp(0, UTC)
        asked = parsedate_to_datetime(headers["date"]) if "date" in headers else stored
        return Stat(found.size or 0, stored, asked, _lock(headers))

    def put(self, key: str, data: bytes, digest: str = "") -> bool:
        """One object in one request; whether the server's ETag proves that it received these bytes."""
        sent = _md5(data)
        headers: DictType = {"Content-Type": "application/octet-stream", "Content-MD5": _base64(sent)}
        if digest:
            headers["x-amz-meta-sha256"] = digest.rpartition(":")[2]
        with spoken(self.name, digest):
            return self._client._put_object(self.name, key, data, headers).etag == sent.hex()

    def begin(self, key: str, digest: str) -> str:
        """Open a multipart upload; its id."""
        with spoken(self.name, digest):
            return self._client._create_multipart_upload(
                self.name, key, {"x-amz-meta-sha256": digest.rpartition(":")[2]})

    def part(self, key: str, upload: str, number: int, data: memoryview, digest: str) -> tuple[str, bool]:
        """Send one part; its ETag, and whether that proves that the server received these bytes.

        The URL is signed and not the body, which spares both sides one more hash of it: the MD5 goes with it.
        """
        sent = _md5(data)
        with spoken(self.name, digest):
            url = self._client.get_presigned_url("PUT", self.name, key, expires=timedelta(hours=1), extra_query_params={
                "partNumber": str(number), "uploadId": upload})
            answer = self._pool.urlopen("PUT", url, body=_Blocks(data), headers={
                "Content-Length": str(len(data)), "Content-MD5": _base64(sent)})
        if answer.status != 200:
            refusal = re.search(rb"<Code>(\w{1,64})</Code>", answer.data)
            raise refused(refusal[1].decode() if refusal else str(answer.status), self.name, digest)
        tag = str(answer.headers.get("etag", "")).strip('"')
        return tag, tag == sent.hex()

    def complete(self, key: str, upload: str, tags: list[str], digest: str) -> str:
        """Make the object of its parts; its ETag, empty where the server names none."""
        parts = [Part(number, tag) for number, tag in enumerate(tags, 1)]
        with spoken(self.name, digest):
            made = self._client._complete_multipart_upload(self.name, key, upload, parts)
        if not made.object_name:  # some servers answer 200 first, and only then find that it went wrong
            raise refused("InternalError", self.name, digest)
        return made.etag or ""

    def abort(self, key: str, upload: str) -> None:
        with suppress(NotFound), spoken(self.name):  # it may have ended meanwhile
            self._client._abort_multipart_upload(self.name, key, upload)

    def unfinished(self, prefix: str) -> Iterator[tuple[str, str, datetime]]:
        """Key, id and beginning of every multipart upload under way."""
        marker: str | None = None
        while True:
            try:
                with spoken(self.name):
                    page = self._client._list_multipart_uploads(self.name, prefix=prefix, key_marker=marker)
            except NotFound:  # how rclone says that there is none
                return
            for upload in page.uploads:
                begun = upload.initiated_time or datetime.fromtimestamp(0, UTC)
                yield upload.object_name, upload.upload_id or "", begun
            if not page.is_truncated or not page.next_key_marker:
                return
            marker = page.next_key_marker

    def get(self, key: str, start: int, end: int, digest: str) -> BaseHTTPResponse:
        """The answer to a request for these bytes, its body unread. The caller closes it. Raises NotFound."""
        with spoken(self.name, digest):
            return self._client.get_object(self.name, key, offset=start, length=end - start)

    def versions(self, key: str) -> list[tuple[str, bool]] | None:
        """Id and whether it is a mere delete marker, of every version; None where the server knows no versions."""
        try:
            with spoken(self.name):
                found = list(self._client.list_objects(self.name, prefix=key, recursive=True, include_version=True))
        except EngineDown as refusal:
            if refusal.facts.get("answer") in _UNSUPPORTED:
                return None
            raise
        return [(one.version_id, one.is_delete_marker) for one in found if one.object_name == key and one.version_id]

    def remove(self, key: str, version: str | None = None) -> None:
        """Without a version, in a bucket that keeps versions, this only hides the object."""
        with spoken(self.name):
            self._client.remove_object(self.name, key, version_id=version)

    def keys(self, prefix: str) -> Iterator[tuple[str, datetime]]:
        """Key and time of every object whose key begins like this."""
        listed = self._client.list_objects(self.name, prefix=prefix, recursive=True)
        while True:
            with spoken(self.name):
                one = next(listed, None)
            if one is None:
                return
            yield one.object_name or "", one.last_modified or datetime.fromtimestamp(0, UTC)

    def retain(self, key: str, mode: LockMode, until: datetime, digest: str) -> None:
        """Sets it, to the next whole second. Making a governance retention firmer counts as bypassing it: a right of its own."""
        end = (until.astimezone(UTC) + timedelta(microseconds=999_999)).strftime("%Y-%m-%dT%H:%M:%SZ")
        xml = f'<Retention xmlns="{XMLNS}"><Mode>{mode.value.upper()}</Mode><RetainUntilDate>{end}</RetainUntilDate></Retention>'
        headers: DictType = {"Content-MD5": _base64(_md5(xml.encode()))}
        if mode is LockMode.COMPLIANCE:
            headers["x-amz-bypass-governance-retention"] = "true"
        with spoken(self.name, digest):
            self._client._execute("PUT", self.name, key, body=xml.encode(), headers=headers, query_params={"retention": ""})

    def hold(self, key: str, on: bool, digest: str) -> None:
        change = self._client.enable_object_legal_hold if on else self._client.disable_object_legal_hold
        with spoken(self.name, digest):
            change(self.name, key)

    def link(self, key: str, seconds: int, answer_headers: dict[str, str]) -> str | None:
        """A signed URL under the public address; None where there is none."""
        if self._public is None:
            return None
        return self._public.presigned_get_object(
            self.name, key, expires=timedelta(seconds=seconds), response_headers=dict(answer_headers))

    def there(self) -> bool:
        with spoken(self.name):
            return self._client.bucket_exists(self.name)

    def make(self, *, lock: bool) -> bool:
        """Create the bucket; False where somebody was faster."""
        try:
            with spoken(self.name):
                self._client.make_bucket(self.name, object_lock=lock)
        except EngineDown as refusal:
            if refusal.facts.get("answer") in _OURS:
                return False
            raise
        return True

    def drop(self) -> None:
        """Remove the empty bucket."""
        with spoken(self.name):
            self._client.remove_bucket(self.name)

    def ask(self, question: str) -> str:
        """The server's XML on a sub-resource of the bucket (`versioning`, `object-lock`); empty where it has none."""
        try:
            with spoken(self.name):
                return self._client._execute("GET", self.name, query_params={question: ""}).data.decode()
        except EngineDown as refusal:
            if refusal.facts.get("answer") in (*_UNSET, *_UNSUPPORTED):
                return ""
            raise

    def tell(self, question: str, xml: str) -> None:
        """Set a sub-resource of the bucket."""
        body = xml.encode()
        with spoken(self.name):
            self._client._execute("PUT", self.name, body=body, query_params={question: ""}, headers={
                "Content-MD5": _base64(_md5(body))})


class _Blocks:
    """A body in blocks, given out again for a repeated request. Sent whole, it would have to go in one time-out."""

    def __init__(self, data: memoryview) -> None:
        self.data = data

    def __iter__(self) -> Iterator[memoryview]:
        return (self.data[at:at + BLOCK] for at in range(0, len(self.data), BLOCK))


def _client(address: S3Address, endpoint: str, secure: bool, pool: PoolManager) -> Minio:
    return Minio(endpoint, access_key=address.key, secret_key=address.secret, secure=secure, region=address.region,
                 http_client=pool)


def _md5(data: bytes | memoryview) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()


def _base64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


def _lock(headers: dict[str, str]) -> Lock:
    mode = headers.get("x-amz-object-lock-mode", "").lower()
    found = _INSTANT.match(headers.get("x-amz-object-lock-retain-until-date", ""))
    until = datetime.fromisoformat(found[1] + (found[2] or "")).replace(tzinfo=UTC) if found else None
    known = mode in (one.value for one in LockMode) and until is not None
    hold = headers.get("x-amz-object-lock-legal-hold", "").upper() == "ON"
    return Lock(LockMode(mode) if known else None, until if known else None, hold)

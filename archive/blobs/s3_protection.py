"""What protects the objects of a bucket as a whole: versions, object lock, default retention. Asked for, made, read back."""

from contextlib import suppress
from dataclasses import dataclass
from xml.etree.ElementTree import Element, fromstring

from archive.blobs.port import LockMode
from archive.blobs.s3_address import S3Address
from archive.blobs.s3_bucket import XMLNS, Bucket
from archive.blobs.s3_errors import spoken
from archive.errors import ArchiveError, StoreUnfit

_VERSIONED = f'<VersioningConfiguration xmlns="{XMLNS}"><Status>Enabled</Status></VersioningConfiguration>'
DAYS_OF_YEAR = 365


@dataclass(frozen=True, slots=True)
class Protection:
    """`versioning`: Enabled, Suspended or empty. `lock`: whether objects can be locked. `days` 0: no default retention."""

    versioning: str
    lock: bool
    mode: LockMode | None = None
    days: int = 0


def read(bucket: Bucket) -> Protection:
    """The settings as the server has them now. Raises EngineDown, also where there is no such bucket.

    A server that does not know a sub-resource may answer with something else altogether: only what names itself counts.
    """
    versioning = _answer(bucket, "versioning", "Versioning")
    lock = _answer(bucket, "object-lock", "ObjectLockConfiguration")
    if lock is None or _text(lock, "ObjectLockEnabled") != "Enabled":
        return Protection(_text(versioning, "Status"), lock=False)
    mode, days, years = (_text(lock, name) for name in ("Mode", "Days", "Years"))
    known = mode.lower() in (one.value for one in LockMode)
    span = int(days) if days.isdigit() else int(years) * DAYS_OF_YEAR if years.isdigit() else 0
    return Protection(_text(versioning, "Status"), lock=True, mode=LockMode(mode.lower()) if known else None,
                      days=span if known else 0)


def prepare(bucket: Bucket, address: S3Address) -> None:
    """Make the bucket where there is none, and set what is asked. Raises StoreUnfit where it cannot protect so."""
    made = not bucket.there() and bucket.make(lock=address.lock is not None)
    if address.lock is None:
        return
    found = read(bucket)
    if not found.lock:
        if made:
            with suppress(ArchiveError):  # it stays empty and harmless
                bucket.drop()
        raise StoreUnfit(place=address.place, reason=(
            "此 S3 服务器不支持对象锁定。请换一种服务器，或去掉 lock 选项。" if made else
            "设置要求保护期，而这个桶没有启用对象锁定，建桶之后也不能再启用。请换一个新的桶名，或去掉 lock 选项。"))
    if found.versioning != "Enabled":
        bucket.tell("versioning", _VERSIONED)
    if (found.mode, found.days) != (address.lock, address.days):
        bucket.tell("object-lock", retention(address.lock.value.upper(), address.days))
    if alarms := differences(read(bucket), address):
        raise StoreUnfit(place=address.place, reason="服务器没有接受保护设置：" + "".join(alarms))


def differences(found: Protection, address: S3Address) -> tuple[str, ...]:
    """Where the bucket protects otherwise than the settings ask, for a person. More than was asked is no difference."""
    if address.lock is None:
        return ()
    if not found.lock:
        return ("设置要求保护期，而桶没有启用对象锁定，对象可被删除；请换一个启用了锁定的桶。",)
    alarms = []
    if found.versioning != "Enabled":
        alarms.append("桶的版本控制已暂停，对象可被覆盖；请重新启用版本控制。")
    if (found.mode, found.days) != (address.lock, address.days):
        alarms.append(f"桶的默认保护是“{told(found.mode, found.days)}”，设置要求“{told(address.lock, address.days)}”；"
                      "请查明是谁改的，核对后运行 dangan init 恢复。")
    return tuple(alarms)


def retention(mode: str, days: int) -> str:
    """The server's XML for a default retention."""
    return (f'<ObjectLockConfiguration xmlns="{XMLNS}"><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule>'
            f"<DefaultRetention><Mode>{mode}</Mode><Days>{days}</Days></DefaultRetention></Rule></ObjectLockConfiguration>")


def told(mode: LockMode | None, days: int) -> str:
    return f"{mode.value} {days} 天" if mode else "无"


def _answer(bucket: Bucket, question: str, name: str) -> Element | None:
    xml = bucket.ask(question)
    with spoken(bucket.name):
        root = fromstring(xml) if xml else None  # noqa: S314 - our own server; expat stops entity bombs
    return root if root is not None and name in _local(root) else None


def _text(root: Element | None, name: str) -> str:
    """The text of the first element of this name, wherever it is and whatever its name space."""
    if root is None:
        return ""
    return next(((one.text or "").strip() for one in root.iter() if _local(one) == name), "")


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]

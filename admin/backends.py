"""Which implementation stands behind each port, chosen by the settings. The imports of an engine happen only where it is used."""

from contextlib import ExitStack
from pathlib import Path

from admin.locks import FolderLock
from admin.mail.folder import FolderMailer
from admin.mail.port import Mailer
from admin.mail.smtp import Server, SmtpMailer
from admin.settings import BadSetting, Settings, smtp_address
from archive.blobs.folder import FolderBlobs
from archive.blobs.port import BlobStore
from archive.mongo.embedded import EmbeddedMongo
from search.port import SearchIndex

NOT_YET = {
    "s3_url": "S3，请先去掉此设置，使用内置文件夹", "elasticsearch_url": "Elasticsearch，请先去掉此设置，使用内置索引",
    "clamd_url": "查毒，请先去掉此设置"}


def check(settings: Settings) -> None:
    """Refuse what this version cannot do rather than leave it out in silence. Raises BadSetting."""
    for name, what in NOT_YET.items():
        if getattr(settings, name):
            raise BadSetting(name=f"DANGAN_{name.upper()}", problem=f"本版本尚不支持{what}。")


def mongodb_url(settings: Settings, closing: ExitStack) -> str:
    if settings.mongodb_url:
        return settings.mongodb_url
    share = EmbeddedMongo.attach(settings.data_dir)
    closing.callback(share.release)
    return share.url


def blob_store(settings: Settings) -> BlobStore:
    return FolderBlobs(settings.data_dir / "objects")


def staging_folder(settings: Settings) -> Path:
    """On the same file system as the objects where those are files, so that keeping a file is a rename."""
    return settings.data_dir / "objects" / "incoming"


def search_index(settings: Settings, closing: ExitStack, *, writable: bool) -> SearchIndex:
    from search.backends.tantivy_index import TantivyIndex

    index = TantivyIndex(settings.data_dir / "index", writable=writable)
    closing.callback(index.close)
    return index


def mailer(settings: Settings) -> Mailer:
    if not settings.smtp_url:
        return FolderMailer(settings.data_dir / "mail")
    address = smtp_address(settings.smtp_url)
    server = Server(address.host, address.port, tls=address.tls, user=address.user, password=address.password,
                    starttls=address.starttls)
    return SmtpMailer(server, address.sender)


def worker_lock(settings: Settings, closing: ExitStack) -> bool:
    """The embedded index has one writer: whether this process may be it."""
    lock = FolderLock(settings.data_dir / "worker.lock")
    if not lock.acquire("worker"):
        return False
    closing.callback(lock.release)
    return True

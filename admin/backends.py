"""Which implementation stands behind each port, chosen by the settings. The imports of an engine happen only where it is used."""

from contextlib import ExitStack
from pathlib import Path

from admin.locks import FolderLock
from admin.mail.address import smtp_address
from admin.mail.folder import FolderMailer
from admin.mail.port import Mailer
from admin.mail.smtp import Server, SmtpMailer
from admin.settings import Settings
from archive.blobs.folder import FolderBlobs
from archive.blobs.port import BlobStore
from archive.blobs.s3_address import S3Address
from archive.mongo.embedded import EmbeddedMongo
from ingest.ocr.none import NoOcr
from ingest.ocr.port import Ocr
from ingest.ocr.rapid import RapidOcr, available
from ingest.scanners.none import NoScanner
from ingest.scanners.port import Scanner
from search.backends.elastic_address import ElasticAddress
from search.port import SearchIndex


def mongodb_url(settings: Settings, closing: ExitStack) -> str:
    if settings.mongodb_url:
        return settings.mongodb_url
    share = EmbeddedMongo.attach(settings.data_dir)
    closing.callback(share.release)
    return share.url


def blob_store(settings: Settings) -> BlobStore:
    if not settings.s3_url:
        return FolderBlobs(settings.data_dir / "objects")
    from archive.blobs.s3 import S3Blobs

    return S3Blobs(S3Address.parse(settings.s3_url), scratch=staging_folder(settings))


def staging_folder(settings: Settings) -> Path:
    """On the same file system as the objects where those are files, so that keeping a file is a rename."""
    return settings.data_dir / "incoming" if settings.s3_url else settings.data_dir / "objects" / "incoming"


def search_index(settings: Settings, closing: ExitStack, *, writable: bool) -> SearchIndex:
    if settings.elasticsearch_url:
        from search.backends.elastic_index import ElasticIndex

        server = ElasticIndex(ElasticAddress.parse(settings.elasticsearch_url))
        closing.callback(server.close)
        return server
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
    return SmtpMailer(server, address.sender, address.bounce)


def scanner(settings: Settings) -> Scanner:
    if not settings.clamd_url:
        return NoScanner()
    from ingest.scanners.clamd import ClamdScanner

    return ClamdScanner(settings.clamd_url)


def ocr(settings: Settings, closing: ExitStack) -> Ocr:
    """Starts no process until a page is to be read. Where the engine is not installed, scans wait until it is."""
    if settings.ocr == "none" or not available():
        return NoOcr()
    engine = RapidOcr(settings.ocr_workers)
    closing.callback(engine.close)
    return engine


def worker_lock(settings: Settings, closing: ExitStack) -> bool:
    """The embedded index has one writer: whether this process may be it. A server's index has any number."""
    if settings.elasticsearch_url:
        return True
    lock = FolderLock(settings.data_dir / "worker.lock")
    if not lock.acquire("worker"):
        return False
    closing.callback(lock.release)
    return True

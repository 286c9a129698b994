"""Which reader takes which kind of bundle apart: one table."""

from collections.abc import Mapping

from ingest.media_types import OFD, ZIP
from ingest.unpacking import attached, foreign, mails, separated, tars, zips
from ingest.unpacking.entries import Job, Reader

READERS: Mapping[str, Reader] = {
    ZIP: zips.entries,
    "application/x-7z-compressed": foreign.entries, "application/vnd.rar": foreign.entries,
    "application/x-tar": tars.entries, "application/gzip": tars.entries, "application/x-bzip2": tars.entries,
    "application/x-xz": tars.entries,
    "message/rfc822": mails.eml, "application/vnd.ms-outlook": mails.msg,
    "application/pdf": attached.pdf, OFD: attached.ofd,
}


def reader_for(job: Job) -> Reader:
    return separated.entries if job.split else READERS[job.media_type]

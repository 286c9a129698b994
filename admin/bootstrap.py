"""The composition root: the only module that turns settings into a working system. Importing it does nothing."""

import dataclasses
from contextlib import ExitStack
from typing import Any, TypeVar

from admin import backends
from admin.backup import marker
from admin.derived import DerivedFiles
from admin.settings import Settings, with_secret_key
from admin.storage.routes import moving_blobs
from admin.system import System
from archive import models
from archive.clock import Clock, SystemClock
from archive.models.connection import connect, disconnect, prepare
from archive.queries import texts_of
from ingest.identification import Identifier
from ingest.intake import Intaker
from ingest.rendering import Renderer
from ingest.sandbox import Sandbox
from ingest.unpack import Unpacker
from ingest.unpacking.budget import UnpackLimits
from retention import models as retention_models
from retention.alerts import Judge
from search.service import SearchService

Part = TypeVar("Part", Renderer, Identifier)


def build(settings: Settings, *, work: bool = False, read: bool = False, clock: Clock | None = None, **replace: Any) -> System:
    """Wire the system for one process. `work`: become the worker where nobody else is. `read`: files will be read at once.

    Any part of `System` may be replaced by keyword, for tests. Only `restoring` opens an archive whose restore was
    begun and not finished. Raises EngineDown, BadSetting, HalfRestored.
    """
    settings = with_secret_key(settings)
    closing = ExitStack()
    try:
        return _build(settings, closing, work, read, clock or SystemClock(settings.timezone), replace)
    except BaseException:
        closing.close()
        raise


def _build(settings: Settings, closing: ExitStack, work: bool, read: bool, clock: Clock, replace: dict[str, Any]) -> System:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    mailer = replace.pop("mailer", None) or backends.mailer(settings)
    works = work and backends.worker_lock(settings, closing)
    sandbox = replace.pop("sandbox", None) or closing.enter_context(Sandbox(settings.readers if works else 2))
    if read:
        sandbox.warm_up()  # while the database starts
    connect(backends.mongodb_url(settings, closing))
    closing.callback(disconnect)
    if not replace.pop("restoring", False):
        marker.require_whole()
    prepare((*models.ALL, *retention_models.ALL))
    blobs = replace.pop("blobs", None) or moving_blobs(settings, clock)
    index = replace.pop("index", None) or backends.search_index(settings, closing, writable=works)
    renderer = replace.pop("renderer", None) or _closing(closing, Renderer())
    intake = Intaker(blobs, sandbox, clock, backends.staging_folder(settings), settings.max_upload,
                     backends.scanner(settings), identifier=_closing(closing, Identifier()), through=not settings.s3_url)
    limits = UnpackLimits(settings.unpack_members, settings.unpack_bytes, settings.unpack_ratio, settings.unpack_depth)
    ocr = replace.pop("ocr", None) or backends.ocr(settings, closing)
    system = System(
        settings=settings, clock=clock, blobs=blobs, index=index, mailer=mailer, sandbox=sandbox, renderer=renderer, works=works,
        derived=DerivedFiles(settings.data_dir / "derived", settings.derived_size),
        ocr=ocr,
        search=SearchService(index, texts_of),
        intake=intake, unpacker=Unpacker(blobs, intake, clock, limits),
        judge=Judge(clock, settings.workdays, settings.rules, settings.timezone),
        closers=(closing.close,))
    return dataclasses.replace(system, **replace)


def _closing(closing: ExitStack, part: Part) -> Part:
    """It starts no process until it is asked for something; those it started end with the system."""
    closing.callback(part.close)
    return part

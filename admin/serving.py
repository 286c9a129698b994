"""Running for good: the web process, the worker process, and the little supervisor that keeps both alive.

The supervisor holds the data folder's lock and a share in its mongod, so the database outlives a child that is being
restarted. Children ask the kernel to end them when the supervisor dies.
"""

import ctypes
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from logging.handlers import RotatingFileHandler

import click

from admin import protection
from admin.backends import staging_folder
from admin.bootstrap import build
from admin.locks import FolderLock
from admin.notices.watchdog import EXTENSION as WATCHDOG
from admin.notices.watchdog import Watchdog
from admin.scheduler import Scheduler
from admin.settings import BadSetting, Settings, environment_for
from admin.sources import source_threads
from admin.web.app import create_app
from admin.web.server import WebServer
from admin.worker import working
from archive.errors import ArchiveError, EngineDown
from archive.mongo.embedded import EmbeddedMongo

STOP_SECONDS = 20
LAST_SECONDS = 17.0  # of a worker that is told to stop
AFTER_SECONDS = 5.0  # of a web process whose requests have ended, for which it waited ten seconds
QUICK_DEATH = 5.0
LOG_BYTES, LOGS_KEPT = 10 << 20, 5


class PortTaken(ArchiveError):
    code = "serve.port-taken"
    text = "端口 {port} 已被占用，无法启动网页服务。请用 --port 换一个端口，或先停止占用它的程序。"


def supervise(settings: Settings, host: str, port: int) -> None:
    """Run web and worker until a signal comes; restart the one that dies.

    Raises FolderBusy, PortTaken, and what building the system raises: a half that can never start is not started.
    """
    with ExitStack() as closing:
        lock = FolderLock(settings.data_dir / "serve.lock")
        lock.require(f"dangan serve，http://{host}:{port}")
        closing.callback(lock.release)
        _check_port(host, port)
        share = None if settings.mongodb_url else closing.enter_context(EmbeddedMongo.attach(settings.data_dir))
        build(settings).close()
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        environment = environment_for(settings)
        children = [Child(arguments, environment) for arguments in (["web", "--host", host, "--port", str(port)], ["worker"])]
        closing.callback(_stop, children)
        for child in children:
            child.start()
        click.echo(f"档案已启动：http://{host}:{port}  （Ctrl-C 停止）")
        while not stop.wait(0.5):
            _look_after(children, share)


def _look_after(children: Sequence["Child"], share: EmbeddedMongo | None) -> None:
    if share is not None:
        try:
            share.keep()
        except EngineDown as error:  # the disk is full, say: said once a round, tried again the next
            click.echo(str(error), err=True)
    for child in children:
        child.revive()


def _stop(children: Sequence["Child"]) -> None:
    for child in children:
        child.ask_to_stop()
    for child in children:
        child.wait()


class Child:
    """One half of the archive as a subprocess. One that dies at once is not restarted at once."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.command = [sys.executable, "-m", "admin", *arguments, "--supervised"]
        self.process: subprocess.Popen[bytes] | None = None
        self.started = self.not_before = 0.0

    def start(self) -> None:
        self.started = time.monotonic()
        # Ctrl-C at the terminal reaches the supervisor alone, which then stops the children in order.
        self.process = subprocess.Popen(self.command, env=self.environment, start_new_session=True,  # noqa: S603
                                        preexec_fn=_die_with_parent)

    def revive(self) -> None:
        now = time.monotonic()
        if self.process is None or self.process.poll() is None:
            return
        if self.not_before <= self.started:
            self.not_before = now + (0.0 if now - self.started > QUICK_DEATH else QUICK_DEATH)
        if now >= self.not_before:
            click.echo(f"{self.command[3]} 进程退出（{self.process.returncode}），正在重新启动。", err=True)
            self.start()

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait(self) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def run_web(settings: Settings, host: str, port: int, *, supervised: bool) -> None:
    """The web process: cheroot over the Flask application, until SIGTERM or SIGINT."""
    _log_to(settings, "web", supervised)
    _check_port(host, port)
    system = build(settings)
    protection.report(system)
    # What libraries put into temporary files waits beside the objects: /tmp may be memory.
    tempfile.tempdir = str(staging_folder(settings))
    app = create_app(system)
    watchdog: Watchdog = app.extensions[WATCHDOG]
    watchdog.start()
    try:
        WebServer(app, host, port).run()
    finally:
        watchdog.stop()
        _end_within(AFTER_SECONDS)  # a look at an engine that does not answer is not waited for
        system.close()


def run_worker(settings: Settings, *, supervised: bool) -> None:
    """The worker process: outbox and scheduler, until SIGTERM or SIGINT; what is claimed is finished first, or given back.

    Any number may run on one database; with the embedded index one a data folder. Raises EngineDown, BadSetting.
    """
    _log_to(settings, "worker", supervised)
    system = build(settings, work=True)
    try:
        if not system.works:
            raise BadSetting(name="DANGAN_DATA_DIR", problem=f"{settings.data_dir} 已有一个后台进程在运行，无需再启动。")
        protection.report(system)
        with working(system):
            scheduler = Scheduler(system)
            scheduler.start()
            sources = source_threads(system)
            for source in sources:
                source.start()
            _wait_for_signal()
            _end_within(LAST_SECONDS)
            for source in sources:
                source.ask_to_stop()
            scheduler.stop()
            for source in sources:
                source.stop()
    finally:
        system.close()


def _wait_for_signal() -> None:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    stop.wait()


def _end_within(seconds: float) -> None:
    """Whatever still runs then is like a crash, from which everything recovers: better than to be in the way of a restart."""
    def end() -> None:
        logging.getLogger("dangan.serving").warning("did not end within %.0f s", seconds)
        os._exit(0)

    last = threading.Timer(seconds, end)
    last.daemon = True
    last.start()


def _check_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise PortTaken(port=port) from None


def _log_to(settings: Settings, name: str, supervised: bool) -> None:
    """To a file that is turned over; warnings to standard error as well, unless that is the terminal of `serve`."""
    folder = settings.data_dir / "log"
    folder.mkdir(parents=True, exist_ok=True)
    file = RotatingFileHandler(folder / f"{name}.log", maxBytes=LOG_BYTES, backupCount=LOGS_KEPT, encoding="utf-8")
    keeper = logging.StreamHandler()
    keeper.setLevel(logging.WARNING)
    handlers: list[logging.Handler] = [file] if supervised else [file, keeper]
    logging.basicConfig(handlers=handlers, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
    if os.getppid() == 1:
        os.kill(os.getpid(), signal.SIGTERM)

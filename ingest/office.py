"""Office files as PDF, made by LibreOffice behind a wall of its own: one conversion, one process, one throw-away profile.

The file is copied into a folder that holds nothing else; macros, links and everything that would fetch something are
switched off in the profile; there is no network where the kernel allows; memory, time and output are limited. What comes
back is a rendition: it shows the file, the original stays what counts. The wall itself is `ingest.office_launcher`.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Self

from archive.errors import ArchiveError
from ingest.media_types import DOCX, PPTX, XLSX

_WRITER, _CALC, _IMPRESS = "libreoffice-writer-nogui", "libreoffice-calc-nogui", "libreoffice-impress-nogui"
PACKAGES = (_WRITER, _CALC, _IMPRESS)
_ODF = "application/vnd.oasis.opendocument."
# Media type to the name a copy gets and the package that reads it.
KINDS: dict[str, tuple[str, str]] = {
    DOCX: ("docx", _WRITER), DOCX.replace(".document", ".template"): ("dotx", _WRITER),
    "application/vnd.ms-word.document.macroenabled.12": ("docm", _WRITER), "application/msword": ("doc", _WRITER),
    "application/rtf": ("rtf", _WRITER), f"{_ODF}text": ("odt", _WRITER),
    XLSX: ("xlsx", _CALC), XLSX.replace(".sheet", ".template"): ("xltx", _CALC),
    "application/vnd.ms-excel.sheet.macroenabled.12": ("xlsm", _CALC), "application/vnd.ms-excel": ("xls", _CALC),
    f"{_ODF}spreadsheet": ("ods", _CALC),
    PPTX: ("pptx", _IMPRESS), PPTX.replace(".presentation", ".slideshow"): ("ppsx", _IMPRESS),
    PPTX.replace(".presentation", ".template"): ("potx", _IMPRESS),
    "application/vnd.ms-powerpoint.presentation.macroenabled.12": ("pptm", _IMPRESS),
    "application/vnd.ms-powerpoint": ("ppt", _IMPRESS), f"{_ODF}presentation": ("odp", _IMPRESS),
}
MEDIA_TYPES = frozenset(KINDS)
_ROOT = Path(__file__).resolve().parent.parent
_RESTARTED = 81     # what LibreOffice says after the first look at a new profile
_PDF = b"%PDF-"
_VERSION_SECONDS = 60


class NoRendition(ArchiveError):
    """There is no PDF of this file; the original is untouched."""

    code = "ingest.no-rendition"
    text = "{reason}"

    def __init__(self, reason: str, *, lasting: bool = False) -> None:
        super().__init__(reason=reason)
        self.lasting = lasting    # the file's own fault: trying again would end the same


@dataclass(frozen=True, slots=True)
class OfficeLimits:
    """What one conversion may use; `wait_seconds` is how long somebody waits for the conversion before."""

    cpu_seconds: int = 90
    wall_seconds: float = 120.0
    memory_mb: int = 3072      # address space: LibreOffice maps much more than it uses
    output_mb: int = 256
    input_mb: int = 100
    wait_seconds: float = 120.0


def program() -> Path | None:
    """LibreOffice on this machine: the program itself, not the script that starts it."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    binary = Path(found).resolve().with_name("soffice.bin") if found else None
    return binary if binary and binary.exists() else None


@cache
def version() -> str:
    """Name and version, empty where it is not installed. Asked once: an update needs a restart, as of every program."""
    binary = program()
    if binary is None:
        return ""
    with tempfile.TemporaryDirectory(prefix="dangan-office-", ignore_cleanup_errors=True) as folder:
        command = [str(binary), f"-env:UserInstallation={Path(folder).as_uri()}", "--version"]
        said = subprocess.run(command, capture_output=True, timeout=_VERSION_SECONDS, check=False,  # noqa: S603
                              env={"HOME": folder, "PATH": "/usr/bin:/bin"}, cwd=folder)
    return said.stdout.decode("utf-8", "replace").strip()[:100] or "LibreOffice"


class Office:
    """Converts one file at a time. Safe to share between threads; close it, or use `with`."""

    def __init__(self, limits: OfficeLimits | None = None, binary: Path | None = None) -> None:
        self.limits = limits or OfficeLimits()
        self._binary = binary
        self._busy = threading.Semaphore(1)
        # The kernel ends a conversion with the thread that started it, so that thread lives as long as this.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="office-starter")
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End a conversion under way; it raises NoRendition for whoever waits."""
        self._closed = True
        if self._process is not None:
            _end(self._process)
        self._starter.shutdown(wait=True)

    @contextmanager
    def pdf(self, path: Path, media_type: str) -> Iterator[Path]:
        """A PDF of the file, there until the block ends. Raises NoRendition with a reason for the reader."""
        name, package = KINDS[media_type]
        binary = self._binary or program()
        if binary is None:
            raise NoRendition(f"服务器没有安装 LibreOffice，不能显示此类文件的页面；请管理员安装 Debian 包 {package}。")
        if path.stat().st_size > self.limits.input_mb << 20:
            raise NoRendition(f"文件超过 {self.limits.input_mb} MB，不制作页面图像。", lasting=True)
        if not self._busy.acquire(timeout=self.limits.wait_seconds):
            raise NoRendition("正在转换其他文件，请稍后再试。")
        try:
            with tempfile.TemporaryDirectory(prefix="dangan-office-", ignore_cleanup_errors=True) as folder:
                yield self._converted(binary, path, Path(folder), name, package)
        finally:
            self._busy.release()

    def _converted(self, binary: Path, path: Path, folder: Path, name: str, package: str) -> Path:
        source, target = folder / f"file.{name}", folder / "out" / "file.pdf"
        shutil.copyfile(path, source)
        _write_profile(folder / "profile")
        deadline = monotonic() + self.limits.wall_seconds
        for _ in range(2):
            status = self._run(binary, folder, source, deadline)
            if status != _RESTARTED:
                break
        if not target.exists():
            said = (folder / "said").read_bytes()[-2000:].decode("utf-8", "replace")
            # It says so on a machine that has other parts of it, or where the file is no such file.
            lacks = "source file could not be loaded" in said and not _has(binary, package)
            if lacks:
                raise NoRendition(f"服务器缺少转换此类文件的组件，请管理员安装 Debian 包 {package}。")
            raise NoRendition("此文件不能转换为页面图像，可能已损坏或设有密码。", lasting=True)
        with target.open("rb") as file:
            if target.stat().st_size > self.limits.output_mb << 20 or file.read(5) != _PDF:
                raise NoRendition(f"转换结果超过 {self.limits.output_mb} MB 的上限。", lasting=True)
        return target

    def _run(self, binary: Path, folder: Path, source: Path, deadline: float) -> int:
        process = self._process = self._starter.submit(self._start, binary, folder, source).result()
        try:
            return process.wait(max(deadline - monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            raise NoRendition(f"转换用时超过 {self.limits.wall_seconds:g} 秒，已中止。", lasting=True) from None
        finally:
            _end(process)
            self._process = None

    def _start(self, binary: Path, folder: Path, source: Path) -> "subprocess.Popen[bytes]":
        if self._closed:
            raise NoRendition("系统正在停止，请稍后再试。")
        command = [sys.executable, "-P", "-m", "ingest.office_launcher", json.dumps(asdict(self.limits)), str(os.getpid()),
                   str(binary), f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore",
                   "--nolockcheck", "--nodefault", "--nologo", "--convert-to", "pdf", "--outdir", str(folder / "out"), str(source)]
        environment = {"PYTHONPATH": str(_ROOT), "PATH": "/usr/bin:/bin", "HOME": str(folder), "TMPDIR": str(folder),
                       "LANG": "zh_CN.UTF-8", "SAL_USE_VCLPLUGIN": "svp"}
        with (folder / "said").open("ab") as said:
            return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, cwd=folder,  # noqa: S603
                                    env=environment, start_new_session=True)


def _has(binary: Path, package: str) -> bool:
    """Whether the part of LibreOffice that a package brings is there."""
    part = {_WRITER: "libswlo.so", _CALC: "libsclo.so", _IMPRESS: "libsdlo.so"}[package]
    return binary.with_name(part).exists()


def missing_packages() -> tuple[str, ...]:
    """The packages this machine lacks to show every Office file."""
    binary = program()
    return tuple(package for package in PACKAGES if binary is None or not _has(binary, package))


def _end(process: "subprocess.Popen[bytes]") -> None:
    """It and what it started; until it is waited for its number is nobody else's."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


# Path in LibreOffice's registry, name, value: nothing runs, nothing is fetched, nothing outside the file is read.
_SWITCHES = (
    ("org.openoffice.Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("org.openoffice.Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("org.openoffice.Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("org.openoffice.Office.Common/Security/Scripting", "DisableActiveContent", "true"),
    ("org.openoffice.Office.Writer/Content/Update", "Link", "2"),
    ("org.openoffice.Office.Calc/Content/Update", "Link", "2"),
    ("org.openoffice.Office.Common/Misc", "FirstRun", "false"),
    ("org.openoffice.Office.Common/Save/Document", "CreateBackup", "false"),
)


def _write_profile(folder: Path) -> None:
    items = "".join(f'<item oor:path="/{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
                    for path, name, value in _SWITCHES)
    (folder / "user").mkdir(parents=True)
    (folder / "user" / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry" '
        'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"{items}</oor:items>", encoding="utf-8")

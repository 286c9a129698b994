"""What this machine has and lacks: each thing looked at, what is wrong, and which package brings what is missing."""

import ctypes.util
import hashlib
import platform
import shutil
import ssl
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from admin.settings import Settings
from archive.mongo.guardian import mongod_binary
from ingest import office
from ingest.drawing.ofd.fonts import PACKAGE as FONTS
from ingest.drawing.ofd.fonts import has_chinese

LEAST_FREE = 2 << 30


@dataclass(frozen=True, slots=True)
class Check:
    """`state`: ok, missing (costs only a feature) or bad (the archive cannot work). `advice` is for a person."""

    name: str
    state: str
    detail: str
    advice: str = ""


TOOLS: tuple[tuple[str, tuple[str, ...], str, str], ...] = (
    ("Chromium", ("chromium", "chromium-browser", "google-chrome"), "chromium", "只影响开发者的浏览器测试"),
    ("clamd", ("clamd",), "clamav-daemon", "上传查毒；也可用 DANGAN_CLAMD_URL 指向另一台机器"),
)


def examine(settings: Settings) -> list[Check]:
    return [*_runtime(), *_mongod(settings), *_folder(settings), *_tools(), *_pages(), *_libraries()]


def _runtime() -> Iterator[Check]:
    good = sys.version_info >= (3, 11)
    yield Check("Python", "ok" if good else "bad", platform.python_version(), "" if good else "请安装 Python 3.11 或更高版本")
    sm3 = "sm3" in hashlib.algorithms_available
    yield Check("SM3 摘要", "ok" if sm3 else "bad", ssl.OPENSSL_VERSION, "" if sm3 else "需要 OpenSSL 3（Debian 包 libssl3）")
    yield Check("Tantivy", "ok", version("tantivy"))


def _mongod(settings: Settings) -> Iterator[Check]:
    if settings.mongodb_url:
        yield Check("MongoDB", "ok", "使用外部副本集")
        return
    curl = ctypes.util.find_library("curl")
    yield Check("libcurl.so.4", "ok" if curl else "bad", curl or "没有找到", "" if curl else "请安装 Debian 包 libcurl4")
    try:
        yield Check("内置 mongod", "ok", str(mongod_binary().name) + " 6.0.5")
    except SystemExit as error:
        yield Check("内置 mongod", "bad", "没有找到", str(error))


def _folder(settings: Settings) -> Iterator[Check]:
    folder = settings.data_dir
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    enough = free >= LEAST_FREE
    yield Check("磁盘", "ok" if enough else "bad", f"{settings.data_dir} 所在磁盘剩余 {free / (1 << 30):.1f} GiB",
                "" if enough else "剩余不足 2 GiB，请清理或更换 DANGAN_DATA_DIR")
    writable = _writable(folder)
    yield Check("权限", "ok" if writable else "bad", str(folder), "" if writable else "当前用户不能写入，请调整所有者或权限")


def _writable(folder: Path) -> bool:
    probe = folder / ".dangan-probe"
    try:
        probe.touch()
        probe.unlink()
    except OSError:
        return False
    return True


def _libraries() -> Iterator[Check]:
    found = ctypes.util.find_library("archive")
    yield Check("libarchive", "ok" if found else "missing", found or "没有找到（7z、RAR 解包）",
                "" if found else "需要时安装 Debian 包：libarchive13")


def _tools() -> Iterator[Check]:
    yield Check("tesseract", "ok", "不需要：光学识别用随程序安装的引擎")    # many look for it here
    for name, programs, package, purpose in TOOLS:
        found = next((path for path in map(shutil.which, programs) if path), None)
        yield Check(name, "ok" if found else "missing", found or f"没有找到（{purpose}）",
                    "" if found else f"需要时安装 Debian 包：{package}")


def _pages() -> Iterator[Check]:
    """What showing pages needs beyond the program's own parts."""
    lacking = office.missing_packages()
    yield Check("LibreOffice", "missing" if lacking else "ok", office.version() or "没有找到（Office 文件的页面图像）",
                f"需要时安装 Debian 包：{' '.join(lacking)}" if lacking else "")
    chinese = has_chinese()
    yield Check("中文字体", "ok" if chinese else "missing", "已安装" if chinese else "没有找到（OFD 和未嵌入字体的文件的页面图像）",
                "" if chinese else f"需要时安装 Debian 包：{FONTS}")

"""Optical recognition as operators see it: which engine there is, what waits for it, what waits for a person."""

from dataclasses import dataclass

from admin.doctor import Check
from admin.system import System
from archive.effects import OCR
from archive.events import lag
from archive.models import TextRecord
from archive.transaction import collection


@dataclass(frozen=True, slots=True)
class Standing:
    """`engine` is empty where scans are only kept; `waiting` and `doubtful` count documents."""

    engine: str
    waiting: int
    doubtful: int


def standing(system: System) -> Standing:
    return Standing(system.ocr.engine, lag(system.clock.now(), OCR).waiting,
                    int(collection(TextRecord).count_documents({"doubtful.0": {"$exists": True}})))


def check(system: System) -> Check:
    """The line of `dangan doctor`."""
    stands = standing(system)
    if stands.engine:
        return Check("光学识别", "ok", f"{stands.engine}，排队 {stands.waiting} 件，待人核对 {stands.doubtful} 件")
    if system.settings.ocr == "none":
        return Check("光学识别", "ok", "已关闭（DANGAN_OCR=none），扫描件只存不检")
    return Check("光学识别", "missing", "没有安装 rapidocr，扫描件只存不检", "请安装 rapidocr、onnxruntime、opencv-python-headless")

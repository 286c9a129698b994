"""RapidOCR behind the same wall as text is read: a page that crashes, hangs or fills memory costs that page, with a reason.

Its workers hold some 500 MB of models and pictures: they are ended when nothing was asked for a while.
"""

import json
import threading
from dataclasses import replace
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from archive.operations.layouts import Layout, Line
from ingest.ocr.port import Recognised
from ingest.sandbox import Kind, Limits, Sandbox, SandboxFailure

LIMITS = Limits(cpu_seconds=120, wall_seconds=180.0, memory_mb=3072, output_mb=16, jobs=100, rss_mb=1200)
LEAST_CONFIDENCE = 0.85      # of a page; below it a person should look
DOUBTFUL_LINE = 0.75
MOST_DOUBTFUL = 0.15         # share of the characters that may stand on doubtful lines
REST_SECONDS = 60.0
_REASONS: dict[Kind, str] = {
    "timeout": "识别这一页用时超过 {limits.wall_seconds:g} 秒，已中止；请查看原件。",
    "cpu": "识别这一页占用处理器超过 {limits.cpu_seconds} 秒，已中止；请查看原件。",
    "memory": "识别这一页需要的内存超过上限，已中止；请查看原件，或以较低分辨率重新扫描。",
    "crash": "识别程序在这一页上出错退出；请查看原件，或重新扫描这一页。",
    "killed": "识别程序两次被系统强行结束，多半是内存不足；请联系系统管理员。",
    "output": "这一页的识别结果无法使用；请查看原件，或重新扫描这一页。",
}


def available() -> bool:
    """Whether what it needs is installed."""
    return all(find_spec(name) for name in ("rapidocr", "onnxruntime", "cv2"))


class RapidOcr:
    """Reads in worker processes, started when first needed. Safe to share between threads; close it."""

    def __init__(self, workers: int = 1, limits: Limits = LIMITS, worker_module: str = "ingest.ocr.rapid_worker") -> None:
        self._sandbox = Sandbox(workers, limits, worker_module)
        self._limits = limits
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    @property
    def engine(self) -> str:
        return f"rapidocr {version('rapidocr')} PP-OCRv6"

    @property
    def pids(self) -> tuple[int, ...]:
        return self._sandbox.pids

    def page(self, path: Path, media_type: str, filename: str, number: int) -> Recognised:
        """Raises UnreadableFile, SandboxClosed, EngineDown."""
        self._rest_later(None)
        try:
            answer = self._sandbox.extract(path, media_type, filename, max_pages=number)
        except SandboxFailure as failure:
            return Recognised(self._failed(number, _REASONS[failure.kind].format(limits=self._limits)), 0)
        finally:
            self._rest_later(REST_SECONDS)
        if not answer.pages:
            return Recognised(None, answer.page_count)
        try:
            return Recognised(_layout(number, self.engine, json.loads(answer.pages[0])), answer.page_count)
        except (ValueError, TypeError, KeyError, IndexError):
            return Recognised(self._failed(number, _REASONS["output"]), answer.page_count)

    def close(self) -> None:
        self._rest_later(None)
        self._sandbox.close()

    def _failed(self, number: int, reason: str) -> Layout:
        return Layout(number, self.engine, flagged=True, reason=reason)

    def _rest_later(self, seconds: float | None) -> None:
        """End idle workers after so long; None takes that back."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = None
            if seconds is not None:
                self._timer = threading.Timer(seconds, self._sandbox.rest)
                self._timer.daemon = True
                self._timer.start()


def _layout(number: int, engine: str, said: dict[str, Any]) -> Layout:
    """What the worker says is not trusted: every field is made what it should be. Raises where it cannot."""
    lines = [Line(str(text), _box(box), min(max(float(score), 0.0), 1.0)) for text, box, score in said["lines"]]
    layout = Layout(number, engine, int(said["width"]), int(said["height"]), int(said["rotation"]) % 360 // 90 * 90,
                    float(said["skew"]), _confidence(lines), lines=lines, seals=[_box(box) for box in said["seals"]])
    reason = "" if said["blank"] else doubt(layout)
    return replace(layout, flagged=bool(reason), reason=reason)


def doubt(layout: Layout) -> str:
    """Why a person should look at the page; empty where nothing speaks for it."""
    if not layout.lines:
        return "页面上有内容，但没有认出文字（可能是图片、手写或印章），请查看原件。"
    if layout.confidence < LEAST_CONFIDENCE:
        return f"平均置信度 {layout.confidence:.0%}，低于 {LEAST_CONFIDENCE:.0%}，请对照原件核对。"
    chars = sum(len(line.text) for line in layout.lines)
    doubtful = sum(len(line.text) for line in layout.lines if line.score < DOUBTFUL_LINE)
    if doubtful > MOST_DOUBTFUL * chars:
        return f"{doubtful / chars:.0%} 的文字置信度低于 {DOUBTFUL_LINE:.0%}，请对照原件核对。"
    return ""


def _confidence(lines: list[Line]) -> float:
    chars = sum(len(line.text) for line in lines)
    return round(sum(line.score * len(line.text) for line in lines) / chars, 4) if chars else 0.0


def _box(values: Any) -> tuple[float, float, float, float]:
    left, top, right, bottom = (min(max(float(value), 0.0), 1.0) for value in values)
    return left, top, right, bottom

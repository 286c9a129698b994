"""The worker that recognises: one page of one file through RapidOCR, as JSON, in the messages of a reading worker.

Started by `ingest.ocr.rapid` as `python -m ingest.ocr.rapid_worker`. The page wanted is the last of the job's
`max_pages`. Models are those inside the wheel, given by path, so that nothing is ever looked for elsewhere.
"""

import json
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ingest.extractors.base import Extraction, Source, clean
from ingest.ocr.order import Piece, in_order
from ingest.ocr.pictures import Picture, opened
from ingest.ocr.seals import seals_of, without_seals
from ingest.ocr.upright import ink, is_blank, lies_on_its_side, skew_of, turned
from ingest.sandbox_worker import serve

ENGINE = f"rapidocr {version('rapidocr')} PP-OCRv6"
FOUND_ON = 1280         # pixels of the longer side: lines are found on a small picture and read from the full one
WORST_LINE = 0.5        # what is read with less certainty is no text
_VOTERS = 16            # lines that say whether the page stands on its head
_DOUBT = 0.25

Boxes = NDArray[np.float32]


def recognise(source: Source) -> Extraction:
    """Raises UnreadableFile where the file or the page is damaged."""
    number = source.max_pages or 1
    cv2.setNumThreads(1)
    with opened(source) as pages:
        answer = (json.dumps(_page(pages.page(number - 1).picture), ensure_ascii=False),) if number <= pages.count else ()
        return Extraction(answer, pages.count, ENGINE)


def _page(picture: Picture) -> dict[str, Any]:
    written = ink(picture)
    if is_blank(written):
        return _answer(picture, 0, 0.0, [], [], blank=True)
    skew = skew_of(written)
    clean_picture = without_seals(picture, seals_of(picture))
    rotation, crops, boxes = _stand_up(clean_picture, skew)
    upright = turned(picture, rotation, skew)
    return _answer(upright, rotation, skew, _read(crops, boxes), seals_of(upright))


def _stand_up(picture: Picture, skew: float) -> tuple[int, list[Picture], Boxes]:
    """By how much the page is to be turned, and the lines found on it then."""
    rotation, looked = 0, turned(picture, 0, skew)
    boxes = _found(looked)
    if len(boxes) and lies_on_its_side(boxes):
        rotation, looked = 90, turned(picture, 90, skew)
        boxes = _found(looked)
    crops = _cut(looked, boxes)
    if _on_its_head(crops):
        rotation = (rotation + 180) % 360
        height, width = looked.shape[:2]
        boxes = (np.array([width, height], np.float32) - boxes)[:, [2, 3, 0, 1]]
        crops = [np.ascontiguousarray(crop[::-1, ::-1]) for crop in crops]
    return rotation, crops, boxes


def _found(picture: Picture) -> Boxes:
    found = _engine()(picture, use_det=True, use_cls=False, use_rec=False)
    boxes = getattr(found, "boxes", None)
    return np.asarray(boxes if boxes is not None else np.zeros((0, 4, 2)), np.float32)


def _cut(picture: Picture, boxes: Boxes) -> list[Picture]:
    return list(_engine().crop_text_regions(picture, boxes))


def _on_its_head(crops: list[Picture]) -> bool:
    """The classifier's vote over the widest lines; where it is not clear, what can be read better."""
    widest = sorted(crops, key=lambda crop: -crop.shape[1] / crop.shape[0])[:_VOTERS]
    if not widest:
        return False
    votes = _engine().cls_and_rotate([crop.copy() for crop in widest])[1].cls_res
    turned_over = sum(score for label, score in votes if label == "180") / max(sum(score for _, score in votes), 1e-9)
    if turned_over < _DOUBT:
        return False
    few = widest[:4]
    return _certainty([crop[::-1, ::-1] for crop in few]) > _certainty(few)


def _certainty(crops: list[Picture]) -> float:
    read = _engine().recognize_txt([np.ascontiguousarray(crop) for crop in crops])
    return float(sum(score * len(text) for text, score in zip(read.txts, read.scores, strict=True)))


def _read(crops: list[Picture], boxes: Boxes) -> list[Piece]:
    if not crops:
        return []
    read = _engine().recognize_txt(crops)
    return [_piece(text, box, score) for text, score, box in zip(read.txts, read.scores, boxes, strict=True)
            if score >= WORST_LINE]


def _piece(text: str, corners: Boxes, score: float) -> Piece:
    (left, top), (right, bottom) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    return Piece(clean(text).strip(), left, top, right, bottom, float(score))


def _answer(upright: Picture, rotation: int, skew: float, pieces: list[Piece], seals: list[tuple[int, int, int, int]], *,
            blank: bool = False) -> dict[str, Any]:
    height, width = upright.shape[:2]
    size = np.array([width, height, width, height], np.float64)

    def part(box: tuple[float, float, float, float]) -> list[float]:
        return [round(float(value), 5) for value in np.clip(np.array(box) / size, 0.0, 1.0)]

    return {"width": width, "height": height, "rotation": rotation, "skew": skew, "blank": blank,
            "lines": [[line.text, part((line.left, line.top, line.right, line.bottom)), round(line.score, 4)]
                      for line in in_order(pieces, float(width))],
            "seals": [part(box) for box in seals]}


@cache
def _engine() -> Any:
    """One thread: beside it other workers have work to do, and this process may start no other."""
    import rapidocr
    from rapidocr import RapidOCR

    models = Path(rapidocr.__file__).parent / "models"
    return RapidOCR(params={
        "Global.log_level": "critical", "Global.max_side_len": FOUND_ON, "Global.text_score": WORST_LINE,
        "EngineConfig.onnxruntime.intra_op_num_threads": 1, "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        "Det.model_path": str(models / "PP-OCRv6_det_small.onnx"), "Rec.model_path": str(models / "PP-OCRv6_rec_small.onnx"),
        "Cls.model_path": str(models / "ch_ppocr_mobile_v2.0_cls_mobile.onnx")})


if __name__ == "__main__":
    serve(recognise)

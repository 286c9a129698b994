"""How well scans are read: `python -m bench.ocr [NAME…]`. Error rates by kind of page, and seconds a page.

The error rate is edits a character (Levenshtein) after white space is dropped and full-width forms are folded (NFKC), as the
search does; `exact` is the same without folding.
"""

import argparse
import json
import tempfile
import time
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.ocr_pages import CLEAN, VARIANTS, Sample
from ingest.ocr.rapid import RapidOcr

MOST_ERRORS = 0.02


def error_rate(truth: str, read: str, *, exact: bool = False) -> float:
    wanted, found = (_plain(text, exact=exact) for text in (truth, read))
    row = list(range(len(found) + 1))
    for number, char in enumerate(wanted, 1):
        before, row = row, [number]
        for place, other in enumerate(found, 1):
            row.append(min(before[place] + 1, row[-1] + 1, before[place - 1] + (char != other)))
    return row[-1] / max(len(wanted), 1)


def _plain(text: str, *, exact: bool) -> str:
    return "".join((text if exact else unicodedata.normalize("NFKC", text)).split())


def read(engine: RapidOcr, sample: Sample, folder: Path, dpi: int = 300) -> dict[str, Any]:
    path = folder / "page.png"
    sample.picture.save(path, dpi=(dpi, dpi))
    started = time.monotonic()
    layout = engine.page(path, "image/png", path.name, 1).layout
    seconds = time.monotonic() - started
    if layout is None:
        raise SystemExit("the engine says that the page is not there")
    return {"error_rate": round(error_rate(sample.text, layout.text), 4),
            "exact": round(error_rate(sample.text, layout.text, exact=True), 4), "confidence": layout.confidence,
            "rotation": layout.rotation, "skew": layout.skew, "seals": len(layout.seals), "flagged": layout.flagged,
            "seconds": round(seconds, 1)}


def measure(names: Sequence[str]) -> dict[str, Any]:
    engine = RapidOcr()
    try:
        with tempfile.TemporaryDirectory(prefix="dangan-ocr-") as folder:
            pages = {name: read(engine, VARIANTS[name](), Path(folder)) for name in names}
    finally:
        engine.close()
    return {"engine": engine.engine, "pages": pages,
            "goals_met": all(pages[name]["error_rate"] <= MOST_ERRORS for name in CLEAN if name in pages)}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.ocr", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(VARIANTS)}; all where none is given")
    print(json.dumps(measure(parser.parse_args().names or list(VARIANTS)), ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()

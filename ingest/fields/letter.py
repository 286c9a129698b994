"""What the layout of a paper says of it, with the place where it stands: number, date, issuer, verdict."""

from collections.abc import Iterator, Sequence

from archive.chinese import squash
from ingest.fields.base import LABELLED, LIKELY, Found, Sheet
from ingest.metadata import read_metadata

_DIGITS = str.maketrans("0123456789", "〇一二三四五六七八九")


def read(sheets: Sequence[Sheet]) -> Iterator[Found]:
    said = read_metadata("", [sheet.text for sheet in sheets])
    if said.doc_no:
        yield from _placed(sheets, "doc_no", said.doc_no, (said.doc_no,), LABELLED)
    if said.issuer:
        yield from _placed(sheets, "issuer", said.issuer, (said.issuer,), LIKELY, last=True)
    if day := said.doc_date:
        month, number = f"{day.month}", f"{day.day}"
        written = [f"{day.year}年{m}月{d}日" for m in (month, f"{day:%m}") for d in (number, f"{day:%d}")]
        written += [f"{day:%Y-%m-%d}", f"{day:%Y.%m.%d}", f"{day:%Y/%m/%d}", f"{day.year}.{month}.{number}",
                    f"{day.year}".translate(_DIGITS) + "年"]
        yield from _placed(sheets, "doc_date", day.isoformat(), written, LIKELY, last=True)
    if said.conclusion:
        written = [f"结论{mark}{said.conclusion}" for mark in ("为", "是", ":", "为:", "为“")]
        yield from _placed(sheets, "conclusion", said.conclusion, (*written, "结论", said.conclusion), LIKELY, last=True)


def _placed(sheets: Sequence[Sheet], key: str, value: str, written: Sequence[str], confidence: float, *,
            last: bool = False) -> Iterator[Found]:
    """The value at the first (or last) place where one of its spellings stands; without a place it is not given."""
    for word in map(squash, written):
        for sheet in reversed(sheets) if last else sheets:
            at = sheet.dense.rfind(word) if last else sheet.dense.find(word)
            if at >= 0:
                yield sheet.found(key, value, at, at + len(word), confidence)
                return

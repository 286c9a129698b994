"""Printed page numbers of a scan: where they jump, a page was left in the feeder or never copied.

Numbers are looked for where they are printed, at the head and foot of a page, in the ways they are written. One number
says little (it may be a date, a table's, or misread): what counts is the series they make with the pages they stand on.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from archive.clock import Clock
from archive.models import PageLayout
from archive.operations.remarks import record_remarks
from archive.remarks import Remark, Severity

SOURCE = "page-numbers 1"
HEAD, FOOT = 0.12, 0.86      # of the page's height: numbers stand outside
LEAST, MOST = 3, 9999        # numbered pages in a series; the highest number believed
WIDEST_ALONE = 3             # so many pages may a jump miss that only one page speaks for
_DASH = r"[-—–－一_·.•~]{0,3}"
_EXPLICIT = re.compile(r"第\s*(\d{1,4})\s*页(?:\s*[/,，、]?\s*[共总]\s*(\d{1,4})\s*页)?")
_OF = re.compile(r"(?:^|\s)(\d{1,4})\s*/\s*(\d{1,4})\s*$")
_DASHED = re.compile(rf"^[-—–－一_·.•~]{{1,3}}\s*(\d{{1,4}})\s*{_DASH}$|^{_DASH}\s*(\d{{1,4}})\s*[-—–－一_·.•~]{{1,3}}$")
_BARE = re.compile(r"^(\d{1,4})$")


@dataclass(frozen=True, slots=True)
class Printed:
    """A number on a page; `total` where it says of how many; `kind`: where and how, for one document keeps to one way."""

    page: int
    number: int
    total: int = 0
    kind: str = ""

    @property
    def offset(self) -> int:
        return self.number - self.page


def note_numbering(clock: Clock, version_id: str, pages: Sequence[str], layouts: Iterable[PageLayout]) -> None:
    """Keep what the numbers of a version say, once all its pages are known."""
    record_remarks(clock, version_id, SOURCE, remarks_on(printed_on(pages, {each.page: each for each in layouts})), silence=True)


def printed_on(pages: Sequence[str], layouts: Mapping[int, PageLayout]) -> list[Printed]:
    """Candidates of every page: of a recognised one by the place of its lines, of another the first and the last line."""
    found: list[Printed] = []
    for page, text in enumerate(pages, 1):
        if layout := layouts.get(page):
            lines = [("head" if line.box[3] < HEAD else "foot", line.text) for line in layout.lines
                     if line.box[3] < HEAD or line.box[1] > FOOT]
        else:
            written = [line for line in text.splitlines() if line.strip()]
            lines = [("head", written[0]), ("foot", written[-1])] if len(written) > 1 else []
        found += [one for place, line in lines if (one := _read(page, place, line.strip()))]
    return found


def remarks_on(printed: Sequence[Printed]) -> list[Remark]:
    """Gaps within the best series, and an end before the number of pages it states itself."""
    series = [part for part in _parts(_best(printed)) if len(part) >= LEAST]
    gaps = [gap for part in series for gap in _gaps(part)]
    found = [_gap_remark(gaps)] if gaps else []
    return [*found, *(remark for part in series[-1:] for remark in _short(part))]


def _read(page: int, place: str, line: str) -> Printed | None:
    for kind, pattern in (("explicit", _EXPLICIT), ("of", _OF), ("dashed", _DASHED), ("bare", _BARE)):
        if match := pattern.search(line):
            digits = [int(group) for group in match.groups() if group]
            total = digits[1] if kind in ("explicit", "of") and len(digits) > 1 else 0
            if 0 < digits[0] <= MOST and not (total and total < digits[0]):
                return Printed(page, digits[0], total, f"{place} {kind}")
    return None


def _best(printed: Sequence[Printed]) -> list[Printed]:
    """The way of numbering of which most pages make a series; one number a page."""
    ways: dict[str, dict[int, Printed]] = defaultdict(dict)
    for one in printed:
        ways[one.kind].setdefault(one.page, one)
    chains = [[one for part in _parts(list(way.values())) for one in part] for way in ways.values()]
    return max(chains, key=len, default=[])


def _parts(printed: Sequence[Printed]) -> list[list[Printed]]:
    """Cut where the numbers begin at 1 again, each without what does not fit into its order."""
    parts: list[list[Printed]] = []
    for one in sorted(printed, key=lambda each: each.page):
        if not parts or (one.number == 1 and parts[-1]):
            parts.append([])
        parts[-1].append(one)
    return [_ordered(part) for part in parts]


def _ordered(part: Sequence[Printed]) -> list[Printed]:
    """The longest run in which numbers rise at least as fast as pages: the others were misread, or are no page numbers."""
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for place, one in enumerate(part):
        at = bisect_right(ends, one.offset)
        before.append(last[at - 1] if at else -1)
        ends[at:at + 1] = [one.offset]
        last[at:at + 1] = [place]
    chain: list[Printed] = []
    place = last[-1] if last else -1
    while place >= 0:
        chain.append(part[place])
        place = before[place]
    return chain[::-1]


def _gaps(part: Sequence[Printed]) -> list[tuple[Printed, Printed]]:
    """Neighbours between which numbers are missing. Where one page alone stands on a side, only a small jump is believed."""
    found = []
    for at, (one, other) in enumerate(pairwise(part)):
        jump = other.offset - one.offset
        alone = sum(each.offset == other.offset for each in part[at + 1:]) < 2 or sum(
            each.offset == one.offset for each in part[:at + 1]) < 2
        if jump > 0 and (jump <= WIDEST_ALONE or not alone):
            found.append((one, other))
    return found


def _gap_remark(gaps: Sequence[tuple[Printed, Printed]]) -> Remark:
    told = "；".join(f"第 {one.page} 页印的是 {one.number}，第 {other.page} 页印的是 {other.number}，其间少 "
                    f"{other.offset - one.offset} 页" for one, other in gaps[:5])
    more = f"；另有 {len(gaps) - 5} 处" if len(gaps) > 5 else ""
    pages = sorted({page for one, other in gaps for page in (one.page, other.page)})
    return Remark("missing_page_number", Severity.WARNING, f"印刷的页码不连续：{told}{more}。请核对原件，是否漏扫。", tuple(pages))


def _short(part: Sequence[Printed]) -> Iterable[Remark]:
    """The last page says that there are more, and another page says the same number."""
    last = part[-1]
    if last.total > last.number and sum(one.total == last.total for one in part) >= 2:
        yield Remark("missing_last_pages", Severity.WARNING, (
            f"页码注明共 {last.total} 页，只扫描到第 {last.number} 页（文件的第 {last.page} 页）。请核对原件，是否漏扫。"),
            (last.page,))

"""The timeline of a project as a picture: one across for desks and paper, one downwards for telephones.

Kinds differ by shape (● happened, ○ planned, ▽ due), what is late by stripes, an exclamation mark and words; colour only helps.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from markupsafe import Markup

from admin.web.drawing import svg
from retention.compliance.clauses import all_clauses
from retention.timeline import ACTUAL, DONE, DUE, LATE, PLANNED, Mark, Span, Timeline

WIDTH, LEFT, RIGHT, ROW = 1120, 64, 20, 34
TALL_WIDTH, AXIS = 360, 22
LANES = ((ACTUAL, "实际"), (PLANNED, "计划"), (DUE, "期限"))
KINDS = dict(LANES)
NAME, SMALL = 12.5, 11


def citation(clause: str) -> str:
    found = all_clauses().get(clause)
    return found.citation if found else (f"第{clause}条" if clause else "")


def basis(mark: Mark) -> str:
    """What it rests on, in words."""
    return "，".join(filter(None, (citation(mark.clause), mark.basis)))


def described(line: Timeline) -> str:
    """The picture in one sentence."""
    late = [f"{mark.label}（{mark.day}{'，' + mark.note if mark.note else ''}）" for mark in line.marks if mark.state == LATE]
    return (f"截至 {line.today}，共 {len(line.marks)} 个节点" + (f"；逾期或晚于计划：{'、'.join(late)}" if late else "；没有逾期")
            + "。逐项内容见所附表格。")


class Scale:
    """From days to places, over everything there is to show."""

    def __init__(self, line: Timeline, left: float, right: float) -> None:
        days = [line.today, *(mark.day for mark in line.marks), *(day for span in line.spans for day in (span.start, span.end))]
        room = timedelta(days=max((max(days) - min(days)).days // 40, 10))
        self.first, self.last, self.left, self.right = min(days) - room, max(days) + room, left, right

    def __call__(self, day: date) -> float:
        share = (day - self.first).days / (self.last - self.first).days
        return self.left + share * (self.right - self.left)

    def ticks(self) -> Iterator[tuple[date, str]]:
        """Years; quarters too where the whole is short."""
        short = (self.last - self.first).days < 900
        for year in range(self.first.year, self.last.year + 1):
            for month in (1, 4, 7, 10) if short else (1,):
                day = date(year, month, 1)
                if self.first <= day <= self.last:
                    yield day, str(year) if month == 1 else f"{month}月"


def across(line: Timeline, title: str) -> Markup:
    """For desks and paper: time runs to the right, one lane for each kind, labels one below the other."""
    scale = Scale(line, LEFT, WIDTH - RIGHT)
    bars, bottom = _bars(line.spans, scale, 34)
    lanes, parts = bottom + 14.0, []
    for kind, name in LANES:
        drawn, lanes = _lane([mark for mark in line.marks if mark.kind == kind], name, scale, lanes)
        parts += drawn
    now = svg.line(scale(line.today), 20, scale(line.today), lanes, stroke=svg.INK, width=1.5, dash="5 3")
    body = [*_grid(scale, lanes), *bars, now, *parts, *_today(line, scale), *_legend(lanes + 18)]
    return svg.picture(WIDTH, lanes + 30, title, described(line), iter([svg.hatch("late-across"), *body]), name="line-across")


def _grid(scale: Scale, bottom: float) -> Iterator[Markup]:
    for day, name in scale.ticks():
        yield svg.line(scale(day), 20, scale(day), bottom)
        yield svg.text(scale(day) + 3, 29, name, size=10, fill=svg.MUTED)


def _today(line: Timeline, scale: Scale) -> Iterator[Markup]:
    x = scale(line.today)
    anchor = "end" if x > WIDTH - 90 else "start" if x < LEFT + 90 else "middle"
    yield svg.text(x, 14, f"今天 {line.today}", size=NAME, bold=True, anchor=anchor)


def _bars(spans: Sequence[Span], scale: Scale, top: float) -> tuple[list[Markup], float]:
    """Stretches of days, in as many rows as they need so that none covers another."""
    parts, ends = list[Markup](), list[float]()
    for span in sorted(spans, key=lambda item: (item.start, item.late)):
        x, right = scale(span.start), scale(span.end)
        label = svg.width_of(span.label, SMALL)
        row = next((row for row, end in enumerate(ends) if end <= x), len(ends))
        ends[row:row + 1] = [max(right, x + label + 8) + 2]
        y = top + row * 22
        parts.append(svg.rect(x, y, right - x, 16, fill="url(#late-across)" if span.late else "#b9cfe6",
                              stroke=svg.LATE if span.late else "none"))
        colour = svg.LATE if span.late else svg.INK
        parts.append(svg.text(x + 4, y + 12, span.label, size=SMALL, fill=colour, bold=span.late, halo=span.late))
    return parts, top + len(ends) * 22


def _lane(marks: Sequence[Mark], name: str, scale: Scale, top: float) -> tuple[list[Markup], float]:
    """A lane's shapes on its line, its labels in rows below; where it ends."""
    y, ends = top + 8, list[float]()
    parts = [svg.line(LEFT, y, WIDTH - RIGHT, y, width=2), svg.text(8, y + 4, name, size=NAME, bold=True)]
    shapes, labels = [], []
    for mark in marks:
        x = scale(mark.day)
        first, second = _words(mark)
        wide = max(svg.width_of(first, NAME), svg.width_of(second, SMALL)) + 14
        left = min(x - 4, WIDTH - RIGHT - wide)
        row = next((row for row, end in enumerate(ends) if end <= left), len(ends))
        ends[row:row + 1] = [left + wide]
        base = y + 22 + row * ROW
        fill = svg.LATE if mark.state == LATE else svg.INK
        parts.append(svg.line(x, y, x, base - 9, stroke="#b8c3ce"))
        shapes.append(_shape(mark, x, y))
        labels += [svg.text(left, base, first, size=NAME, fill=fill, bold=True, halo=True),
                   svg.text(left, base + 13, second, size=SMALL, fill=svg.LATE if mark.state == LATE else svg.MUTED, halo=True)]
    if not marks:
        labels.append(svg.text(LEFT, y + 20, "没有登记", size=SMALL, fill=svg.MUTED))
    return [*parts, *labels, *shapes], y + 22 + max(len(ends), 1) * ROW


def _words(mark: Mark) -> tuple[str, str]:
    late = f"！{mark.note}" if mark.state == LATE else mark.note
    return f"{mark.label} {late}".strip(), f"{mark.day} · {basis(mark)}"


def _shape(mark: Mark, x: float, y: float) -> Markup:
    colour = svg.LATE if mark.state == LATE else svg.ACCENT
    if mark.kind == DUE:
        return svg.triangle(x, y, fill=colour if mark.state in (LATE, DONE) else svg.PAPER, stroke=colour)
    return svg.circle(x, y, fill=colour if mark.kind == ACTUAL or mark.state == LATE else svg.PAPER, stroke=colour)


def _legend(y: float) -> Iterator[Markup]:
    yield svg.circle(LEFT + 6, y - 4, fill=svg.ACCENT, stroke=svg.ACCENT)
    yield svg.text(LEFT + 18, y, "实际发生", size=SMALL, fill=svg.MUTED)
    yield svg.circle(LEFT + 96, y - 4, fill=svg.PAPER, stroke=svg.ACCENT)
    yield svg.text(LEFT + 108, y, "计划", size=SMALL, fill=svg.MUTED)
    yield svg.triangle(LEFT + 162, y - 4, fill=svg.PAPER, stroke=svg.ACCENT)
    yield svg.text(LEFT + 174, y, "期限（实心为已过）", size=SMALL, fill=svg.MUTED)
    yield svg.rect(LEFT + 300, y - 10, 22, 12, fill="url(#late-across)", stroke=svg.LATE)
    yield svg.text(LEFT + 328, y, "斜纹和“！”表示逾期或晚于计划", size=SMALL, fill=svg.MUTED)


def downwards(line: Timeline, title: str) -> Markup:
    """For telephones: one mark below the other, the oldest on top, today where it belongs."""
    parts: list[Markup] = []
    y, told = 18.0, False
    for mark in line.marks:
        if not told and mark.day > line.today:
            y, told = _today_row(parts, line, y), True
        y = _row(parts, mark, y)
    if not told:
        y = _today_row(parts, line, y)
    body = [svg.hatch("late-downwards"), svg.line(AXIS, 10, AXIS, y - 14, width=2), *parts]
    return svg.picture(TALL_WIDTH, y, title, described(line), iter(body), name="line-downwards")


def _row(parts: list[Markup], mark: Mark, y: float) -> float:
    late = mark.state == LATE
    notes = list(svg.wrapped(f"{KINDS[mark.kind]} · {basis(mark)}", 12.5, TALL_WIDTH - 54))
    heads = list(svg.wrapped(f"{mark.label}", 14.5, TALL_WIDTH - 134))
    height = 19 * len(heads) + 17 * (len(notes) + bool(mark.note))
    if late:
        parts.append(svg.rect(2, y - 8, 7, height, fill="url(#late-downwards)", stroke=svg.LATE))
    parts.append(_shape(mark, AXIS, y))
    parts.append(svg.text(44, y + 5, str(mark.day), size=13.5, fill=svg.LATE if late else svg.MUTED))
    for number, words in enumerate(heads):
        parts.append(svg.text(126, y + 5 + 19 * number, words, size=14.5, bold=True, fill=svg.LATE if late else svg.INK))
    y += 19 * len(heads)
    for words in ([f"！{mark.note}" if late else mark.note] if mark.note else []) + notes:
        strong = late and words.startswith("！")
        parts.append(svg.text(44, y + 4, words, size=12.5, fill=svg.LATE if strong else svg.MUTED, bold=strong))
        y += 17
    return y + 12


def _today_row(parts: list[Markup], line: Timeline, y: float) -> float:
    parts += [svg.line(6, y, TALL_WIDTH - 6, y, stroke=svg.INK, width=1.5, dash="5 3"),
              svg.rect(112, y - 10, 136, 20, fill=svg.PAPER),
              svg.text(TALL_WIDTH / 2, y + 5, f"今天 {line.today}", size=13.5, bold=True, anchor="middle")]
    return y + 26

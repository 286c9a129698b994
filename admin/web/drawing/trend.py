"""Alerts open at the end of each day, as bars: a picture for the eye, with its numbers in words for everybody else."""

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from admin.web.drawing import svg
from retention.boards import TrendDay

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 640, 170, 44, 26, 16


def trend_picture(days: Sequence[TrendDay]) -> Markup:
    first, last = days[0], days[-1]
    opened, cleared = sum(day.opened for day in days), sum(day.cleared for day in days)
    said = (f"未了结的预警由 {first.day} 的 {first.open} 项变为 {last.day} 的 {last.open} 项；"
            f"期间新开 {opened} 项，消除 {cleared} 项。")
    return svg.picture(WIDTH, HEIGHT, "预警趋势", said, _parts(days), name="trend")


def _parts(days: Sequence[TrendDay]) -> Iterator[Markup]:
    most = max(*(day.open for day in days), 1)
    base, step = HEIGHT - BOTTOM, (WIDTH - LEFT - 8) / len(days)
    for share in (0, 0.5, 1):
        y = base - share * (base - TOP)
        yield svg.line(LEFT, y, WIDTH - 8, y)
        yield svg.text(LEFT - 6, y + 4, str(round(most * share)), size=11, fill=svg.MUTED, anchor="end")
    for number, day in enumerate(days):
        height = day.open / most * (base - TOP)
        x = LEFT + number * step
        yield Markup("<g><title>{}</title>").format(f"{day.day}：未了结 {day.open}，新开 {day.opened}，消除 {day.cleared}")
        yield svg.rect(x + 1, base - height, step - 2, max(height, 0), fill="#b9cfe6" if number < len(days) - 1 else svg.ACCENT)
        yield Markup("</g>")
        if number == len(days) - 1 or (number % 7 == 0 and number < len(days) - 4):
            end = number == len(days) - 1
            yield svg.text(x + step if end else x, HEIGHT - 8, f"{day.day:%m-%d}", size=11, fill=svg.MUTED,
                           anchor="end" if end else "start")

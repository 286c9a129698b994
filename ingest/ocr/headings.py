"""The title of a recognised page: its lines in clearly the largest print, near the top."""

from statistics import median

from archive.models import PageLayout

LARGER = 1.25
UPPER = 0.6      # of the page; what is printed large further down is no title


def headings_of(layout: PageLayout) -> tuple[str, ...]:
    """Joined to one heading where they follow each other."""
    heights = [line.box[3] - line.box[1] for line in layout.lines]
    if len(heights) < 3 or max(heights) < LARGER * median(heights):
        return ()
    headings: list[str] = []
    previous = -2
    for number, line in enumerate(layout.lines):
        if heights[number] < 0.88 * max(heights) or line.box[1] > UPPER:
            continue
        if previous == number - 1:
            headings[-1] += line.text
        else:
            headings.append(line.text)
        previous = number
    return tuple(text for text in headings if 2 <= len(text) <= 120)[:5]

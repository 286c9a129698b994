"""The few shapes our pictures are made of. Colours are attributes: a picture looks the same alone, printed, in a page."""

from collections.abc import Iterator

from markupsafe import Markup, escape

INK, MUTED, LINE, PAPER, ACCENT, LATE, GROUND = "#1b2631", "#566370", "#dde3e9", "#ffffff", "#17528f", "#8d1515", "#f4f6f8"
FONT = "PingFang SC, Microsoft YaHei, Noto Sans CJK SC, WenQuanYi Micro Hei, sans-serif"


def text(x: float, y: float, words: str, *, size: float = 12, fill: str = INK, bold: bool = False, anchor: str = "start",
         halo: bool = False) -> Markup:
    weight = Markup(' font-weight="600"') if bold else ""
    around = Markup(' stroke="#ffffff" stroke-width="3" stroke-linejoin="round" paint-order="stroke"') if halo else ""
    return Markup('<text x="{}" y="{}" font-size="{}" fill="{}" text-anchor="{}"{}{}>{}</text>').format(
        _n(x), _n(y), size, fill, anchor, weight, around, words)


def line(x1: float, y1: float, x2: float, y2: float, *, stroke: str = LINE, width: float = 1, dash: str = "") -> Markup:
    dashes = Markup(' stroke-dasharray="{}"').format(dash) if dash else ""
    return Markup('<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="{}" stroke-width="{}"{}/>').format(
        _n(x1), _n(y1), _n(x2), _n(y2), stroke, width, dashes)


def rect(x: float, y: float, width: float, height: float, *, fill: str, stroke: str = "none") -> Markup:
    return Markup('<rect x="{}" y="{}" width="{}" height="{}" rx="2" fill="{}" stroke="{}"/>').format(
        _n(x), _n(y), _n(max(width, 1)), _n(height), fill, stroke)


def circle(x: float, y: float, *, fill: str, stroke: str) -> Markup:
    return Markup('<circle cx="{}" cy="{}" r="5" fill="{}" stroke="{}" stroke-width="2"/>').format(_n(x), _n(y), fill, stroke)


def triangle(x: float, y: float, *, fill: str, stroke: str) -> Markup:
    """Points down, at the day."""
    return Markup('<path d="M{} {}h13l-6.5 11z" fill="{}" stroke="{}" stroke-width="1.8" stroke-linejoin="round"/>').format(
        _n(x - 6.5), _n(y - 6), fill, stroke)


def hatch(name: str) -> Markup:
    """What is late is striped: to be told without colours, and in print."""
    return Markup('<pattern id="{}" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
                  '<rect width="7" height="7" fill="#fbe4e4"/><rect width="3" height="7" fill="{}"/></pattern>').format(name, LATE)


def width_of(words: str, size: float) -> float:
    """About how wide it is when drawn: Chinese characters are square, others a little over half."""
    return sum(size if ord(c) > 0x2E7F else size * 0.58 for c in words)


def wrapped(words: str, size: float, width: float) -> Iterator[str]:
    """Lines no wider than this; a line breaks anywhere but before a closing mark."""
    current = ""
    for c in words:
        if width_of(current + c, size) > width and c not in "，。；：、）》”":
            yield current
            current = ""
        current += c
    if current:
        yield current


def picture(width: float, height: float, title: str, description: str, parts: Iterator[Markup], *, name: str) -> Markup:
    body = Markup("").join(parts)
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="{name}" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" '
        'aria-labelledby="{name}-t {name}-d" font-family="{font}"><title id="{name}-t">{title}</title>'
        '<desc id="{name}-d">{desc}</desc><rect width="{w}" height="{h}" fill="{paper}"/>{body}</svg>').format(
            name=name, w=_n(width), h=_n(height), font=FONT, title=escape(title), desc=escape(description), paper=PAPER, body=body)


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")

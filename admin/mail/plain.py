"""Turns news that are no finding into a Chinese mail, as text and HTML."""

from collections.abc import Sequence

from admin.mail.render import SUBJECT, Rendered, templates
from archive.personal import mask


def render_news(title: str, lines: Sequence[str], link: str, why: str, *, name: str, base_url: str) -> Rendered:
    subject = f"{SUBJECT}{mask(title)}"
    facts = {"subject": subject, "lines": [mask(line) for line in lines], "link": link, "why": why, "name": name,
             "base_url": base_url.rstrip("/")}
    text, html = (templates().get_template(each).render(facts) for each in ("news.txt", "news.html"))
    return Rendered(subject, text, html)

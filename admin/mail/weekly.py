"""Turns a supervisor's weekly summary into a Chinese mail, as text and HTML. Plain values; knows no store and no clock."""

from urllib.parse import quote

from admin.mail.render import SUBJECT, Rendered, templates
from admin.mail.wording import day_text
from retention.weekly import Summary

MOST_UNITS = 100


def render_weekly(summary: Summary, *, base_url: str) -> Rendered:
    root = base_url.rstrip("/")
    subject = f"{SUBJECT}每周汇总：{len(summary.units)} 个单位有 {summary.open} 项未了结事项"
    subject += f"（{summary.late} 项逾期或不符合）" if summary.late else ""
    units = [(unit, f"{root}/findings?unit={quote(unit.unit, safe='')}") for unit in summary.units[:MOST_UNITS]]
    facts = {"subject": subject, "name": summary.name, "address": summary.address, "day": day_text(summary.week),
             "units": units, "total": len(summary.units), "open": summary.open, "late": summary.late,
             "unlisted": max(0, len(summary.units) - MOST_UNITS), "base_url": root,
             "places": "、".join(summary.on_behalf)}
    text, html = (templates().get_template(name).render(facts) for name in ("weekly.txt", "weekly.html"))
    return Rendered(subject, text, html)

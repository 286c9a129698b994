"""Turns a planned digest into a Chinese mail, as text and HTML. Takes plain values; knows no store and no clock."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from admin.mail.port import one_line
from admin.mail.wording import (
    OUTCOME,
    cite,
    clause_label,
    day_text,
    days_text,
    reason_text,
    span_text,
    targets_text,
)
from archive.personal import mask
from retention.compliance.findings import SEVERITY_NAMES
from retention.headings import about
from retention.notice_lines import LISTED_LINES
from retention.notices import AlertLine, Digest, Mention, ProjectGroup

__all__ = ["Rendered", "clause_label", "render_digest"]

SUBJECT = "【档案】"
REPEAT_SUBJECT = "【档案】【重发】"
# Values are escaped, so only the template itself can hold this comment.
_REPEAT_PLACE = "<!-- repeat -->"

# A first digest can hold thousands of lines. Past the first limit a line is a title, a date and a link; past the
# second (LISTED_LINES) they are only counted, so that no mail outgrows what a database record or a mail server takes.
FULL_LINES = 60
NEAR_DAYS = 15


@dataclass(frozen=True, slots=True)
class LineView:
    """One line, worded. `badge` is its word at a glance, `tone` the badge's colours: late, near or calm."""

    title: str
    subject: str
    severity: str
    outcome: str
    clause: str
    due: str
    badge: str
    tone: str
    why_now: str
    on_behalf: str
    reason: str
    steps: tuple[str, ...]
    clears_when: str
    link: str
    full: bool


@dataclass(frozen=True, slots=True)
class GroupView:
    code: str
    name: str
    unit: str
    link: str
    lines: tuple[LineView, ...]


@dataclass(frozen=True, slots=True)
class Rendered:
    """The three texts of a mail, ready to be kept and sent."""

    subject: str
    text: str
    html: str

    def as_repeat(self) -> "Rendered":
        """The same mail marked 【重发】, with the reason why it comes again. A mail marked already stays as it is."""
        if self.subject.startswith(REPEAT_SUBJECT):
            return self
        html = self.html.replace(_REPEAT_PLACE, templates().get_template("repeat.html").render(), 1)
        text = templates().get_template("repeat.txt").render() + self.text
        return Rendered(REPEAT_SUBJECT + self.subject.removeprefix(SUBJECT), text, html)


def render_digest(digest: Digest, *, base_url: str, urgent: bool = False, silent: tuple[date, date] | None = None) -> Rendered:
    """The mail of one digest. Values from projects and findings are shown as plain text, whatever they contain.

    `urgent`: of what has just become critical, outside the daily order. `silent`: the first and last of the days just
    before on which nobody was told anything.
    """
    title, root = _urgent_subject(digest) if urgent else _subject(digest), base_url.rstrip("/")
    facts = {
        "subject": title,
        "urgent": urgent,
        "silent": span_text(*silent) if silent else "",
        "places": "、".join(sorted({name for mention in digest.mentions for name in mention.on_behalf})),
        "climbed": any(reason.startswith("esc-") for mention in digest.mentions for reason in mention.reasons),
        "dated": any(mention.line.due_on for mention in digest.mentions),
        "name": digest.name,
        "day": day_text(digest.day),
        "projects": digest.projects,
        "lines": digest.lines,
        "overdue": digest.overdue,
        "because": targets_text(digest.because),
        "instead": all(mention.on_behalf for mention in digest.mentions),
        "address": digest.address,
        "base_url": root,
        "groups": _groups(digest, root),
        "unlisted": digest.lines - min(len(digest.mentions), LISTED_LINES),
    }
    text, html = (templates().get_template(name).render(facts) for name in ("digest.txt", "digest.html"))
    return Rendered(title, text, html)


def _subject(digest: Digest) -> str:
    late = f"（{digest.overdue} 项已逾期）" if digest.overdue else ""
    return f"{SUBJECT}{digest.projects} 个项目有 {digest.lines} 项事项需要处理{late}"


def _urgent_subject(digest: Digest) -> str:
    first = digest.mentions[0].line
    if digest.lines == 1:
        return f"{SUBJECT}【严重】{one_line(first.project_name)}：{one_line(mask(first.title))}"
    return f"{SUBJECT}【严重】{digest.projects} 个项目新出现 {digest.lines} 项严重事项"


def _groups(digest: Digest, base_url: str) -> tuple[GroupView, ...]:
    groups, room = [], LISTED_LINES
    for group in digest.groups:
        if room > 0:
            groups.append(_group(group, base_url, room - LISTED_LINES + FULL_LINES, room))
        room -= len(group.mentions)
    return tuple(groups)


def _group(group: ProjectGroup, base_url: str, full: int, room: int) -> GroupView:
    """The group's first `room` lines, of these the first `full` with their arithmetic."""
    link = f"{base_url}/projects/{quote(group.code, safe='')}"
    lines = tuple(_line(mention, link, n < full) for n, mention in enumerate(group.mentions[:room]))
    return GroupView(group.code, group.name, group.unit, link, lines)


def _line(mention: Mention, project_link: str, full: bool) -> LineView:
    line = mention.line
    title, subject = about(line.title, line.subject)
    return LineView(
        title=mask(title),
        subject=mask(subject),
        severity=SEVERITY_NAMES.get(line.severity, line.severity),
        outcome=OUTCOME.get(line.outcome, line.outcome),
        clause=cite(line.clause),
        due=day_text(line.due_on),
        badge=_badge(line),
        tone=_tone(line),
        why_now="、".join(dict.fromkeys(reason_text(reason, overdue=line.overdue) for reason in mention.reasons)),
        on_behalf="、".join(mention.on_behalf),
        reason=mask(line.reason),
        steps=tuple(map(mask, line.steps)),
        clears_when=line.clears_when,
        link=f"{project_link}#finding-{quote(line.alert_id, safe='')}",
        full=full,
    )


def _badge(line: AlertLine) -> str:
    """The days where there is a date; where a rule knows none, the state is all there is to say."""
    return OUTCOME.get(line.outcome, line.outcome) if line.days_left is None else days_text(line.days_left)


def _tone(line: AlertLine) -> str:
    if line.days_left is None:
        return "near" if line.outcome == "failed" else "calm"
    if line.overdue:
        return "late"
    return "near" if line.days_left <= NEAR_DAYS else "calm"


@cache
def templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    # In a text mail a value with line breaks could pose as the mail's own lines.
    environment.filters["line"] = one_line
    return environment

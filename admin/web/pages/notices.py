"""One's own notices: what is optional among the mails, and who is told as well while one is away."""

from datetime import date
from typing import Any

from flask import redirect, render_template, request, url_for

from admin.web.pages.shared import actor, area, current_person, day_field, needs, system, today, told
from archive.errors import Invalid
from archive.permissions import Permission
from retention.choices import choices_of, decline
from retention.optional import KINDS
from retention.substitutes import drop_substitute, name_substitute, places_taken, substitutes_of

notices = area("notices", __name__)


@notices.get("/account/notices")
@needs(Permission.PROJECT_READ)
def choices() -> Any:
    who, day = actor(), today()
    return render_template("pages/notices.html", chosen=choices_of(who), kinds=KINDS, person=current_person(), today=day,
                           substitutes=substitutes_of(who, day), places=places_taken(who, day))


@notices.post("/account/notices")
@needs(Permission.PROJECT_READ)
def choose() -> Any:
    """A box that is ticked is a mail that is wanted; the form says all of them."""
    wanted = set(request.form.getlist("wanted"))
    told(lambda: decline(actor(), system().clock, [kind for kind in KINDS if kind not in wanted]), "提醒设置已保存。")
    return redirect(url_for("notices.choices"))


@notices.post("/account/notices/substitutes")
@needs(Permission.PROJECT_READ)
def add_substitute() -> Any:
    told(lambda: name_substitute(actor(), system().clock, request.form.get("name", ""), a_day("first", "开始日期"),
                                 a_day("last", "截止日期")), "已指定代收人，期间的提醒同时寄给双方。")
    return redirect(url_for("notices.choices"))


@notices.post("/account/notices/substitutes/<name>/drop")
@needs(Permission.PROJECT_READ)
def end_substitute(name: str) -> Any:
    told(lambda: drop_substitute(actor(), system().clock, name), "已撤销代收人。")
    return redirect(url_for("notices.choices"))


@notices.post("/people/<name>/substitute")
@needs(Permission.PERSON_MANAGE)
def substitute_for(name: str) -> Any:
    """For somebody who is away and could not say so herself."""
    told(lambda: name_substitute(actor(), system().clock, request.form.get("substitute", ""), a_day("first", "开始日期"),
                                 a_day("last", "截止日期"), of=name), f"已为“{name}”指定代收人。")
    return redirect(url_for("people.listing"))


def a_day(name: str, label: str) -> date:
    day = day_field(request.form, name, label)
    if day is None:
        raise Invalid(field=label, problem="必须填写。")
    return day

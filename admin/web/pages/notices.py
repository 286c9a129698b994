"""One's own notices: what is optional among the mails."""

from typing import Any

from flask import redirect, render_template, request, url_for

from admin.web.pages.shared import actor, area, current_person, needs, system, told
from archive.permissions import Permission
from retention.choices import choices_of, decline
from retention.optional import KINDS

notices = area("notices", __name__)


@notices.get("/account/notices")
@needs(Permission.PROJECT_READ)
def choices() -> Any:
    return render_template("pages/notices.html", chosen=choices_of(actor()), kinds=KINDS, person=current_person())


@notices.post("/account/notices")
@needs(Permission.PROJECT_READ)
def choose() -> Any:
    """A box that is ticked is a mail that is wanted; the form says all of them."""
    wanted = set(request.form.getlist("wanted"))
    told(lambda: decline(actor(), system().clock, [kind for kind in KINDS if kind not in wanted]), "提醒设置已保存。")
    return redirect(url_for("notices.choices"))

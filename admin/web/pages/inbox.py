"""我的提醒: everything one was told or should have been, the second path beside the mail."""

from typing import Any

from flask import redirect, render_template, request, url_for

from admin.mail.wording import reason_text
from admin.web.pages.shared import actor, area, clean_query, current_person, needs, page_number, system, today, told
from archive.permissions import Permission
from retention.inbox import inbox_of, mail_states, mark_read

inbox = area("inbox", __name__)
SIZE = 50


@inbox.get("/inbox")
@needs(Permission.PROJECT_READ)
def listing() -> Any:
    who, chosen = actor(), clean_query(("unread",))
    found = inbox_of(who, only_unread=bool(chosen), page=page_number(), size=SIZE)
    return render_template("pages/inbox.html", found=found, chosen=chosen, mails=mail_states(who, found.items), today=today(),
                           person=current_person(), reason_text=reason_text)


@inbox.post("/inbox/read")
@needs(Permission.PROJECT_READ)
def read() -> Any:
    """Those that were ticked, or all."""
    ids = None if request.form.get("all") else request.form.getlist("id")
    told(lambda: mark_read(actor(), system().clock, ids), "已标为已读。")
    return redirect(url_for("inbox.listing"))

"""One's own account: changing the password, and an API token that is shown once."""

from typing import Any

from flask import flash, redirect, render_template, request, session, url_for
from flask_login import login_user

from admin.web.auth import SignedIn
from admin.web.pages.shared import actor, area, current_person, system
from archive.errors import ArchiveError, Invalid
from archive.operations.people import issue_token, set_password
from archive.passwords import password_matches

account = area("account", __name__)


@account.get("/account")
def show() -> Any:
    return render_template("pages/account.html", person=current_person(), token="")


@account.post("/account/password")
def password() -> Any:
    """Ends every other session of this person; this one goes on."""
    try:
        person = _change_password()
    except ArchiveError as refusal:
        flash(str(refusal), "danger")
        return render_template("pages/account.html", person=current_person(), token=""), 422
    since = session["since"]
    login_user(SignedIn(person))
    session["since"] = since
    flash("口令已更改，其他地方的登录已失效。", "success")
    return redirect(url_for("account.show"))


@account.post("/account/token")
def token() -> Any:
    """Shown in the answer to this request and nowhere again: no redirect, and no copy in a cookie."""
    made = issue_token(actor(), system().clock, current_person().name)
    return render_template("pages/account.html", person=current_person(), token=made)


def _change_password() -> Any:
    form, person = request.form, current_person()
    if not password_matches(person.password_hash, form.get("old", "")):
        raise Invalid(field="原口令", problem="不正确，口令没有更改。")
    if form.get("password", "") != form.get("again", ""):
        raise Invalid(field="新口令", problem="两次输入不一致，请重新输入。")
    return set_password(actor(), system().clock, person.name, form.get("password", ""))

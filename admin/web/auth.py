"""Signing in and out with a session: who is at the browser, for how long, and that a form was really ours.

Owns sessions and CSRF. Names, passwords and lock-out are `archive.operations.people`; what a person may do is
`archive.permissions`. A session ends after 30 idle minutes, after 8 hours, and as soon as the account is disabled or
its password changes (`session_epoch`).
"""

from typing import Any

from flask import Blueprint, Flask, current_app, flash, g, redirect, render_template, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from flask_wtf.csrf import CSRFProtect
from werkzeug.wrappers import Response

from admin.system import System
from admin.web import headers
from admin.web.spooling import spooled
from archive.access import Actor
from archive.errors import ArchiveError
from archive.models import Person
from archive.operations.people import AccountLocked, sign_in

IDLE_SECONDS = 30 * 60
LONGEST_SECONDS = 8 * 3600
# The idle clock is written into the cookie at most once a minute, so that most answers set no cookie.
STEP_SECONDS = 60
API = "/api/"
FORMS = "dangan.forms"
CHECKS_ITSELF = "checks_its_form"


class SignedIn(UserMixin):
    """The person of a session. Its id carries the session epoch: a password change makes old sessions unknown."""

    def __init__(self, person: Person) -> None:
        self.person = person

    def get_id(self) -> str:
        return f"{self.person.id}:{self.person.session_epoch}"


def register(app: Flask, system: System) -> None:
    https = system.settings.base_url.startswith("https://")
    app.config.update(
        SECRET_KEY=system.settings.secret_key, SESSION_COOKIE_NAME="dangan", SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax", SESSION_COOKIE_SECURE=https, WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_CHECK_DEFAULT=False)
    headers.register(app, https)
    _protect_forms(app)
    _register_sessions(app, system)
    app.register_blueprint(_routes(system))


def current_actor() -> Actor:
    """Who is signed in. Only inside views that required it."""
    return current_person().actor()


def current_person() -> Person:
    person: Person = current_user.person
    return person


def is_signed_in() -> bool:
    return bool(current_user.is_authenticated)


def sign_in_required() -> Response | None:
    """For `before_request`: to the sign-in page and back again; scripts get an answer they can understand."""
    if is_signed_in():
        return None
    reason = g.get("session_ended", "")
    if request.headers.get("X-Requested-With") == "fetch":
        return Response('{"message": "登录已失效，请重新登录后继续。"}', status=401, mimetype="application/json")
    wanted = request.full_path.rstrip("?") if request.method == "GET" else ""
    return redirect(url_for("auth.sign_in_page", next=wanted if wanted != "/" else None, ended=reason or None))


def local_path(wanted: str, otherwise: str) -> str:
    """The path where it is one of this site; anything that could lead elsewhere is replaced."""
    safe = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if safe else otherwise


def _protect_forms(app: Flask) -> None:
    """Every change over a session needs the form's token; the API carries no session and checks its own tokens."""
    csrf = app.extensions[FORMS] = CSRFProtect(app)

    @app.before_request
    def check() -> None:
        if request.method not in ("GET", "HEAD", "OPTIONS") and not request.path.startswith(API) and not _later():
            csrf.protect()


def check_form() -> None:
    """Raises CSRFError where the form is not ours. For views that take files, see `pages.file_forms`."""
    if not g.get("csrf_valid", False):
        current_app.extensions[FORMS].protect()


def _later() -> bool:
    """A body that may hold a file is looked at by its view, when that knows whether the person may send one at all."""
    view = current_app.view_functions.get(request.endpoint or "")
    return spooled().may_hold_file and getattr(view, CHECKS_ITSELF, False)


def _register_sessions(app: Flask, system: System) -> None:
    manager = LoginManager(app)
    manager.session_protection = None  # the address behind a proxy changes; epoch and time limits end sessions

    @manager.user_loader
    def load(key: str) -> SignedIn | None:
        if request.path.startswith(API) or _ended(system):
            return None
        identity, _, epoch = key.rpartition(":")
        person: Person | None = Person.objects(id=identity, session_epoch=int(epoch), disabled=False).first()
        if person is None:
            g.session_ended = "closed"
        return SignedIn(person) if person else None


def _ended(system: System) -> bool:
    """Whether the session's time is over; where it is not, the idle clock starts anew."""
    now = int(system.clock.now().timestamp())
    since, seen = session.get("since", 0), session.get("seen", 0)
    if now - since > LONGEST_SECONDS or now - seen > IDLE_SECONDS:
        g.session_ended = "long" if now - since > LONGEST_SECONDS else "idle"
        return True
    if now - seen > STEP_SECONDS:
        session["seen"] = now
    return False


_ENDED = {
    "idle": "超过 30 分钟没有操作，已自动退出。请重新登录。",
    "long": "本次登录已满 8 小时，已自动退出。请重新登录。",
    "closed": "账号的口令已更改或账号已停用，原来的登录已失效。请重新登录。",
}


def _routes(system: System) -> Blueprint:
    auth = Blueprint("auth", __name__)

    @auth.get("/login")
    def sign_in_page() -> Any:
        if is_signed_in():
            return redirect(url_for("start.start"))
        ended = _ENDED.get(request.args.get("ended", ""), "")
        return render_template("pages/login.html", message=ended, name="", next=request.args.get("next", ""))

    @auth.post("/login")
    def sign_in_now() -> Any:
        name, wanted = request.form.get("name", "").strip(), request.form.get("next", "")
        try:
            person = sign_in(system.clock, name, request.form.get("password", ""))
        except ArchiveError as refusal:
            status = 429 if isinstance(refusal, AccountLocked) else 401
            return render_template("pages/login.html", error=str(refusal), name=name, next=wanted), status
        session.clear()  # a session begun by somebody else must not become this person's
        session["since"] = session["seen"] = int(system.clock.now().timestamp())
        login_user(SignedIn(person))
        return redirect(local_path(wanted, url_for("start.start")))

    @auth.post("/logout")
    def sign_out() -> Any:
        logout_user()
        session.clear()
        flash("您已退出。", "success")
        return redirect(url_for("auth.sign_in_page"))

    return auth

"""People, for the one who grants rights: accounts, roles, units, passwords, and assigning single dossiers."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from admin.web.pages.assignments import ids_of
from admin.web.pages.shared import actor, area, current_person, needs, system, today, told
from archive.errors import ArchiveError, Invalid
from archive.models import Person, Unit
from archive.operations.people import NewPerson, add_person, disable_person, set_password
from archive.operations.projects import assign_dossier
from archive.permissions import ROLE_NAMES, Permission, Role
from retention.delivery import undelivered
from retention.substitutes import all_substitutes

people = area("people", __name__)
GRANTABLE = {role.value: name for role, name in ROLE_NAMES.items() if role is not Role.SYSTEM}


@people.get("/people")
@needs(Permission.PERSON_MANAGE)
def listing() -> Any:
    return _page({})


@people.post("/people")
@needs(Permission.PERSON_MANAGE)
def add() -> Any:
    form = request.form
    try:
        _check_password()
        new = NewPerson(
            name=form.get("name", "").strip(), role=_role(form.get("role", "")), unit=form.get("unit", "").strip(),
            email=form.get("email", "").strip(), display_name=form.get("display_name", "").strip(),
            password=form.get("password", ""))
        add_person(actor(), system().clock, new)
    except ArchiveError as refusal:
        flash(str(refusal), "danger")
        return _page(form), 422
    flash(f"已开设账号“{new.name}”。请当面或通过安全渠道告知初始口令。", "success")
    return redirect(url_for("people.listing"))


@people.post("/people/<name>/disable")
@needs(Permission.PERSON_MANAGE)
def disable(name: str) -> Any:
    told(lambda: _disable(name), f"账号“{name}”已停用，令牌和登录同时失效。")
    return redirect(url_for("people.listing"))


@people.post("/people/<name>/password")
@needs(Permission.PERSON_MANAGE)
def password(name: str) -> Any:
    told(lambda: _set_password(name), f"已为“{name}”设置新口令，原有登录失效。")
    return redirect(url_for("people.listing"))


@people.post("/people/assign")
@needs(Permission.PERSON_MANAGE)
def assign() -> Any:
    """Replace who may see one dossier besides those whose post or unit allows it."""
    code, names = request.form.get("code", "").strip(), request.form.getlist("names")
    told(lambda: assign_dossier(actor(), system().clock, code, ids_of(names)), "已更新该案卷的指派。")
    return redirect(url_for("people.listing") + "#assign")


def _disable(name: str) -> None:
    if name == current_person().name:
        raise Invalid(field="用户", problem="不能停用自己的账号，请由另一位管理员操作。")
    disable_person(actor(), system().clock, name)


def _set_password(name: str) -> None:
    _check_password()
    set_password(actor(), system().clock, name, request.form.get("password", ""))


def _check_password() -> None:
    typed, again = request.form.get("password", ""), request.form.get("again", "")
    if not typed:
        raise Invalid(field="口令", problem="必须填写。")
    if typed != again:
        raise Invalid(field="口令", problem="两次输入不一致，请重新输入。")


def _role(value: str) -> Role:
    if value not in GRANTABLE:
        raise Invalid(field="角色", problem="请从列表中选择。")
    return Role(value)


def _page(entered: Any) -> str:
    everybody = list(Person.objects.order_by("disabled", "role", "name"))
    return render_template("pages/people.html", everybody=everybody, roles=GRANTABLE, entered=entered,
                           units=[unit.name for unit in Unit.objects.order_by("id")], own=current_person().name,
                           undelivered=undelivered([person.email for person in everybody], system().clock.now()),
                           substitutes=all_substitutes(actor(), today()), today=today(), now=system().clock.now())

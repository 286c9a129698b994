"""One's own notices over HTTP: which optional mails are declined, and who is told as well while one is away."""

from datetime import date

from flask import Response
from pydantic import Field

from admin.api.context import Asked, Strict, actor, answer, area, system
from admin.api.idempotency import WriteHeaders, idempotent
from admin.api.problems import responses
from retention.choices import choices_of, decline
from retention.optional import KINDS
from retention.substitutes import drop_substitute, name_substitute, places_taken, substitutes_of

notices = area("notices", "我的提醒")


class PlaceOut(Strict):
    """Who takes whose place, and when, both days included."""

    person: str
    person_name: str
    substitute: str
    substitute_name: str
    first: date
    last: date


class Choices(Strict):
    """`declines` are optional kinds this person wants no mail of; `optional` names all there are.

    `substitutes` take this person's place now or later; `places` are those this person takes today.
    """

    declines: list[str]
    optional: dict[str, str]
    substitutes: list[PlaceOut]
    places: list[PlaceOut]


class Declined(Asked):
    declines: list[str] = Field(max_length=len(KINDS), description="退订的邮件种类，取自 optional；没有列出的恢复寄送")


class Named(Asked):
    name: str = Field(max_length=64, description="代收人的用户名")
    first: date = Field(description="自哪天")
    last: date = Field(description="至哪天，含当天")


class SubstitutePath(Asked):
    name: str = Field(max_length=64, description="代收人的用户名")


@notices.get("/account/notices", responses={200: Choices})
def show() -> Response:
    """您退订了哪些可选的提醒邮件，谁代您接收"""
    return _answer()


@notices.put("/account/notices", responses={200: Choices})
@idempotent
def choose(header: WriteHeaders, body: Declined) -> Response:
    """退订或恢复可选的提醒邮件

    可退订的只有每周汇总和一般、轻微、提示事项的临期提醒；严重、重要和逾期事项一律提醒。
    """
    decline(actor(), system().clock, body.declines)
    return _answer()


@notices.post("/account/notices/substitutes", responses={200: Choices})
@idempotent
def add(header: WriteHeaders, body: Named) -> Response:
    """指定外出期间的代收人

    期间的提醒同时寄给双方。代收人须在用、有邮箱，并能查看您能查看的全部项目。
    """
    name_substitute(actor(), system().clock, body.name, body.first, body.last)
    return _answer()


@notices.delete("/account/notices/substitutes/<name>", responses={200: Choices, **responses(404)})
@idempotent
def drop(header: WriteHeaders, path: SubstitutePath) -> Response:
    """撤销代收人"""
    drop_substitute(actor(), system().clock, path.name)
    return _answer()


def _answer() -> Response:
    who, day = actor(), system().clock.today()
    return answer(Choices(
        declines=list(choices_of(who).declines), optional=dict(KINDS),
        substitutes=list(map(PlaceOut.model_validate, substitutes_of(who, day))),
        places=list(map(PlaceOut.model_validate, places_taken(who, day)))))

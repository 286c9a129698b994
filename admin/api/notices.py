"""One's own notices over HTTP: which optional mails are declined."""

from flask import Response
from pydantic import Field

from admin.api.context import Asked, Strict, actor, answer, area, system
from admin.api.idempotency import WriteHeaders, idempotent
from retention.choices import choices_of, decline
from retention.models import NoticeChoices
from retention.optional import KINDS

notices = area("notices", "我的提醒")


class Choices(Strict):
    """`declines` are optional kinds this person wants no mail of; `optional` names all there are."""

    declines: list[str]
    optional: dict[str, str]


class Declined(Asked):
    declines: list[str] = Field(max_length=len(KINDS), description="退订的邮件种类，取自 optional；没有列出的恢复寄送")


@notices.get("/account/notices", responses={200: Choices})
def show() -> Response:
    """您退订了哪些可选的提醒邮件"""
    return answer(_shape(choices_of(actor())))


@notices.put("/account/notices", responses={200: Choices})
@idempotent
def choose(header: WriteHeaders, body: Declined) -> Response:
    """退订或恢复可选的提醒邮件

    可退订的只有每周汇总和一般、轻微、提示事项的临期提醒；严重、重要和逾期事项一律提醒。
    """
    return answer(_shape(decline(actor(), system().clock, body.declines)))


def _shape(chosen: NoticeChoices) -> Choices:
    return Choices(declines=list(chosen.declines), optional=dict(KINDS))

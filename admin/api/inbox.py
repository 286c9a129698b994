"""One's own inbox over HTTP: what one was told, whether the mail of it arrived, and having read it."""

from datetime import date, datetime

from flask import Response
from pydantic import Field, model_validator

from admin.api.context import Asked, Listing, Paging, Strict, actor, answer, area, system
from admin.api.idempotency import WriteHeaders, idempotent
from archive.personal import mask
from retention.inbox import MOST_AT_ONCE, inbox_of, mail_states, mark_read, unread
from retention.models import InboxLine, Mail

inbox = area("inbox", "我的提醒")


class InboxQuery(Paging):
    unread: bool = Field(False, description="只要未读的")


class InboxItem(Strict):
    """One thing told. `mail` is the state of its mail: `none` where there was none, `bounced` where it came back."""

    id: str
    finding: str
    project: str
    project_name: str
    title: str
    subject: str
    clause: str
    severity: str
    outcome: str
    due_on: date | None
    reason: str
    because: list[str]
    on_behalf: list[str]
    day: date
    at: datetime
    read_at: datetime | None
    mail: str


class InboxList(Listing):
    items: list[InboxItem]
    unread: int


class ReadOnes(Asked):
    ids: list[str] = Field(default_factory=list, max_length=MOST_AT_ONCE, description="哪些")
    all: bool = Field(False, description="全部")

    @model_validator(mode="after")
    def _say_which(self) -> "ReadOnes":
        if not self.ids and not self.all:
            raise ValueError("请给出 ids，或用 all 表示全部")
        return self


class ReadResult(Strict):
    read: int
    unread: int


@inbox.get("/inbox", responses={200: InboxList})
def listed(query: InboxQuery) -> Response:
    """告知过您的事项，新的在前；邮件没有送到的也在内"""
    found = inbox_of(actor(), only_unread=query.unread, page=query.page, size=query.size)
    mails = mail_states(actor(), found.items)
    return answer(InboxList(items=[_item(line, mails.get(line.id)) for line in found.items], total=found.total,
                            page=found.page, size=found.size, unread=unread(actor())))


@inbox.post("/inbox/read", responses={200: ReadResult})
@idempotent
def read(header: WriteHeaders, body: ReadOnes) -> Response:
    """标为已读；不是您的不受影响"""
    done = mark_read(actor(), system().clock, None if body.all else body.ids)
    return answer(ReadResult(read=done, unread=unread(actor())))


def _item(line: InboxLine, mail: Mail | None) -> InboxItem:
    same = {name: getattr(line, name) for name in InboxItem.model_fields if name not in ("mail", "title", "subject", "reason")}
    return InboxItem(**same, title=mask(line.title), subject=mask(line.subject), reason=mask(line.reason),
                     mail=mail.state if mail else "none")

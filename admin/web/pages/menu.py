"""The navigation: one table of entries, each for those who hold its permission. Shows nothing a role may not open."""

from collections.abc import Sequence
from dataclasses import dataclass

from archive.access import Actor
from archive.permissions import Permission


@dataclass(frozen=True, slots=True)
class Entry:
    """`endpoint` also answers for other pages of its blueprint; `permission` None is for everybody signed in."""

    label: str
    icon: str
    endpoint: str
    permission: Permission | None = None

    @property
    def area(self) -> str:
        return self.endpoint.partition(".")[0]


ENTRIES: tuple[Entry, ...] = (
    Entry("首页", "house", "start.start"),
    Entry("项目", "folder2-open", "projects.listing", Permission.PROJECT_READ),
    Entry("检索", "search", "search.search", Permission.DOCUMENT_READ),
    Entry("著录待核", "check2-square", "review.queue", Permission.DOCUMENT_CONFIRM),
    Entry("移交清单", "receipt", "receipts.listing", Permission.DOCUMENT_FILE),
    Entry("看板", "bar-chart", "boards.own", Permission.PROJECT_READ),
    Entry("核对事项", "clipboard-check", "findings.board", Permission.PROJECT_READ),
    Entry("我的提醒", "bell", "inbox.listing", Permission.PROJECT_READ),
    Entry("运行状况", "activity", "operations.overview", Permission.OPERATIONS_READ),
    Entry("工作日", "calendar", "workdays.listing", Permission.WORKDAYS_EDIT),
    Entry("人员", "people", "people.listing", Permission.PERSON_MANAGE),
    Entry("密级复核", "shield-lock", "secrecy.requests", Permission.SECRECY_CLEAR),
    Entry("审计", "shield-check", "audit.overview", Permission.AUDIT_READ),
    Entry("规则与条款", "journal-text", "rules.rules"),
)
BACK_OFFICE = (Permission.OPERATIONS_READ, Permission.PERSON_MANAGE, Permission.AUDIT_READ, Permission.PROJECT_CREATE)


def entries_for(actor: Actor) -> Sequence[Entry]:
    return [entry for entry in ENTRIES if entry.permission is None or actor.may(entry.permission)]


def has_back_office(actor: Actor) -> bool:
    return any(actor.may(permission) for permission in BACK_OFFICE)

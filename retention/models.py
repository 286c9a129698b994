"""What judging and telling leave behind: findings with the life of their alert, mails, and what each person was told."""

from datetime import date, datetime
from typing import Any, ClassVar

from mongoengine import (
    BooleanField,
    DateField,
    DateTimeField,
    DictField,
    EmbeddedDocumentField,
    EmbeddedDocumentListField,
    IntField,
    ListField,
    LongField,
    StringField,
)

from archive.models.base import Model, Part, Revisioned
from retention.change_models import ALL as CHANGES
from retention.optional import KINDS


class Change(Part):
    """One turn in the life of an alert."""

    at: datetime = DateTimeField(required=True)
    day: date = DateField(required=True)
    what: str = StringField(required=True, choices=(
        "opened", "changed", "cleared", "acknowledged", "waived", "lapsed", "escalated"))
    note: str = StringField(default="")
    by: str = StringField(default="")


class FindingWaiver(Part):
    """An exemption asked for by one person and approved by another (双人), until a day."""

    reason: str = StringField(required=True)
    until: date = DateField(required=True)
    asked_by: str = StringField(required=True)
    asked_at: datetime = DateTimeField(required=True)
    approved_by: str = StringField(default="")
    approved_at: datetime | None = DateTimeField()


class EscalationStep(Part):
    """That an opening was told to the next one up, after so many days in which nobody took it up."""

    episode: int = IntField(required=True)
    level: str = StringField(required=True)
    days: int = IntField(required=True)
    day: date = DateField(required=True)


class FindingRecord(Revisioned):
    """The newest answer of one rule about one subject of one project, and its alert; which answers have one: `retention/kept.py`.

    `id` is made from project, rule and subject, so one cause never has two records. `alert` is `none`, `open` or
    `cleared`; `episode` counts openings. `evaluated_on`: since when the answer is this one; the project's standing says when
    it was last asked. `outcome_rank`, `rank` (of the severity) and `undated` are the order of lists, most urgent first.
    """

    called: ClassVar[str] = "事项"
    former_indexes = frozenset({"alert_1_severity_1_due_on_1", "history.day_1", "outcome_1_alert_1_due_on_1"})
    meta: ClassVar[dict[str, Any]] = {
        "collection": "findings", "auto_create_index": False,
        "indexes": [("project", "rule"), "dossier",
                    ("outcome_rank", "rank", "undated", "due_on", "project", "rule", "subject"),
                    {"fields": ["alert", "severity", "due_on"], "name": "open", "partialFilterExpression": {"alert": "open"}},
                    {"fields": ["alert", "rank"], "name": "cleared", "partialFilterExpression": {"alert": "cleared"}},
                    {"fields": ["history.day"], "name": "turns", "sparse": True},
                    {"fields": ["outcome", "alert", "due_on"], "name": "due", "partialFilterExpression": {"outcome": "due"}},
                    {"fields": ["undated", "due_on", "rank", "project", "rule", "subject"], "name": "coming",
                     "partialFilterExpression": {"outcome": "due"}},
                    {"fields": ["acknowledged_by"], "name": "taken_up", "partialFilterExpression": {"acknowledged_by": {"$gt": ""}}},
                    {"fields": ["waiver.until"], "sparse": True}]}

    id: str = StringField(primary_key=True)
    project: str = StringField(required=True)
    project_name: str = StringField(required=True)
    dossier: str = StringField(required=True)
    unit: str = StringField(required=True)
    rule: str = StringField(required=True)
    rule_version: int = IntField(required=True)
    settings_version: str = StringField(default="")
    title: str = StringField(required=True)
    clause: str = StringField(required=True)
    subject: str = StringField(default="")
    outcome: str = StringField(required=True)
    severity: str = StringField(required=True)
    due_on: date | None = DateField()
    outcome_rank: int = IntField(default=0)
    rank: int = IntField(default=0)
    undated: bool = BooleanField(default=False)
    reason: str = StringField(default="")
    inputs: dict[str, Any] = DictField()
    steps: list[str] = ListField(StringField())
    clears_when: str = StringField(default="")
    provisional: bool = BooleanField(default=False)
    targets: list[str] = ListField(StringField())
    milestones: list[int] = ListField(IntField())
    evaluated_on: date = DateField(required=True)

    alert: str = StringField(default="none", choices=("none", "open", "cleared"))
    episode: int = IntField(default=0)
    opened_on: date | None = DateField()
    acknowledged_by: str = StringField(default="")
    waiver: FindingWaiver | None = EmbeddedDocumentField(FindingWaiver)
    escalations: list[EscalationStep] = EmbeddedDocumentListField(EscalationStep)
    history: list[Change] = EmbeddedDocumentListField(Change)


class Mail(Revisioned):
    """A mail to one person: the digest of a day, or a notice of its own.

    `writing`: what it mentions is still being stored. `sending` at start-up means: nobody knows whether it went out.
    """

    called: ClassVar[str] = "邮件"
    meta: ClassVar[dict[str, Any]] = {
        "collection": "mails", "auto_create_index": False,
        "indexes": [("state", "not_before"), "-created_at", "address"]}

    id: str = StringField(primary_key=True)
    kind: str = StringField(default="digest", choices=("digest", "notice", "urgent", "weekly", "watchdog"))
    address: str = StringField(required=True)
    name: str = StringField(default="")
    day: date = DateField(required=True)
    subject: str = StringField(required=True)
    text: str = StringField(required=True)
    html: str = StringField(required=True)
    calendar: str = StringField(default="")
    items: int = IntField(default=0)
    state: str = StringField(default="queued", choices=(
        "writing", "queued", "sending", "sent", "rejected", "uncertain", "bounced"))
    attempts: int = IntField(default=0)
    refusals: int = IntField(default=0)
    repeated: bool = BooleanField(default=False)
    not_before: datetime = DateTimeField(required=True)
    created_at: datetime = DateTimeField(required=True)
    sent_at: datetime | None = DateTimeField()
    error: str = StringField(default="")


class Mention(Model):
    """That an address was (or is about to be) told one thing once; `id` is address and line key."""

    meta: ClassVar[dict[str, Any]] = {"collection": "mentions", "auto_create_index": False, "indexes": ["address", "key"]}

    id: str = StringField(primary_key=True)
    address: str = StringField(required=True)
    key: str = StringField(required=True)
    mail: str = StringField(required=True)


class Judgement(Model):
    """Which turn at judging a project was taken last (`retention/turns.py`); `id` is the project's code."""

    meta: ClassVar[dict[str, Any]] = {"collection": "judgements", "auto_create_index": False}

    id: str = StringField(primary_key=True)
    reader: str = StringField(required=True)
    kept_at: datetime | None = DateTimeField()


class WorkYearChange(Part):
    """One step in a year's working days: which days are worked since then, and which are not any more."""

    at: datetime = DateTimeField(required=True)
    by: str = StringField(required=True)
    by_name: str = StringField(default="")
    what: str = StringField(required=True, choices=("imported", "edited"))
    note: str = StringField(default="")
    now_work: list[str] = ListField(StringField())
    now_rest: list[str] = ListField(StringField())


class WorkYear(Model):
    """What a person keeps of a year's working days (`retention/work_years.py`); `id` is the year.

    days: by day `rest` or `work`. complete: they are the whole arrangement as announced, so nothing of it is provisional.
    """

    meta: ClassVar[dict[str, Any]] = {"collection": "work_years", "auto_create_index": False}

    id: str = StringField(primary_key=True)
    days: dict[str, str] = DictField()
    complete: bool = BooleanField(default=False)
    source: str = StringField(default="")
    history: list[WorkYearChange] = EmbeddedDocumentListField(WorkYearChange)


class MissedDay(Model):
    """A day on which nothing was judged and that was made up for later (`retention/missed_days.py`); `id` is the day."""

    meta: ClassVar[dict[str, Any]] = {"collection": "missed_days", "auto_create_index": False}

    id: str = StringField(primary_key=True)
    last: str = StringField(default="")
    projects: int = IntField(default=0)
    done: bool = BooleanField(default=False)


class SweepMark(Model):
    """The last sweep over all projects (`retention/sweeps.py`). after: the audit entry it began behind. by: which rules and
    settings."""

    meta: ClassVar[dict[str, Any]] = {"collection": "sweeps", "auto_create_index": False}

    id: str = StringField(primary_key=True)
    day: date = DateField(required=True)
    by: str = StringField(required=True)
    after: int = LongField(required=True)
    done: bool = BooleanField(default=False)


class Substitute(Part):
    """Who is told in somebody's place as well, from one day to another, both included."""

    person: str = StringField(required=True)
    first: date = DateField(required=True)
    last: date = DateField(required=True)
    named_by: str = StringField(required=True)
    named_at: datetime = DateTimeField(required=True)

    def holds_on(self, day: date) -> bool:
        return self.first <= day <= self.last


class InboxLine(Model):
    """One thing a person was told, or should have been: what the mail says, kept where it can be read without mail.

    News that no finding is behind have a `link` instead of one, and no project where they concern none.
    """

    meta: ClassVar[dict[str, Any]] = {"collection": "inbox", "auto_create_index": False,
                                      "indexes": [("person", "-at"), ("person", "read_at"), "keys"]}

    id: str = StringField(primary_key=True)
    person: str = StringField(required=True)
    finding: str = StringField(default="")
    link: str = StringField(default="")
    project: str = StringField(default="")
    project_name: str = StringField(default="")
    title: str = StringField(required=True)
    clause: str = StringField(default="")
    subject: str = StringField(default="")
    severity: str = StringField(required=True)
    outcome: str = StringField(default="")
    due_on: date | None = DateField()
    reason: str = StringField(default="")
    because: list[str] = ListField(StringField())
    on_behalf: list[str] = ListField(StringField())
    keys: list[str] = ListField(StringField())
    day: date = DateField(required=True)
    at: datetime = DateTimeField(required=True)
    read_at: datetime | None = DateTimeField()


class NoticeChoices(Model):
    """What a person chose about being told; `id` is the person's. Without a record she is told everything."""

    meta: ClassVar[dict[str, Any]] = {"collection": "notice_choices", "auto_create_index": False}

    id: str = StringField(primary_key=True)
    declines: list[str] = ListField(StringField(choices=tuple(KINDS)))
    substitutes: list[Substitute] = EmbeddedDocumentListField(Substitute)


class Standing(Model):
    """Where a project stands after its last evaluation (`retention/standings.py`): derived, for boards. `id` is the dossier's.

    needed, settled: mandatory materials, and those present or waived; lacks: the types that are neither. late_since: the
    oldest day a failed rule named. quiet: failed, and told of by another finding. open: alerts. kinds: how many findings there are
    of each unsettled outcome and severity (`failed/C`). next_on, next_title: what is due next. undated, unnext: the order of
    lists, what has a day first. digest: of all answers (`retention/kept.py`), also of those that have no row. counted: by which
    version it was added to the sums (`retention/sums.py`).
    """

    former_indexes = frozenset({"late_since_1__id_1", "unit_1_failed_1_due_1_unknown_1"})
    meta: ClassVar[dict[str, Any]] = {
        "collection": "standings", "auto_create_index": False,
        "indexes": [("unit", "failed", "quiet", "due", "unknown"), "lacks", ("undated", "unit", "late_since"),
                    ("undated", "late_since", "unnext", "next_on", "project"), ("counted", "evaluated_on")]}

    id: str = StringField(primary_key=True)
    project: str = StringField(required=True)
    project_name: str = StringField(required=True)
    unit: str = StringField(required=True)
    profile: str = StringField(required=True)
    needed: int = IntField(default=0)
    settled: int = IntField(default=0)
    lacks: list[str] = ListField(StringField())
    failed: int = IntField(default=0)
    quiet: int = IntField(default=0)
    grave: int = IntField(default=0)
    unknown: int = IntField(default=0)
    due: int = IntField(default=0)
    open: int = IntField(default=0)
    kinds: dict[str, int] = DictField()
    passed: int = IntField(default=0)
    not_applicable: int = IntField(default=0)
    digest: str = StringField(default="")
    late_since: date | None = DateField()
    next_on: date | None = DateField()
    next_title: str = StringField(default="")
    undated: bool = BooleanField(default=True)
    unnext: bool = BooleanField(default=True)
    evaluated_on: date = DateField(required=True)
    counted: int = IntField(default=0)


class StandingSum(Model):
    """What the standings of a unit add up to, or of all (no `unit`); kept by `retention/sums.py` alone.

    of: by which version. profiles: how many projects have each; lacks: how many lack each material. late, late_days: the overdue
    ones, and the ordinals of the days since which they are, added up.
    """

    meta: ClassVar[dict[str, Any]] = {"collection": "standing_sums", "auto_create_index": False}

    id: str = StringField(primary_key=True)
    of: int = IntField(required=True)
    unit: str | None = StringField()
    projects: int = IntField(default=0)
    needed: int = IntField(default=0)
    settled: int = IntField(default=0)
    failed: int = IntField(default=0)
    quiet: int = IntField(default=0)
    grave: int = IntField(default=0)
    unknown: int = IntField(default=0)
    due: int = IntField(default=0)
    open: int = IntField(default=0)
    late: int = IntField(default=0)
    late_days: int = LongField(default=0)
    profiles: dict[str, int] = DictField()
    lacks: dict[str, int] = DictField()
    kinds: dict[str, int] = DictField()


class AlertDay(Model):
    """How many alerts of a unit, or of all (no `unit`), were opened and cleared on a day; kept by `retention/sums.py` alone."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "alert_days", "auto_create_index": False,
        "indexes": [("of", "unit", "day"), ("of", "day", "unit", "opened", "cleared")]}

    id: str = StringField(primary_key=True)
    of: int = IntField(required=True)
    unit: str | None = StringField()
    day: date = DateField(required=True)
    opened: int = IntField(default=0)
    cleared: int = IntField(default=0)


ALL: tuple[type[Model], ...] = (
    FindingRecord, Mail, Mention, Judgement, NoticeChoices, InboxLine, Standing, StandingSum, AlertDay, SweepMark, MissedDay,
    WorkYear, *CHANGES)

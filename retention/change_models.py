"""What changing rules with care leaves behind: proposals, the values that were ever in force, and back-tests with results."""

from datetime import date, datetime
from typing import Any, ClassVar

from mongoengine import (
    DateField,
    DateTimeField,
    DictField,
    EmbeddedDocumentListField,
    IntField,
    ListField,
    StringField,
)

from archive.models.base import Model, Part, Revisioned

PROPOSED, APPROVED, REFUSED, WITHDRAWN = "proposed", "approved", "refused", "withdrawn"
WAITING, RUNNING, DONE, STOPPED = "waiting", "running", "done", "stopped"
SETTINGS, VERSIONS = "settings", "versions"


class RuleTurn(Part):
    """One turn in the life of a proposal."""

    at: datetime = DateTimeField(required=True)
    what: str = StringField(required=True)
    by: str = StringField(required=True)
    by_name: str = StringField(default="")
    note: str = StringField(default="")


class RuleChange(Revisioned):
    """Other values for settings of the rules, from a day on: proposed by one person, approved by another.

    values: name → new value, None where the value of the configuration file is to hold again. before: what was in force
    when it was proposed. backtest: the newest back-test of it.
    """

    called: ClassVar[str] = "规则参数修改"
    meta: ClassVar[dict[str, Any]] = {"collection": "rule_changes", "auto_create_index": False, "indexes": [
        {"fields": ["number"], "unique": True}, ("state", "effective_on", "number")]}

    number: int = IntField(required=True)
    values: dict[str, Any] = DictField(required=True)
    before: dict[str, Any] = DictField()
    reason: str = StringField(required=True, max_length=2000)
    effective_on: date = DateField(required=True)
    state: str = StringField(default=PROPOSED, choices=(PROPOSED, APPROVED, REFUSED, WITHDRAWN))
    proposed_by: str = StringField(required=True)
    proposed_by_name: str = StringField(default="")
    proposed_at: datetime = DateTimeField(required=True)
    decided_by: str = StringField(default="")
    decided_by_name: str = StringField(default="")
    decided_at: datetime | None = DateTimeField()
    backtest: str = StringField(default="")
    history: list[RuleTurn] = EmbeddedDocumentListField(RuleTurn)


class SettingsVersion(Model):
    """All values of one version of the settings that was ever judged by; `id` is what findings name."""

    meta: ClassVar[dict[str, Any]] = {"collection": "settings_versions", "auto_create_index": False}

    values: dict[str, Any] = DictField()
    seen_at: datetime = DateTimeField(required=True)


class BackTest(Model):
    """One comparison of two ways of judging over all projects, on one day. `after`: the last project that is through.

    settings: `left` and `right` are all values of the settings before and after. versions: of `rule`, which version each.
    """

    meta: ClassVar[dict[str, Any]] = {"collection": "backtests", "auto_create_index": False, "indexes": [
        "state", ("subject", "-asked_at")]}

    kind: str = StringField(required=True, choices=(SETTINGS, VERSIONS))
    subject: str = StringField(required=True)
    rule: str = StringField(default="")
    left: dict[str, Any] = DictField()
    right: dict[str, Any] = DictField()
    day: date = DateField(required=True)
    state: str = StringField(default=WAITING, choices=(WAITING, RUNNING, DONE, STOPPED))
    total: int = IntField(default=0)
    done: int = IntField(default=0)
    after: str = StringField(default="")
    asked_by: str = StringField(required=True)
    asked_by_name: str = StringField(default="")
    asked_at: datetime = DateTimeField(required=True)
    beat_at: datetime | None = DateTimeField()
    ended_at: datetime | None = DateTimeField()
    error: str = StringField(default="")


class BackTestRow(Model):
    """A project of which at least one answer differs; `id` is the back-test's and the project's, so none comes twice.

    changes: rule, subject and both answers. failed: how many breaches, before and after; becomes: `breaks` where there was none
    before, `heals` where there is none after. worse, better: breaches that come and go; appear, vanish: alerts.
    """

    meta: ClassVar[dict[str, Any]] = {"collection": "backtest_rows", "auto_create_index": False, "indexes": [
        ("test", "project"), ("test", "unit"), ("test", "changes.rule")]}

    test: str = StringField(required=True)
    project: str = StringField(required=True)
    project_name: str = StringField(default="")
    unit: str = StringField(required=True)
    dossier: str = StringField(required=True)
    failed_before: int = IntField(default=0)
    failed_after: int = IntField(default=0)
    becomes: str = StringField(default="")
    worse: int = IntField(default=0)
    better: int = IntField(default=0)
    appear: int = IntField(default=0)
    vanish: int = IntField(default=0)
    changes: list[dict[str, Any]] = ListField(DictField())


ALL: tuple[type[Model], ...] = (RuleChange, SettingsVersion, BackTest, BackTestRow)

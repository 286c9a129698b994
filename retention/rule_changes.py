"""Settings of the rules as they change: what holds on a day, and the life of a proposal until a second person decides.

An approved change stands over the configuration file from its day on, later ones over earlier ones; a name set to None gives the
file its say again. It takes effect on the day after approval at the earliest, so no day was ever judged in two ways.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from archive.access import Actor, require, sees_everything, system_actor
from archive.clock import Clock
from archive.errors import Invalid, NotFound, NotPermitted
from archive.models import new_id
from archive.permissions import Permission
from archive.queries import Page, page_of
from archive.transaction import Transaction, collection, write
from retention.change_models import (
    APPROVED,
    DONE,
    PROPOSED,
    REFUSED,
    WITHDRAWN,
    BackTest,
    RuleChange,
    RuleTurn,
    SettingsVersion,
)
from retention.compliance.rule_settings import RuleSettings
from retention.compliance.setting_values import NAMES, changed, differences, kept, typed, values_of, version_of

ACTOR = system_actor("compliance")
SHORTEST_REASON = 4
MOST_VALUES = 50


@dataclass(frozen=True, slots=True)
class InForce:
    """settings: the values of a day. sources: of each name that an approved change set, the number of that change."""

    settings: RuleSettings
    sources: Mapping[str, int]

    @property
    def version(self) -> str:
        return version_of(self.settings)


def in_force(base: RuleSettings, day: date) -> InForce:
    """What holds on this day: `base` is the configuration's."""
    found: dict[str, Any] = {}
    sources: dict[str, int] = {}
    rows = collection(RuleChange).find({"state": APPROVED, "effective_on": {"$lte": datetime.combine(day, time())}},
                                       {"number": 1, "values": 1})
    for row in rows.sort([("effective_on", 1), ("number", 1)]):
        for name, value in row["values"].items():
            if name not in NAMES:  # one of another version of the programme says nothing to this one
                continue
            found.pop(name, None)
            sources.pop(name, None)
            if value is not None:
                found[name], sources[name] = value, row["number"]
    return InForce(changed(base, found), sources)


def proposed_over(base: RuleSettings, change: RuleChange) -> tuple[RuleSettings, RuleSettings]:
    """The values on the day the change would take effect, without it and with it."""
    without = in_force(base, change.effective_on).settings
    return without, _with(base, without, change.values)


def _with(base: RuleSettings, without: RuleSettings, values: Mapping[str, Any]) -> RuleSettings:
    return changed(without, {name: getattr(base, name) if value is None else value for name, value in values.items()})


def remember(clock: Clock, settings: RuleSettings) -> None:
    """Keep what the version stands for, the first time anything is judged by it."""
    key = version_of(settings)
    if collection(SettingsVersion).find_one({"_id": key}, {"_id": 1}):
        return

    def work(tx: Transaction) -> None:
        tx.put(SettingsVersion(id=key, values=values_of(settings), seen_at=tx.now))
        tx.audit("rules.settings-used", f"settings:{key}")

    write(ACTOR, clock, work)


def settings_version(key: str) -> SettingsVersion:
    """All values of a version. Raises NotFound for one that nothing was ever judged by."""
    found: SettingsVersion | None = SettingsVersion.objects(id=key).first()
    if found is None:
        raise NotFound(what="规则参数版本", key=key)
    return found


def require_reader(actor: Actor) -> None:
    """Proposals and back-tests speak of all dossiers, so they are for who sees all. Raises NotPermitted."""
    require(actor, Permission.PROJECT_READ)
    if not sees_everything(actor):
        raise NotPermitted(permission="查看全部单位")


def _require_writer(actor: Actor) -> None:
    require(actor, Permission.RULE_CHANGE)
    require_reader(actor)


def list_changes(actor: Actor, *, state: str = "", page: int = 1, size: int = 50) -> Page:
    """Proposals, the newest first."""
    require_reader(actor)
    return page_of(RuleChange.objects(**({"state": state} if state else {})).order_by("-number"), page, size)


def find_change(actor: Actor, key: str) -> RuleChange:
    """Raises NotFound, NotPermitted."""
    require_reader(actor)
    found: RuleChange | None = RuleChange.objects(id=key).first()
    if found is None:
        raise NotFound(what="规则参数修改", key=key)
    return found


def coming(day: date) -> list[RuleChange]:
    """What was approved and takes effect after this day: everybody may know."""
    return list(RuleChange.objects(state=APPROVED, effective_on__gt=day).order_by("effective_on", "number"))


def propose(actor: Actor, clock: Clock, base: RuleSettings, values: Mapping[str, object], reason: str,
            effective_on: date) -> RuleChange:
    """Put up other values. Raises Invalid for values no rule could work with, or that change nothing."""
    _require_writer(actor)
    wanted = {name: None if value is None else typed(name, value) for name, value in list(values.items())[:MOST_VALUES + 1]}
    if not wanted or len(wanted) > MOST_VALUES:
        raise Invalid(field="参数", problem="请给出要修改的参数。")
    for name in wanted:
        typed(name, getattr(base, name, ""))  # an unknown name set back to the file's value
    if len(reason.strip()) < SHORTEST_REASON:
        raise Invalid(field="理由", problem="请写明为什么修改、依据什么。")
    _may_begin(clock, effective_on)
    without = in_force(base, effective_on).settings
    if not differences(without, _with(base, without, wanted)):
        raise Invalid(field="参数", problem="与届时生效的值相同，没有改动。")

    def work(tx: Transaction) -> RuleChange:
        last = next(iter(collection(RuleChange).find({}, {"number": 1}, session=tx.session).sort("number", -1).limit(1)), None)
        change = RuleChange(
            id=new_id(), number=(last["number"] if last else 0) + 1, reason=reason.strip(), effective_on=effective_on,
            values={name: kept(value) for name, value in wanted.items()},
            before={name: kept(getattr(without, name)) for name in wanted},
            proposed_by=actor.id, proposed_by_name=actor.name, proposed_at=tx.now)
        _turn(tx, change, "proposed", reason.strip())
        tx.insert(change)
        return change

    return write(actor, clock, work)


def approve(actor: Actor, clock: Clock, base: RuleSettings, key: str, note: str = "") -> RuleChange:
    """The second person's yes: from its day on the change holds. Raises Invalid for the proposer, without a finished back-test
    of what would hold, or where its day has come."""
    _require_writer(actor)

    def change(found: RuleChange) -> None:
        if found.proposed_by == actor.id:
            raise Invalid(field="批准", problem="提出人不能批准自己的修改，请另一位有权人员批准。")
        _may_begin(clock, found.effective_on)
        if not tested(base, found):
            raise Invalid(field="批准", problem="还没有完成对这次修改的回测，或回测之后参数有了变化。请先回测、看过结果再批准。")

    return _decide(actor, clock, key, APPROVED, note, change)


def refuse(actor: Actor, clock: Clock, key: str, note: str) -> RuleChange:
    """The second person's no, with a reason. Raises Invalid."""
    _require_writer(actor)

    def change(found: RuleChange) -> None:
        if found.proposed_by == actor.id:
            raise Invalid(field="退回", problem="这是您自己提出的修改，可以撤回；退回由另一位有权人员决定。")
        if len(note.strip()) < SHORTEST_REASON:
            raise Invalid(field="理由", problem="请写明退回的理由。")

    return _decide(actor, clock, key, REFUSED, note, change)


def withdraw(actor: Actor, clock: Clock, key: str, note: str = "") -> RuleChange:
    """Taken back by whoever proposed it, as long as nobody has decided. Raises Invalid."""
    _require_writer(actor)

    def change(found: RuleChange) -> None:
        if found.proposed_by != actor.id:
            raise Invalid(field="撤回", problem="只有提出人可以撤回；您可以批准或退回。")

    return _decide(actor, clock, key, WITHDRAWN, note, change)


def tested(base: RuleSettings, change: RuleChange) -> bool:
    """Whether the newest back-test is through, and compared what would hold now with what would hold then."""
    test: BackTest | None = BackTest.objects(id=change.backtest).first() if change.backtest else None
    without, with_it = proposed_over(base, change)
    return test is not None and test.state == DONE and (test.left, test.right) == (values_of(without), values_of(with_it))


def _decide(actor: Actor, clock: Clock, key: str, state: str, note: str, check: Any) -> RuleChange:
    def work(tx: Transaction) -> RuleChange:
        found = find_change(actor, key)
        if found.state != PROPOSED:
            raise Invalid(field="修改", problem="已经有了决定，不能再改。")
        check(found)
        found.state, found.decided_by, found.decided_by_name, found.decided_at = state, actor.id, actor.name, tx.now
        _turn(tx, found, state, note.strip())
        tx.replace(found)
        return found

    return write(actor, clock, work)


def _turn(tx: Transaction, change: RuleChange, what: str, note: str) -> None:
    change.history.append(RuleTurn(at=tx.now, what=what, by=tx.actor.id, by_name=tx.actor.name, note=note[:2000]))
    tx.audit(f"rules.{what}", f"rule-change:{change.id}", number=change.number, values=dict(change.values),
             before=dict(change.before), effective_on=change.effective_on.isoformat(), note=note[:2000])


def _may_begin(clock: Clock, day: date) -> None:
    if day <= clock.today():
        raise Invalid(field="生效日期", problem="最早为明天：已经按原参数核对过的日子不再改变。请撤回后另提一个生效日期。")

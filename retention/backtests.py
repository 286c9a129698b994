"""Back-tests: two ways of judging over all projects, asked for by a person, done in the background, kept to be looked at.

Owns asking and reading; the run is `backtesting`. What they say is of all dossiers, so they are for who sees all.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from archive.access import Actor, require
from archive.clock import Clock
from archive.errors import Invalid, NotFound
from archive.models import Project, new_id
from archive.permissions import Permission
from archive.queries import Page
from archive.transaction import Transaction, collection, write
from retention.change_models import PROPOSED, RUNNING, SETTINGS, VERSIONS, WAITING, BackTest, BackTestRow, RuleChange
from retention.compliance.engine import rules_named
from retention.compliance.rule_settings import RuleSettings
from retention.compliance.setting_values import values_of
from retention.rule_changes import find_change, proposed_over, require_reader

COUNTED = ("worse", "better", "appear", "vanish")
WORSE, BETTER = "worse", "better"


@dataclass(frozen=True, slots=True)
class Group:
    """One rule's or unit's share. worse, better: answers that become, or are no longer, a breach; appear, vanish: alerts."""

    key: str
    projects: int
    worse: int
    better: int
    appear: int
    vanish: int


@dataclass(frozen=True, slots=True)
class Row:
    """A project of which something differs; `changes` as `BackTestRow` keeps them."""

    project: str
    project_name: str
    unit: str
    failed_before: int
    failed_after: int
    becomes: str
    changes: list[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Summary:
    """breaks, heals: projects in which nothing was broken before, or is after."""

    projects: int
    breaks: int
    heals: int
    worse: int
    better: int
    appear: int
    vanish: int
    by_rule: tuple[Group, ...]
    by_unit: tuple[Group, ...]


def ask_settings(actor: Actor, clock: Clock, base: RuleSettings, key: str) -> BackTest:
    """Ask for a back-test of a proposal; a second request while one waits or runs joins it."""
    require(actor, Permission.RULE_CHANGE)
    find_change(actor, key)

    def work(tx: Transaction) -> BackTest:
        change = find_change(actor, key)
        if change.state != PROPOSED:
            raise Invalid(field="回测", problem="这次修改已经有了决定，不再回测。")
        without, with_it = map(values_of, proposed_over(base, change))
        last: BackTest | None = BackTest.objects(id=change.backtest).first() if change.backtest else None
        if last is not None and last.state in (WAITING, RUNNING) and (last.left, last.right) == (without, with_it):
            tx.audit("rules.backtest-joined", f"backtest:{last.id}", number=change.number)
            return last
        test = _begun(tx, actor, clock, BackTest(id=new_id(), kind=SETTINGS, subject=change.id, left=without, right=with_it))
        tx.update(RuleChange, change.id, {"$set": {"backtest": test.id}, "$inc": {"revision": 1}})
        return test

    return write(actor, clock, work)


def ask_versions(actor: Actor, clock: Clock, rule: str, left: int, right: int) -> BackTest:
    """Ask what all projects would be told by two versions of a rule. Raises NotFound for a rule or version there is not."""
    require(actor, Permission.RULE_CHANGE)
    require_reader(actor)
    (known,) = rules_named(rule)
    for version in (left, right):
        known.of_version(version)
    if left == right:
        raise Invalid(field="版本", problem="请选择两个不同的版本。")
    test = BackTest(id=new_id(), kind=VERSIONS, subject=rule, rule=rule, left={"version": left}, right={"version": right})
    return write(actor, clock, lambda tx: _begun(tx, actor, clock, test))


def _begun(tx: Transaction, actor: Actor, clock: Clock, test: BackTest) -> BackTest:
    test.day, test.total = clock.today(), Project.objects.count()
    test.asked_by, test.asked_by_name, test.asked_at = actor.id, actor.name, tx.now
    tx.put(test)
    tx.audit("rules.backtest-asked", f"backtest:{test.id}", kind=test.kind, about=test.subject, projects=test.total)
    return test


def find_backtest(actor: Actor, key: str) -> BackTest:
    """Raises NotFound, NotPermitted."""
    require_reader(actor)
    found: BackTest | None = BackTest.objects(id=key).first()
    if found is None:
        raise NotFound(what="回测", key=key)
    return found


def backtests_of(actor: Actor, subject: str, most: int = 20) -> list[BackTest]:
    """Those of a proposal or of a rule's versions, the newest first."""
    require_reader(actor)
    return list(BackTest.objects(subject=subject).order_by("-asked_at", "-id").limit(most))


def list_rows(actor: Actor, key: str, *, effect: str = "", rule: str = "", unit: str = "", page: int = 1, size: int = 50) -> Page:
    """Projects of which something differs; `effect`: one of `COUNTED`, `breaks` or `heals`."""
    find_backtest(actor, key)
    page, size = max(page, 1), min(max(size, 1), 200)
    match = _match(key, effect, rule, unit)
    rows = collection(BackTestRow).find(match).sort([("project", 1)]).skip((page - 1) * size).limit(size)
    names = [item.name for item in fields(Row)]
    found = [Row(**{name: row[name] for name in names}) for row in rows]
    return Page(found, collection(BackTestRow).count_documents(match), page, size)


def all_rows(actor: Actor, key: str) -> Iterator[Mapping[str, Any]]:
    """Every project of which something differs, as kept, one after the other."""
    find_backtest(actor, key)
    return iter(collection(BackTestRow).find({"test": key}).sort([("project", 1)]))


def summary_of(actor: Actor, key: str) -> Summary:
    """What has been found so far, counted by the database."""
    find_backtest(actor, key)
    sums: dict[str, Any] = {name: {"$sum": f"${name}"} for name in COUNTED}
    flips = {name: {"$sum": {"$cond": [{"$eq": ["$becomes", name]}, 1, 0]}} for name in ("breaks", "heals")}
    rows = collection(BackTestRow).aggregate([
        {"$match": {"test": key}}, {"$group": {"_id": None, "projects": {"$sum": 1}, **sums, **flips}}])
    total: dict[str, Any] = next(iter(rows), {})
    by_rule: list[dict[str, Any]] = [{"$match": {"test": key}}, {"$unwind": "$changes"}, {"$group": {
        "_id": {"rule": "$changes.rule", "project": "$project"}, **{name: {"$sum": f"$changes.{name}"} for name in COUNTED}}},
        {"$group": {"_id": "$_id.rule", "projects": {"$sum": 1}, **sums}}]
    by_unit: list[dict[str, Any]] = [{"$match": {"test": key}}, {"$group": {"_id": "$unit", "projects": {"$sum": 1}, **sums}}]
    return Summary(by_rule=_groups(by_rule), by_unit=_groups(by_unit),
                   **{name: int(total.get(name, 0)) for name in ("projects", "breaks", "heals", *COUNTED)})


def _groups(steps: list[dict[str, Any]]) -> tuple[Group, ...]:
    found = [Group(row["_id"], row["projects"], *(int(row[name]) for name in COUNTED))
             for row in collection(BackTestRow).aggregate(steps, allowDiskUse=True)]
    return tuple(sorted(found, key=lambda group: (-group.worse - group.appear, -group.projects, group.key)))


def _match(key: str, effect: str, rule: str, unit: str) -> dict[str, Any]:
    """`effect` of that rule where both are asked for: it is in one and the same change."""
    match: dict[str, Any] = {"test": key, **({"unit": unit} if unit else {})}
    if effect in ("breaks", "heals"):
        match["becomes"] = effect
    if rule:
        match["changes"] = {"$elemMatch": {"rule": rule, **({effect: 1} if effect in COUNTED else {})}}
    elif effect in COUNTED:
        match[effect] = {"$gt": 0}
    return match

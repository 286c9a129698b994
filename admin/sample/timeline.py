"""The dates of a sample project: everything that follows from where its anchor event lies, as seen from today.

Dates are worked out for a project that runs well, then what the scenario says differently is applied, and what would
lie in the future is taken out.
"""

import random
from datetime import date, timedelta

from admin.sample.days import acceptance_due, resolve, trial_start_for, workday_until
from admin.sample.scenario import EVENTS, Round, Scenario
from retention.compliance.periods import add_months, add_years, last_service_day

Dates = dict[str, date]

# Plans may lie ahead; everything else is there only once it has happened.
PLANS = ("planned_completion", "planned_acceptance", "extension_until", "warranty_end", "rectify_until", "today")
_DAYS_OF_WORK = 240
_DAYS_BEFORE_START = {"start": 0, "contracted": 14, "approved": 90}
_DEFAULTS = (
    # day, and what it follows from: read from top to bottom
    ("award_on", "contract_signed_on-18"),
    ("tender_on", "award_on-32"),
    ("approved_on", "tender_on-24"),
    ("fsr_on", "approved_on-70"),
    ("registered_on", "fsr_on-55"),
    ("tested_on", "trial_start+45"),
    ("opinion_on", "acceptance_date+5"),
    ("submitted_on", "acceptance_date+4"),
    ("filed_on", "acceptance_date+7"),
    ("operation_start", "acceptance_date+12"),
)


def timeline(scenario: Scenario, today: date, rng: random.Random) -> Dates:
    """Every date the project has by now, by the field's name or the generator's own (`applied_on`, `tested_on` …)."""
    dates = _round(scenario.round, today) if scenario.round else _core(scenario, today, rng)
    dates["today"] = today
    for name in EVENTS:
        if name in scenario.dates:
            _apply(name, scenario.dates[name], dates)
    for name, expression in _DEFAULTS:
        if (day := resolve(expression, dates)) is not None:
            dates.setdefault(name, workday_until(day))
    for name, expression in scenario.dates.items():
        _apply(name, expression, dates)
    if (accepted := dates.get("acceptance_date")) is not None:
        dates["warranty_end"] = last_service_day(accepted, rng.choice((2, 3)))
    return _happened(scenario, today, dates)


def _core(scenario: Scenario, today: date, rng: random.Random) -> Dates:
    """Construction, trial and acceptance of a project that runs well, around the anchor."""
    at = scenario.at if isinstance(scenario.at, date) else today + timedelta(days=scenario.at)
    work = timedelta(days=_DAYS_OF_WORK + rng.randint(-20, 20))
    if scenario.anchor in _DAYS_BEFORE_START:
        start = workday_until(at + timedelta(days=_DAYS_BEFORE_START[scenario.anchor]))
        completed = workday_until(start + work)
        trial = workday_until(completed + timedelta(days=9))
    else:
        trial = _trial_start(scenario, at, today)
        completed = at if scenario.anchor == "completion" else workday_until(trial - timedelta(days=7))
        start = workday_until(completed - work)
    trial_end = add_months(trial, 3) + timedelta(days=rng.randint(1, 3))
    applied = workday_until(trial_end + timedelta(days=28))
    accepted = workday_until(at) if scenario.anchor == "acceptance" else workday_until(applied + timedelta(days=15))
    return {
        "contract_signed_on": workday_until(start - timedelta(days=12)),
        "construction_start": start,
        "planned_completion": completed + timedelta(days=rng.randint(0, 15)),
        "actual_completion": completed,
        "trial_start": trial,
        "trial_end_actual": trial_end,
        "planned_acceptance": acceptance_due(trial),
        "applied_on": min(applied, workday_until(accepted - timedelta(days=10))),
        "acceptance_date": accepted,
    }


def _trial_start(scenario: Scenario, at: date, today: date) -> date:
    """When the trial begins of a project whose completion, trial, due date or acceptance is given."""
    if scenario.anchor == "due":
        ahead = not isinstance(scenario.at, date) and scenario.at >= 0
        return trial_start_for(at, today if ahead else at - timedelta(days=30))
    if scenario.anchor == "acceptance":
        return add_months(at, -3) - timedelta(days=46)
    return at + timedelta(days=8) if scenario.anchor == "completion" else at


def _apply(name: str, expression: str, dates: Dates) -> None:
    if (day := resolve(expression, dates)) is None:
        dates.pop(name, None)
    else:
        dates[name] = day


def _round(plan: Round, today: date) -> Dates:
    """An O&M round: its first day, so that the `index`th year ends when the plan says, and its preparation."""
    start = add_years(today + timedelta(days=plan.ends + 1), -plan.index)
    signed = workday_until(start - timedelta(days=10))
    return {"round_start": start, "contract_signed_on": signed, "operation_start": start}


def _happened(scenario: Scenario, today: date, dates: Dates) -> Dates:
    """Without what comes after the last thing that happened, and without facts of the future."""
    undone = set(EVENTS[EVENTS.index(scenario.until) + 1 :])
    if "acceptance_date" in undone:
        undone |= {"opinion_on", "submitted_on", "filed_on", "warranty_end"}
    if "trial_start" in undone:
        undone.add("tested_on")
    if "contract_signed_on" in undone:
        undone |= {"award_on", "tender_on"}
    return {name: day for name, day in dates.items() if name not in undone and (name in PLANS or day <= today)}

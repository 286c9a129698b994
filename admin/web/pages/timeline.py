"""The life of a project as a line of milestones: what happened when, what is planned, what is late. Pure."""

from dataclasses import dataclass
from datetime import date

from archive.models import Project


@dataclass(frozen=True, slots=True)
class Milestone:
    """`state`: `done`, `planned` (its day lies ahead), `late` (planned, past, not done) or `unset`."""

    label: str
    day: date | None
    state: str
    note: str = ""


def milestones(project: Project, today: date) -> list[Milestone]:
    planned_acceptance = project.extension_until or project.planned_acceptance
    return [
        _point("登记备案", project.registered_on, None, today),
        _point("批复", project.approved_on, None, today),
        _point("合同签订", project.contract_signed_on, None, today),
        _point("开工", project.construction_start, None, today),
        _point("建设完成", project.actual_completion, project.planned_completion, today),
        _point("试运行开始", project.trial_start, None, today),
        _point("试运行结束", project.trial_end_actual, None, today),
        _point("验收", project.acceptance_date, planned_acceptance, today,
               "延期批准至" if project.extension_until else "计划"),
        _point("投入运行", project.operation_start, None, today),
        _point("质保期至", project.warranty_end, None, today),
    ]


def _point(label: str, happened: date | None, planned: date | None, today: date, word: str = "计划") -> Milestone:
    if happened:
        return Milestone(label, happened, "done" if happened <= today else "planned")
    if planned:
        return Milestone(label, planned, "planned" if planned >= today else "late", word)
    return Milestone(label, None, "unset")

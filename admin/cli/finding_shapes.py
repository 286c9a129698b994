"""A finding as the JSON object of contract §4."""

from typing import Any

from archive.personal import mask, mask_values
from retention.findings import FindingView


def finding_shape(view: FindingView) -> dict[str, Any]:
    return {
        "id": view.id, "project": view.project, "unit": view.unit, "rule": view.rule,
        "rule_version": view.rule_version, "settings_version": view.settings_version,
        "title": view.title, "clause": view.clause, "subject": view.subject,
        "outcome": view.outcome, "severity": view.severity, "due_on": view.due_on, "days_left": view.days_left,
        "reason": mask(view.reason), "inputs": mask_values(view.inputs), "steps": mask_values(view.steps),
        "clears_when": mask(view.clears_when),
        "provisional": view.provisional, "targets": view.targets, "status": view.status}

"""check: the rules over the archive as of a day; nothing is changed."""

from datetime import datetime

import click

from admin.cli.common import LOCAL, as_json, as_of, day_of, opened, show
from admin.cli.finding_shapes import finding_shape
from archive.personal import mask
from retention.compliance.engine import rules_named
from retention.findings import FindingView, live_findings, live_findings_of_all

NAMES = {"failed": "违反", "due": "待办", "unknown": "缺数据", "passed": "符合", "not_applicable": "不适用"}


@click.command()
@click.option("--project", "code", help="只核对一个项目")
@click.option("--rule", "rule_id", help="只核对一条规则，例如 R31-3")
@as_of
@as_json
def check(code: str | None, rule_id: str | None, as_of: datetime | None, as_json: bool) -> int:
    """按规则核对，不改动任何数据。有违反时退出码为 1。"""
    if rule_id:
        rules_named(rule_id)
    with opened() as system:
        day = day_of(as_of, system)
        views = live_findings(system.judge, LOCAL, code, day) if code else live_findings_of_all(
            system.judge, LOCAL, day)
    views = [view for view in views if not rule_id or view.rule == rule_id]
    if as_json:
        show({"as_of": day, "findings": [finding_shape(view) for view in views]})
    else:
        _print(views, day.isoformat())
    return 1 if any(view.outcome == "failed" for view in views) else 0


def _print(views: list[FindingView], day: str) -> None:
    for view in views:
        if view.outcome in ("failed", "due", "unknown"):
            due = f"{view.due_on}（{view.days_left} 天）" if view.due_on else ""
            click.echo(f"{NAMES[view.outcome]}\t{view.severity}\t{view.project}\t{view.rule}\t{due}\t{mask(view.reason)}")
    counts = {name: sum(v.outcome == key for v in views) for key, name in NAMES.items()}
    click.echo(f"截至 {day}：" + "，".join(f"{name} {count}" for name, count in counts.items()))

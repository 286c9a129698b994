"""What the peers could not check, said at the end of every run: a skip whose reason begins `not checked: <peer> …`."""

import re
from collections import Counter
from typing import Any

REASON = re.compile(r"(?:Skipped: )?not checked: ([\w-]+)")
PARAMETER = re.compile(r"\[([\w-]+?)(?:-|\])")
PEERS = ("ceph", "moto", "rclone", "noida")


def counted(reports: dict[str, list[Any]]) -> Counter[str]:
    """Skipped tests by peer; peers that took part and could do everything are there with 0."""
    found: Counter[str] = Counter()
    for report in reports.get("passed", []):
        asked = PARAMETER.search(report.nodeid)
        if asked and asked[1] in PEERS:
            found[asked[1]] += 0
    for report in reports.get("skipped", []):
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reason = REASON.match(why)
        if reason:
            found[reason[1]] += 1
    return found


def pytest_terminal_summary(terminalreporter: Any) -> None:
    found = counted(terminalreporter.stats)
    if found:
        said = ", ".join(f"{peer} {found[peer]}" for peer in sorted(found))
        terminalreporter.write_line(f"not checked by peer: {said}")

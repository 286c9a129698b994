"""No scanner is set: every file is honestly `not_checked`."""

from pathlib import Path

from ingest.scanners.port import Finding, Knowledge, Verdict


class NoScanner:
    def check(self, path: Path) -> Verdict:
        return Verdict(Finding.NOT_CHECKED, reason="没有设置查毒程序")

    def knowledge(self) -> Knowledge:
        return Knowledge()

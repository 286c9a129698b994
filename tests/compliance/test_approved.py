"""What the rules say in full has not changed unseen."""

import os

from tests.compliance.approved import FILE, lines


def test_findings_say_what_was_approved() -> None:
    approved = FILE.read_text(encoding="utf-8").splitlines()
    said = list(lines())
    changed = [f"- {old}{os.linesep}+ {new}" for old, new in zip(approved, said, strict=False) if old != new]
    assert not changed, f"{len(changed)} lines; read them, then: python -m tests.compliance.approved\n{changed[0]}"
    assert len(said) == len(approved), "cases came or went: python -m tests.compliance.approved"

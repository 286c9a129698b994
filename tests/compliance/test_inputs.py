"""What a finding rests on has a Chinese name on the page that shows it."""

from admin.web.pages.finding_inputs import readings
from tests.compliance.test_cases import CASES

_ASCII = {chr(code) for code in range(128)}


def test_everything_a_finding_rests_on_is_named_in_chinese() -> None:
    named = {name: value for case in CASES for finding in case.found for name, value in finding.inputs.items() if value not in ([], "", {})}
    assert [reading.label for reading in readings(named) if set(reading.label) <= _ASCII] == []

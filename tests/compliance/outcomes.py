"""Every outcome a rule can produce, as the tests hold them to it."""


from archive.yaml_text import read_yaml
from tests.compliance.cases_reader import FOLDER
from tests.compliance.paper_cases import paper_lines

ALL = ("passed", "failed", "due", "not_applicable", "unknown")
OUTCOMES: dict[str, list[str]] = {
    **{key: list(ALL) for key in paper_lines()},
    **read_yaml((FOLDER / "outcomes.yaml").read_text(encoding="utf-8"))}

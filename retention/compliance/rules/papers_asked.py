"""The rules of paper_rules.yaml: a paper, an event, a date. A new one is an entry there."""

from retention.compliance.paper_rules import DATA, read_rules

RULES = read_rules(DATA.read_text(encoding="utf-8"))

"""The rules of paper_rules.yaml: a paper, an event, a date. A new one is an entry there."""

from retention.compliance.paper_rules import paper_rules

RULES = tuple(made.rule for made in paper_rules())

"""Judging and telling: rules, findings, alerts, notices, fixity, jobs. Imports only archive."""

"""The HTTP API, `/api/v1`: one module a resource, its shapes beside it. Permission and logic are the core's."""

from flask import Flask
from flask_openapi3.openapi import OpenAPI

from admin.api.audit import audit
from admin.api.boards import boards
from admin.api.calendar_feed import calendar_feed
from admin.api.context import keep
from admin.api.docs import docs
from admin.api.fields import fields
from admin.api.findings import findings
from admin.api.guarding import documents
from admin.api.inbox import inbox
from admin.api.notices import notices
from admin.api.projects import projects
from admin.api.readiness import readiness
from admin.api.receipts import receipts
from admin.api.registers import registers
from admin.api.review import review
from admin.api.rule_changes import rule_changes
from admin.api.rules import rules
from admin.api.search import search
from admin.api.secrecy import secrecy
from admin.api.timeline import timeline
from admin.api.tokens import tokens
from admin.api.tus import parts
from admin.api.whatif import whatif
from admin.system import System

RESOURCES = (tokens, secrecy, projects, timeline, readiness, documents, parts, receipts, fields, registers, review, search,
             findings, rules, audit, calendar_feed,
             notices, inbox, whatif, rule_changes, boards)


def register(app: Flask, system: System) -> None:
    """Put every route and its description on an application made by `admin.web.app`."""
    assert isinstance(app, OpenAPI)
    keep(app, system)
    for resource in RESOURCES:
        app.register_api(resource)
    app.register_blueprint(docs)

"""The pages people work with. `register` puts them, sign-in and the back office on an application."""

from typing import Any

from flask import Flask
from flask_bootstrap import Bootstrap5

from admin.system import System
from admin.web import auth, backoffice
from admin.web.pages import errors, finding_inputs, formats, menu, review_values, setting_forms, words
from admin.web.pages.acceptance import acceptance
from admin.web.pages.account import account
from admin.web.pages.audit_trail import audit_pages
from admin.web.pages.boards import boards
from admin.web.pages.documents import documents
from admin.web.pages.dossier import dossier
from admin.web.pages.fields import fields
from admin.web.pages.findings_board import findings
from admin.web.pages.guarding import guarding
from admin.web.pages.inbox import inbox
from admin.web.pages.ledger import ledger
from admin.web.pages.notices import notices
from admin.web.pages.operations import operations
from admin.web.pages.people import people
from admin.web.pages.projects import projects
from admin.web.pages.receipts import receipts
from admin.web.pages.registers import registers
from admin.web.pages.reports import reports
from admin.web.pages.resumable import resumable
from admin.web.pages.review import review
from admin.web.pages.rule_changes import rule_changes
from admin.web.pages.rules import rules_pages
from admin.web.pages.search_page import search_pages
from admin.web.pages.secrecy import secrecy
from admin.web.pages.separators import separators
from admin.web.pages.shared import EXTENSION, asset
from admin.web.pages.start import start_pages
from admin.web.pages.uploads import uploads
from admin.web.pages.viewer import viewer
from admin.web.pages.whatif import whatif
from admin.web.pages.workdays import workdays
from archive.permissions import Permission
from retention.inbox import unread

BLUEPRINTS = (start_pages, guarding, ledger, projects, dossier, acceptance, uploads, resumable, receipts, review, documents,
              fields, registers, reports, separators, viewer, search_pages, findings, boards, rules_pages, rule_changes, operations,
              people, secrecy, audit_pages, account, notices, inbox, whatif, workdays)
STATIC_SECONDS = 7 * 86_400


def register(app: Flask, system: System) -> None:
    """Everything a person at a browser meets. Order: settings, then sign-in, then what needs it."""
    app.extensions[EXTENSION] = system
    app.config.update(BOOTSTRAP_SERVE_LOCAL=True, SEND_FILE_MAX_AGE_DEFAULT=STATIC_SECONDS)
    Bootstrap5(app)
    app.jinja_env.filters.update(formats.filters(system.settings.timezone), readings=finding_inputs.readings,
                                 setting_choices=setting_forms.choices_of, setting_told=setting_forms.told_value)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.context_processor(_everywhere)
    auth.register(app, system)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    backoffice.register(app, system)


def _everywhere() -> dict[str, Any]:
    """What every template may use: our own static files, who is signed in, and the navigation of the role."""
    common: dict[str, Any] = {"asset": asset, "Permission": Permission, "words": words, "me": None, "menu": ()}
    if auth.is_signed_in():
        who = auth.current_actor()
        common.update(me=who, unread=unread(who), menu=menu.entries_for(who), has_back_office=menu.has_back_office(who))
    return common


__all__ = ["errors", "register", "review_values"]

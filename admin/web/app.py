"""The Flask application, composed: everything the web process answers, in the order in which it is put together."""

from collections.abc import Callable

from flask import Flask
from flask.typing import ResponseReturnValue
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI

from admin import api
from admin.api import problems, validation
from admin.api.docs import DESCRIPTION, SECURITY_SCHEMES
from admin.system import System
from admin.web import health, metrics, pages, spooling, transfers
from admin.web.pages import errors as page_errors

Step = Callable[[Flask, System], None]


def create_app(system: System) -> Flask:
    """An application over a built system. The system outlives it and is closed by whoever built it."""
    app = OpenAPI(
        "admin.web", info=Info(title="档案 API", version="1", description=DESCRIPTION),
        security_schemes=SECURITY_SCHEMES, doc_ui=False, validation_error_model=problems.Problem,
        validation_error_callback=validation.refuse)
    app.json.ensure_ascii = app.json.sort_keys = False  # type: ignore[attr-defined]  # Flask's default provider
    for register in STEPS:
        register(app, system)
    return app


def _answer_errors(app: Flask, system: System) -> None:
    """Every refusal and every bug gets an answer of the kind that was asked for: a problem or a page."""
    @app.errorhandler(Exception)
    def answer(error: Exception) -> ResponseReturnValue:
        return problems.failed(error) if problems.is_api() else page_errors.failed(error)


STEPS: tuple[Step, ...] = (
    spooling.register, transfers.register, pages.register, api.register, health.register, metrics.register, _answer_errors)

"""What every route shares: who asks, the system, one way to answer, one way to page. Bearer tokens only, no cookies."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Annotated, Any

from flask import Flask, Response, current_app, g, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from admin.api.errors import Unauthenticated
from admin.api.problems import responses
from admin.system import System
from archive.access import Actor
from archive.operations.people import person_of_token
from archive.personal import mask

ROOT = "/api/v1"
EXTENSION = "dangan.api"
BEARER: list[dict[str, list[str]]] = [{"bearer": []}]
LONGEST_TOKEN = 200


# A text of a document, or one that may repeat a piece of such a text.
Masked = Annotated[str, AfterValidator(mask)]


class Strict(BaseModel):
    """Every shape of the API: nothing unknown goes in or comes out."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    @classmethod
    def model_json_schema(cls, *settings: Any, **more: Any) -> dict[str, Any]:
        """flask-openapi3 asks for it with every request that has a query: made once for each shape, not to be changed."""
        return super().model_json_schema(*settings, **more) if settings or more else _schema_of(cls)


@cache
def _schema_of(shape: type[Strict]) -> dict[str, Any]:
    return BaseModel.model_json_schema.__func__(shape)  # type: ignore[attr-defined,no-any-return]


class Asked(Strict):
    """What a client sends. No engine likes a NUL character, and nobody means one."""

    @field_validator("*", mode="before")
    @classmethod
    def _no_nul(cls, value: Any) -> Any:
        if isinstance(value, str) and "\0" in value:
            raise ValueError("含有空字符（NUL），请去掉。")
        return value


class Paging(Asked):
    """Where in a list."""

    page: int = Field(1, ge=1, le=1_000_000, description="第几页，从 1 起")
    size: int = Field(50, ge=1, le=200, description="每页多少项，至多 200")


class Listing(Strict):
    """One page of a list: `total` counts all that match, not only this page."""

    total: int
    page: int
    size: int


def area(name: str, title: str, *, bearer: bool = True) -> APIBlueprint:
    """The routes of one resource. With `bearer` nothing in it answers without a token."""
    refusals = responses(401, 403, 422, 503) if bearer else responses(422, 503)
    blueprint = APIBlueprint(f"api_{name}", __name__, url_prefix=ROOT, abp_tags=[Tag(name=title)],
                             abp_security=BEARER if bearer else None, abp_responses=refusals)
    if bearer:
        blueprint.before_request(_authenticate)
    return blueprint


def keep(app: Flask, system: System) -> None:
    app.extensions[EXTENSION] = system


def system() -> System:
    found: System = current_app.extensions[EXTENSION]
    return found


def actor() -> Actor:
    """Whose token the request carries."""
    found: Actor = g.api_actor
    return found


def actor_of(token: str) -> Actor:
    """Raises Unauthenticated for an unknown token and for one whose owner is disabled."""
    person = person_of_token(token) if 0 < len(token) <= LONGEST_TOKEN else None
    if person is None:
        raise Unauthenticated
    return person.actor()


def answer(body: BaseModel, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(body.model_dump_json(by_alias=True), status, headers, content_type="application/json")


def slice_of(items: Sequence[Any], paging: Paging) -> dict[str, Any]:
    """The fields of a listing over items that are all in memory."""
    start = (paging.page - 1) * paging.size
    return {"items": items[start:start + paging.size], "total": len(items), "page": paging.page, "size": paging.size}


def _authenticate() -> None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    g.api_actor = actor_of(token.strip() if scheme.lower() == "bearer" else "")

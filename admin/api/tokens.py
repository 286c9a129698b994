"""Signing in over the API: name and password against a token. Lock-out is the core's."""

from flask import Response
from pydantic import Field

from admin.api.context import Asked, Strict, answer, area, system
from admin.api.problems import responses
from archive.operations.people import issue_token, sign_in

tokens = area("tokens", "令牌", bearer=False)


class Credentials(Asked):
    name: str = Field(max_length=64, description="用户名")
    password: str = Field(max_length=1000, description="口令")


class IssuedToken(Strict):
    """A token, shown this once: the archive keeps only its digest."""

    token: str
    token_type: str = "Bearer"  # noqa: S105 - the scheme's name
    name: str
    role: str
    unit: str


@tokens.post("/tokens", responses={201: IssuedToken, **responses(401, 429)})
def issue(body: Credentials) -> Response:
    """以用户名和口令换取令牌

    连续多次不对将锁定账号一段时间（429，Retry-After 给出秒数）。此请求的答复不因 Idempotency-Key 而保存：系统不保存令牌原文。
    """
    person = sign_in(system().clock, body.name, body.password)
    token = issue_token(person.actor(), system().clock, person.name)
    return answer(IssuedToken(token=token, name=person.name, role=person.role, unit=person.unit), 201)

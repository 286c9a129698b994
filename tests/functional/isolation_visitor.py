"""One person asking everything: requests from the table of routes, answers without what differs by chance."""

import html
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, quote_plus

from flask import Flask
from werkzeug.test import TestResponse

from tests.functional.isolation_routes import Values, Write
from tests.functional.isolation_world import World
from tests.functional.tus_client import metadata

COMPARED = ("Content-Type", "Location", "ETag", "Content-Disposition", "Content-Range", "Retry-After")
CSRF = re.compile(r'(name="csrf[-_]token"[^>]*?(?:content|value)=")[^"]+')
LAG = re.compile(r'"index_lag_s": ?[\d.]+')
OBJECT_ID = re.compile(r"\b[0-9a-f]{24}\b")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: tuple[tuple[str, str], ...]
    body: str

    def without(self, *words: str) -> "Answer":
        """With what was asked for, in every way it may be written, replaced by one mark."""
        spelled = {form for word in words if len(word) > 1 for form in _spellings(word)}
        if not spelled:
            return self
        pattern = re.compile("|".join(map(re.escape, sorted(spelled, key=len, reverse=True))))
        return replace(self, body=pattern.sub("‹asked›", self.body),
                       headers=tuple((name, pattern.sub("‹asked›", value)) for name, value in self.headers))

    def without_ids(self) -> "Answer":
        return replace(self, body=OBJECT_ID.sub("‹id›", self.body),
                       headers=tuple((name, OBJECT_ID.sub("‹id›", value)) for name, value in self.headers))


class Visitor:
    """Asks as one person: with the token where the API is asked, with a session elsewhere."""

    def __init__(self, app: Flask, world: World, person: str) -> None:
        self.world, self.person, self.client = world, person, app.test_client()
        self.urls = app.url_map.bind("localhost")
        self.known = {value: f"‹{name}›" for name, value in world.names.items() if OBJECT_ID.fullmatch(value)}
        self.known |= {world.tokens[person]: "‹token›"}
        with self.client.session_transaction() as session:
            now = int(world.system.clock.now().timestamp())
            session.update({"_user_id": f"{world.people[person].id}:1", "since": now, "seen": now})
        self._csrf = ""

    def read(self, endpoint: str, values: Values) -> Answer:
        return self._answer(self._open("GET", endpoint, self._fill(values)))

    def write(self, write: Write, *, foreign: bool) -> Answer:
        """The answer with what was named replaced, so that naming a foreign thing and naming nothing compare."""
        values = self._fill(write.foreign if foreign else write.nowhere)
        sides = 0 if foreign else 1
        form = {name: self._side(value, sides) for name, value in (write.form or {}).items()}
        body = {name: self._sides(value, sides) for name, value in (write.json or {}).items()}
        sent: dict[str, Any] = {"headers": dict(write.headers or {})}
        announced = self._side(sent["headers"].get("Upload-Metadata", ""), sides)
        if announced:
            sent["headers"]["Upload-Metadata"] = metadata(project=announced, filename="材料.txt")
        text = self._side(write.file[1], sides) if write.file else ""
        if write.json is not None:
            sent["json"] = body
        if not write.endpoint.startswith("api_"):
            sent["headers"]["X-CSRFToken"] = self.csrf
        if form or write.file:
            sent["data"] = form | ({"file": (io.BytesIO(text.encode()), write.file[0])} if write.file else {})
        response = self._open(write.method, write.endpoint, values, **sent)
        return self._answer(response).without(*self._identifiers(values, form, body, {"": text + announced}))

    def open(self, method: str, path: str, **sent: Any) -> Answer:
        """A request by its path; ids made by it are not compared."""
        if path.startswith("/api/"):
            sent["headers"] = {"Authorization": f"Bearer {self.world.tokens[self.person]}", **sent.get("headers", {})}
        return self._answer(self.client.open(path, method=method, **sent)).without_ids()

    @property
    def csrf(self) -> str:
        if not self._csrf:
            found = re.search(r'name="csrf-token" content="([^"]+)"', self.client.get("/rules").text)
            assert found
            self._csrf = found[1]
        return self._csrf

    def asked(self, values: Values) -> list[str]:
        """What a request says, as it stands in a normalised answer that repeats it."""
        filled = self._fill(values)
        return [self.known.get(value, value) for value in filled.values()]

    def _open(self, method: str, endpoint: str, values: Mapping[str, str], **sent: Any) -> TestResponse:
        if endpoint.startswith("api_"):
            sent["headers"] = {"Authorization": f"Bearer {self.world.tokens[self.person]}", **sent.get("headers", {})}
        path = self.urls.build(endpoint, dict(self._typed(endpoint, values)), method=method, append_unknown=True)
        return self.client.open(path, method=method, **sent)

    def _typed(self, endpoint: str, values: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
        for name, value in values.items():
            yield name, int(value) if name == "number" else value

    def _fill(self, values: Values) -> dict[str, str]:
        names = {**self.world.names, "token": self.world.tokens[self.person]}
        return {name: value.format_map(names) if "{" in value else value for name, value in values.items()}

    def _sides(self, value: Any, side: int) -> Any:
        """As `_side`, in whatever a JSON body holds."""
        if isinstance(value, list):
            return [self._sides(item, side) for item in value]
        if isinstance(value, dict):
            return {name: self._sides(item, side) for name, item in value.items()}
        return self._side(value, side) if isinstance(value, str) else value

    def _side(self, value: str, side: int) -> str:
        """`{p_a}|{p_none}` is the first or the second."""
        def chosen(match: re.Match[str]) -> str:
            return self.world.names[match[1 + side]]
        return re.sub(r"\{(\w+)\}\|\{(\w+)\}", chosen, value)

    def _identifiers(self, *sources: Mapping[str, Any]) -> list[str]:
        said = json.dumps([list(map(str, source.values())) for source in sources], ensure_ascii=False)
        named = [self.world.names[name] for name in ("p_a", "p_none", "d_a", "d_none", "f_a", "f_none", "t_a", "t_none", "r_a",
                                                 "r_none", "g_a", "g_a_unit", "g_none", "unit_a", "unit_none")]
        marks = [self.known.get(value, value) for value in named if value in said]
        return [*marks, *(value for value in ("jiafang", "nobody") if f'"{value}"' in said)]

    def _answer(self, response: TestResponse) -> Answer:
        text = response.data.decode("utf-8", "surrogateescape")
        text = LAG.sub('"index_lag_s":0', CSRF.sub(r"\1‹token›", text))
        headers = tuple((name, self._named(response.headers[name])) for name in COMPARED if name in response.headers)
        response.close()
        return Answer(response.status_code, headers, self._named(text))

    def _named(self, text: str) -> str:
        return OBJECT_ID.sub(lambda match: self.known.get(match[0], match[0]), text).replace(
            self.world.tokens[self.person], "‹token›")


def _spellings(word: str) -> set[str]:
    return {word, html.escape(word), html.escape(word).replace("&quot;", "&#34;").replace("&#x27;", "&#39;"), quote(word),
            quote(word, safe=""), quote_plus(word), json.dumps(word)[1:-1], json.dumps(word, ensure_ascii=False)[1:-1]}

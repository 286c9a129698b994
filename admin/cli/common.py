"""What commands share: the system they run on, who they act as, JSON on standard output."""

import dataclasses
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import click

from admin import settings
from admin.bootstrap import build
from admin.system import System
from archive.access import Actor
from archive.operations.people import find_person
from archive.permissions import Role

LOCAL = Actor("system:cli", "本机命令行", Role.SYSTEM)

as_json = click.option("--json", "as_json", is_flag=True, help="在标准输出打印一个 JSON 文档")
as_of = click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="以这一天为“今天”（YYYY-MM-DD）")


@contextmanager
def opened(*, work: bool = False, read: bool = False) -> Iterator[System]:
    """The system the settings name, for the length of a command."""
    system = build(settings.load(), work=work, read=read)
    try:
        yield system
    finally:
        system.close()


def actor_named(name: str | None) -> Actor:
    return find_person(name).actor() if name else LOCAL


def day_of(value: datetime | None, system: System) -> date:
    return value.date() if value else system.clock.today()


def show(document: object) -> None:
    click.echo(json.dumps(plain(document), ensure_ascii=False, indent=1))


def plain(value: object) -> Any:
    """JSON's own types: dates as YYYY-MM-DD, instants as RFC 3339 in UTC, dataclasses as objects."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (Sequence, set, frozenset)):
        return [plain(inner) for inner in value]
    return str(value)

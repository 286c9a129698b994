"""Values that pass the wall: on this side each of its type, or ValueError; on that side as JSON holds them."""

from dataclasses import fields
from typing import Any


def flat(value: Any) -> dict[str, Any]:
    """The fields of a plain value, as they are: `asdict` would copy everything below, which costs more than sending it."""
    return {field.name: getattr(value, field.name) for field in fields(value)}


def text_of(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("not a text")
    return value


def number_of(value: object) -> int:
    if not isinstance(value, int):
        raise ValueError("not a number")
    return value


def list_of(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError("not a list")
    return value


def texts_of(value: object) -> tuple[str, ...]:
    return tuple(map(text_of, list_of(value)))

"""Values from behind the wall: each of its type, or ValueError."""

from typing import Any


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

"""Engines are looked at side by side within a known time, and one that hangs is asked once."""

import threading
import time
from collections.abc import Iterator

import pytest

from admin.web.probing import Panel


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    gate = threading.Event()
    yield gate
    gate.set()


def test_what_hangs_is_late_and_the_rest_is_answered(gate: threading.Event) -> None:
    asked: list[str] = []

    def hang() -> str:
        asked.append("hang")
        gate.wait(20)
        return "there"

    panel = Panel({"good": lambda: "there", "hangs": hang, "too": hang}, patience=0.2, late="late")
    begin = time.monotonic()
    assert panel.look() == {"good": "there", "hangs": "late", "too": "late"}
    assert panel.look()["hangs"] == "late"
    assert time.monotonic() - begin < 2
    assert len(asked) == 2, "nobody asks again while the first question hangs"
    gate.set()
    while panel.look()["hangs"] != "there":
        pass


def test_an_answer_may_be_told_again_for_a_while() -> None:
    asked: list[int] = []

    def count() -> int:
        asked.append(1)
        return len(asked)

    panel = Panel({"x": count}, patience=5, late=0)
    assert [panel.look()["x"], panel.look(fresh_for=60)["x"], panel.look()["x"], panel.look(fresh_for=60)["x"]] == [1, 1, 2, 2]


def test_many_who_ask_at_once_share_one_look(gate: threading.Event) -> None:
    asked: list[int] = []

    def slow() -> str:
        asked.append(1)
        gate.wait(20)
        return "there"

    panel = Panel({"x": slow}, patience=10, late="late")
    answers: list[str] = []
    crowd = [threading.Thread(target=lambda: answers.append(panel.look()["x"])) for _ in range(5)]
    for each in crowd:
        each.start()
    while panel._probes["x"]._running is None:
        pass
    assert not answers
    gate.set()
    for each in crowd:
        each.join(10)
    assert answers == ["there"] * 5

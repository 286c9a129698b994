"""When silence is one, and what is said of it."""

from datetime import UTC, datetime, timedelta

import pytest

from retention.silence import Signs, silence

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def said(beat: timedelta | None, judged: timedelta | None, since: timedelta = 1000 * HOUR, hours: int = 26) -> str:
    signs = Signs(None if beat is None else NOW - beat, None if judged is None else NOW - judged, NOW - since)
    return silence(signs, NOW, hours)


@pytest.mark.parametrize(("beat", "judged", "since", "words"), [
    (MINUTE, 26 * HOUR, 1000 * HOUR, ""), (MINUTE, 26 * HOUR + MINUTE, 1000 * HOUR, "上次完成是 26 小时前"),
    (MINUTE, 72 * HOUR, 1000 * HOUR, "上次完成是 3 天前"), (15 * MINUTE, HOUR, 1000 * HOUR, ""),
    (16 * MINUTE, HOUR, 1000 * HOUR, "任务调度已有 16 分钟没有动静"), (5 * HOUR, HOUR, 1000 * HOUR, "任务调度已有 5 小时没有动静"),
    (None, HOUR, 10 * MINUTE, ""), (None, HOUR, 20 * MINUTE, "任务调度已有 20 分钟没有动静"),
    (MINUTE, None, 26 * HOUR, ""), (MINUTE, None, 27 * HOUR, "从未完成，已等待 27 小时）"), (-HOUR, -HOUR, HOUR, "")])
def test_the_sentence(beat: timedelta | None, judged: timedelta | None, since: timedelta, words: str) -> None:
    text = said(beat, judged, since)
    assert words in text
    assert bool(text) is bool(words)


def test_the_hours_are_a_setting() -> None:
    assert "超过 2 小时" in said(MINUTE, 3 * HOUR, hours=2)
    assert said(MINUTE, 3 * HOUR, hours=4) == ""

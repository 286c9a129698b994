"""What a text is examined for: the same wherever it is done, and nonsense from behind the wall is not believed."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.examination import EXAMINE, examine
from ingest.examination_message import examination_of, message_of
from ingest.reading import read
from ingest.sandbox import Sandbox

TEXT = "某某系统建设合同\n合同编号：HT-2024-7\n密级：内部\n联系人电话：13812345678\n签订日期：2024年5月6日\n" + "双方约定的内容。" * 60
NONSENSE: dict[str, tuple[tuple[str, ...], Any]] = {
    "a type nobody knows": (("recognition", "type"), "no_such_type"),
    "a vetoed type nobody knows": (("recognition", "vetoed"), ["no_such_type"]),
    "a score that is a text": (("recognition", "score"), "9"),
    "a title that is a number": (("metadata", "title"), 9),
    "a day that is none": (("metadata", "doc_date"), "2024-13-01"),
    "terms that are a text": (("metadata", "terms"), "功能"),
    "numbers counted in words": (("whole", "personal"), {"mobile": "one"}),
    "numbers of a kind nobody knows": (("whole", "personal"), {"no_such_kind": 1}),
    "numbers that are a list": (("whole", "personal"), ["mobile"]),
    "a signature of another length": (("whole", "signature"), "AAAA"),
    "a signature that is not base64": (("whole", "signature"), "…"),
    "a value of no field": (("whole", "values"), [{"key": "no_such_field"}]),
    "nothing": ((), {}),
}


def changed(message: dict[str, Any], at: tuple[str, ...], value: object) -> Any:
    if not at:
        return value
    return {**message, at[0]: changed(message[at[0]], at[1:], value)}


@given(st.lists(st.text(max_size=400) | st.sampled_from([TEXT, "机密★10年\n通知", ""]), max_size=3), st.text(max_size=30), st.booleans())
def test_it_comes_back_from_a_message_as_it_was(pages: list[str], filename: str, complete: bool) -> None:
    found = examine(filename, pages, complete=complete)
    assert examination_of(json.loads(json.dumps(message_of(found)))) == found


def test_a_worker_finds_what_is_found_here(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "合同.txt").write_text(TEXT, "utf-8")
    reading = read(sandbox, tmp_path / "合同.txt", "text/plain", "合同.txt", task=EXAMINE)
    assert reading.examination == examine("合同.txt", reading.text.pages)
    assert reading.examination.whole is not None
    assert reading.examination.whole.labels == ("内部",)
    assert [value.key for value in reading.examination.whole.values if value.value == "HT-2024-7"] == ["contract_no"]


def test_nobody_asked_nothing_examined(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    assert read(sandbox, tmp_path / "a.txt", "text/plain", "a.txt").examination is None


def test_of_a_beginning_only_what_a_beginning_can_say() -> None:
    found = examine("合同.txt", [TEXT], complete=False)
    assert (found.whole, found.recognition) == (None, examine("合同.txt", [TEXT]).recognition)


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_is_no_examination(name: str) -> None:
    at, value = NONSENSE[name]
    message = json.loads(json.dumps(message_of(examine("合同.txt", [TEXT]))))
    examination_of(message)
    with pytest.raises((KeyError, TypeError, ValueError, AttributeError)):
        examination_of(changed(message, at, value))


def test_the_archive_looks_itself_where_a_worker_tells_nonsense(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    told = sandbox.extract(tmp_path / "a.txt", "text/plain", "a.txt", task=EXAMINE)
    assert told.examination is not None
    object.__setattr__(told, "examination", {"recognition": None})
    monkeypatch.setattr(sandbox, "extract", lambda *_, **__: told)
    reading = read(sandbox, tmp_path / "a.txt", "text/plain", "a.txt", task=EXAMINE)
    assert (reading.examination, reading.text.pages) == (None, told.pages)

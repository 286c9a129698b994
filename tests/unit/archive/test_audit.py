"""The chain holds while nobody touches it, and shows every edit, gap and cut."""

from typing import Any

import pytest

from admin.system import System
from archive import audit
from archive.models import AuditEntry
from archive.transaction import Transaction, collection, write
from tests.builders import SYSTEM, a_project


@pytest.fixture
def chain(system: System) -> list[dict[str, Any]]:
    for number in range(5):
        def work(tx: Transaction, number: int = number) -> None:
            tx.audit("test.done", f"thing:{number}", amount=number * 100, name="验收", nested={"a": [1, None, True]})
        write(SYSTEM, system.clock, work)
    return list(collection(AuditEntry).find().sort("_id", 1))


def test_an_untouched_chain_verifies(chain: list[dict[str, Any]]) -> None:
    assert audit.verify() == (5, [])
    assert [row["_id"] for row in chain] == [1, 2, 3, 4, 5]
    assert chain[0]["previous"] == audit.GENESIS


@pytest.mark.parametrize(("field", "value"), [
    ("actor", "somebody else"), ("action", "x"), ("subject", "y"), ("detail", {"amount": 1}), ("previous", "sha256:0")])
def test_an_edit_shows(chain: list[dict[str, Any]], field: str, value: object) -> None:
    collection(AuditEntry).update_one({"_id": 3}, {"$set": {field: value}})
    assert any("第 3 条" in problem for problem in audit.verify()[1])


def test_an_edit_with_a_new_digest_shows_at_the_next_link(chain: list[dict[str, Any]]) -> None:
    row = chain[2] | {"actor": "forged"}
    collection(AuditEntry).replace_one({"_id": 3}, row | {"digest": audit.digest_of(row)})
    assert audit.verify()[1] == ["审计链第 4 条与前一条不衔接"]


def test_a_removed_entry_shows(chain: list[dict[str, Any]]) -> None:
    collection(AuditEntry).delete_one({"_id": 2})
    assert any("第 2 条处缺失" in problem for problem in audit.verify()[1])


def test_a_cut_end_shows(chain: list[dict[str, Any]]) -> None:
    collection(AuditEntry).delete_many({"_id": {"$gte": 4}})
    assert any("尾部" in problem for problem in audit.verify()[1])


def test_a_write_without_an_audit_entry_is_a_bug(system: System) -> None:
    with pytest.raises(RuntimeError, match="audit"):
        write(SYSTEM, system.clock, lambda tx: None)


def test_a_failed_write_leaves_no_entry(system: System) -> None:
    def work(tx: Transaction) -> None:
        tx.audit("test.done", "thing:1")
        raise ValueError("changed my mind")

    with pytest.raises(ValueError, match="changed"):
        write(SYSTEM, system.clock, work)
    assert audit.verify() == (0, [])


def test_every_operation_extends_the_chain(system: System) -> None:
    a_project(system)
    count, problems = audit.verify()
    assert count >= 2
    assert problems == []

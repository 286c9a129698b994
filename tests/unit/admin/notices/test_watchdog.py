"""A silent scheduler is told by another way: page, probe, number, and a mail of the web process itself, once a day."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from admin import digests
from admin.jobs import run_job
from admin.notices import watchdog as module
from admin.notices.watchdog import EXTENSION, Watchdog
from admin.scheduler import DUTY, TERM
from admin.system import System
from admin.web.app import create_app
from archive import audit, leases
from archive.access import Actor
from archive.clock import FixedClock
from archive.models import AuditEntry
from archive.operations.people import NewPerson, add_person, disable_person
from archive.permissions import Role
from archive.transaction import database
from retention.models import Mail
from tests.builders import SYSTEM
from tests.conftest import snapshot
from tests.unit.admin.postbox import Postbox, PostOffice, text_of

TOLD = {"archivist@example.com", "sysadmin@example.com"}


@pytest.fixture
def dog(posting: System, people: dict[str, Actor]) -> Watchdog:
    """The last evaluation was done just now, by a scheduler that is alive."""
    run_job(posting, SYSTEM, "compliance.nightly")
    assert leases.take(DUTY, "worker", posting.clock, TERM)
    return Watchdog(posting)


def test_while_all_is_well_nobody_is_told(dog: Watchdog, box: Postbox) -> None:
    before = snapshot()
    assert (dog.silence(), dog.look()) == ("", 0)
    assert snapshot() == before
    assert box.mails == []


def test_archivists_and_administrators_get_one_mail_a_day_until_it_is_over(
        dog: Watchdog, posting: System, box: Postbox, clock: FixedClock) -> None:
    clock.advance(timedelta(hours=27))
    assert dog.look() == 2
    for _ in range(3):
        assert dog.look() == 0
    assert set(box.counts()) == TOLD
    clock.advance(timedelta(days=1))
    assert dog.look() == 2
    run_job(posting, SYSTEM, "compliance.nightly")
    assert leases.take(DUTY, "worker", clock, TERM)
    clock.advance(timedelta(minutes=10))
    assert dog.look() == 0
    assert set(box.counts().values()) == {2}
    text = text_of(box.to("sysadmin@example.com")[0])
    assert "超过 26 小时没有完成全部项目的核对（上次完成是 27 小时前）" in text
    assert "/operations" in text
    assert {(m.kind, m.state) for m in Mail.objects} == {("watchdog", "sent")}
    assert AuditEntry.objects(action="mail.sent").count() == 4
    assert audit.verify()[1] == []


def test_two_web_processes_tell_it_once_and_the_worker_not_again(
        dog: Watchdog, posting: System, box: Postbox, clock: FixedClock) -> None:
    other = Watchdog(posting)
    clock.advance(timedelta(hours=30))
    assert (dog.look(), other.look()) == (2, 0)
    digests.send_mails(posting)
    assert set(box.counts().values()) == {1}


def test_a_scheduler_without_a_sign_of_life_is_silence_too(dog: Watchdog, clock: FixedClock) -> None:
    clock.advance(timedelta(minutes=14))
    assert dog.silence() == ""
    clock.advance(timedelta(minutes=2))
    assert "任务调度已有 16 分钟没有动静" in dog.silence()
    leases.give_back(DUTY, "worker")
    assert "16 分钟" in dog.silence(), "one that gave its duty back was heard of last then"


def test_a_mail_server_that_is_away_is_asked_again_and_a_refusal_is_kept(
        dog: Watchdog, office: PostOffice, clock: FixedClock) -> None:
    clock.advance(timedelta(hours=27))
    office.close()
    assert dog.look() == 0
    assert Mail.objects.count() == 0
    office.open()
    office.box.answers["archivist@example.com"] = "550 没有这个用户"
    assert dog.look() == 1
    assert {m.address: m.state for m in Mail.objects} == {"archivist@example.com": "rejected", "sysadmin@example.com": "sent"}
    assert dog.look() == 0


def test_closed_accounts_and_those_without_an_address_are_left_out(
        dog: Watchdog, posting: System, box: Postbox, clock: FixedClock) -> None:
    add_person(SYSTEM, clock, NewPerson("mute", Role.ARCHIVIST))
    disable_person(SYSTEM, clock, "archivist")
    clock.advance(timedelta(hours=27))
    dog.look()
    assert set(box.counts()) == {"sysadmin@example.com"}


def test_its_thread_looks_by_itself_and_survives_a_failed_look(
        dog: Watchdog, box: Postbox, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    clock.advance(timedelta(hours=27))
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.05)
    looks: list[int] = []
    real: Callable[[], int] = dog.look

    def look() -> int:
        looks.append(1)
        if len(looks) == 1:
            raise ConnectionError("the database is away")
        return real()

    monkeypatch.setattr(dog, "look", look)
    dog.start()
    end = time.monotonic() + 20
    while len(box.mails) < 2 and time.monotonic() < end:
        time.sleep(0.05)
    dog.stop()
    assert set(box.counts()) == TOLD


def test_pages_probe_and_number_say_so(posting: System, people: dict[str, Actor], clock: FixedClock) -> None:
    app = create_app(posting)
    run_job(posting, SYSTEM, "compliance.nightly")
    assert leases.take(DUTY, "worker", clock, TERM)
    asked = app.test_client()
    assert b"dangan_silent 0.0" in asked.get("/metrics").data
    clock.advance(timedelta(hours=27))
    database()["leases"].update_one({"_id": DUTY}, {"$set": {"beat_at": clock.now()}})
    answer = asked.get("/readyz").json["checks"]["scheduler"]
    assert (answer["ready"], "超过 26 小时" in answer["detail"]) == (True, True)
    assert b"dangan_silent 1.0" in asked.get("/metrics").data
    for name, path, words in (("archivist", "/", "上次完成是 27 小时前"), ("sysadmin", "/operations", "上次完成是 27 小时前"),
                              ("unit_a", "/", "定时核对没有在运行")):
        client = app.test_client()
        with client.session_transaction() as session:
            now = int(clock.now().timestamp())
            session.update({"_user_id": f"{people[name].id}:1", "since": now, "seen": now})
        page = client.get(path).text
        assert words in page, name
        assert ("27 小时前" in page) is (name != "unit_a")
    assert isinstance(app.extensions[EXTENSION], Watchdog)

"""The daily mails: one a person and day, of what she may see, and what is kept of it."""

from datetime import date, timedelta

from admin.digests import Post, mail_id
from admin.system import System
from archive import audit
from archive.access import Actor
from archive.models import AuditEntry
from archive.operations.people import NewPerson, add_person
from archive.permissions import Role
from retention.alerts import refresh
from retention.findings import approve_waiver, ask_waiver
from retention.models import FindingRecord, Mention
from retention.open_alerts import open_lines
from tests.builders import SYSTEM, UNIT, a_project
from tests.conftest import snapshot
from tests.unit.admin.digests.conftest import ARCHIVIST, DATES, TODAY, TOMORROW, A, B, run, the_mail
from tests.unit.admin.postbox import SENDER, Postbox, text_of

# -- who is told what ----------------------------------------------------------------------------------------------

def test_each_person_gets_one_mail_of_what_concerns_her(posting: System, people: dict[str, Actor], box: Postbox) -> None:
    post = run(posting)
    told = {"archivist", "auditor", "supervisor", "unit_a", "unit_b"}
    assert box.counts() == {f"{name}@example.com": 1 for name in told}
    assert (post.written, post.sent) == (5, 5)
    mentioned = {name: {code for code in (A, B) if code in text_of(box.to(f"{name}@example.com")[0])} for name in told}
    assert mentioned == {"archivist": {A, B}, "auditor": {A, B}, "supervisor": {A, B}, "unit_a": {A}, "unit_b": {B}}


def test_a_second_run_of_the_day_tells_nobody_anything(posting: System, people: dict[str, Actor], box: Postbox) -> None:
    run(posting)
    before = snapshot()
    assert run(posting) == Post()
    assert snapshot() == before
    run(posting, TOMORROW)
    assert max(box.counts().values()) == 1, "nothing new on the next day either"


def test_what_opens_later_in_the_day_waits_for_tomorrow(posting: System, archivist: Actor, box: Postbox) -> None:
    run(posting)
    a_project(posting, "XM-LATE", **DATES)
    refresh(posting.judge, ["XM-LATE"], TODAY)
    assert run(posting).written == 0
    refresh(posting.judge, None, TOMORROW)
    assert run(posting, TOMORROW).written == 1
    first, second = map(text_of, box.to(ARCHIVIST))
    assert "XM-LATE" not in first
    assert "XM-LATE" in second
    assert A not in second


def test_contacts_are_told_of_their_project_alone_and_once_where_they_are_people_too(
    posting: System, box: Postbox
) -> None:
    a_project(posting, "XM-C", **DATES, contact_email="Zhang@example.com", supervisor_email="li@example.com")
    add_person(SYSTEM, posting.clock, NewPerson("zhang", Role.UNIT, UNIT, email="zhang@example.com"))
    refresh(posting.judge, None, TODAY)
    run(posting)
    assert {address.casefold(): n for address, n in box.counts().items()} == {"zhang@example.com": 1, "li@example.com": 1}
    texts = {address.casefold(): text_of(mail) for address, mail in box.mails}
    assert "XM-C" in texts["li@example.com"]
    assert A not in texts["li@example.com"]
    assert A in texts["zhang@example.com"]
    assert "XM-C" in texts["zhang@example.com"]
    assert B not in texts["zhang@example.com"]


def test_who_reads_no_records_is_never_told(posting: System, box: Postbox) -> None:
    for role in (Role.SYSADMIN, Role.SECADMIN, Role.AUDITADMIN):
        add_person(SYSTEM, posting.clock, NewPerson(role.value, role, email=f"{role.value}@example.com"))
    assert run(posting).written == 0
    assert box.mails == []


def waive_all(system: System, until: date) -> None:
    asker, approver = (add_person(SYSTEM, system.clock, NewPerson(name, Role.SUPERVISOR)).actor() for name in "ab")
    for record in FindingRecord.objects(alert="open"):
        ask_waiver(asker, system.clock, record.id, "另有批复", until)
        if record.project == A:
            approve_waiver(approver, system.clock, record.id)


def test_waived_alerts_are_silent_asked_for_ones_are_not(posting: System, archivist: Actor, box: Postbox) -> None:
    waive_all(posting, TOMORROW)
    run(posting)
    assert A not in text_of(box.to(ARCHIVIST)[0])
    assert B in text_of(box.to(ARCHIVIST)[0])


def test_a_waiver_that_ended_is_silent_no_longer_even_before_the_next_evaluation(posting: System) -> None:
    waive_all(posting, TOMORROW)
    assert {line.project_code for line in open_lines(TOMORROW)} == {B}
    assert {line.project_code for line in open_lines(TOMORROW + timedelta(days=1))} == {A, B}


# -- what is kept --------------------------------------------------------------------------------------------------

def test_a_mail_its_mentions_and_its_trace_are_kept_together(posting: System, archivist: Actor, box: Postbox) -> None:
    run(posting)
    mail = the_mail()
    assert (mail.id, mail.address, mail.day, mail.state, mail.attempts) == (
        mail_id(ARCHIVIST, TODAY), ARCHIVIST, TODAY, "sent", 1)
    assert mail.sent_at == posting.clock.now()
    assert set(Mention.objects.distinct("mail")) == {mail.id}
    assert Mention.objects.count() >= mail.items > 0
    assert [e.action for e in AuditEntry.objects(subject=f"mail:{mail.id}").order_by("id")] == ["mail.written", "mail.sent"]
    sent = box.to(ARCHIVIST)[0]
    assert sent["Message-ID"] == f"<{mail.id}@{SENDER.partition('@')[2]}>"
    assert audit.verify()[1] == []


def test_the_same_mailbox_spelt_otherwise_is_the_same_mail() -> None:
    assert mail_id(" Zhang@Example.com", TODAY) == mail_id("zhang@example.com", TODAY)
    assert mail_id("zhang@example.com", TOMORROW) != mail_id("zhang@example.com", TODAY)

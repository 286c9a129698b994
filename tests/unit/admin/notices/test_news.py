"""News that are no finding: a year without its working days, and what was decided of a clearance; told once, by both ways."""

from datetime import date, timedelta

import pytest

from admin.jobs import run_job
from admin.notices.workdays import warn
from admin.system import System
from admin.worker import Worker
from archive.access import Actor
from archive.errors import Secret
from archive.models import Person
from archive.models.withdrawals import ClearanceRequest, SecrecyRefusal
from archive.operations.clearances import ask_clearance, decide_clearance
from archive.operations.people import disable_person
from retention.inbox import inbox_of, mail_states, unread
from retention.models import InboxLine, Mail
from retention.work_years import import_year
from tests.builders import SYSTEM, a_project, file_text
from tests.unit.admin.postbox import Postbox, text_of
from tests.unit.retention.test_work_years import YEAR

OCTOBER = date(2026, 10, 1)  # a Thursday


def test_a_missing_year_is_told_of_once_a_week_until_it_is_there(posting: System, people: dict[str, Actor], box: Postbox) -> None:
    assert warn(posting, OCTOBER - timedelta(days=1)) == 0
    told = [(day, warn(posting, day)) for day in (OCTOBER + timedelta(days=n) for n in (0, 0, 1, 3, 4, 5, 11))]
    assert [(day.day, count) for day, count in told if count] == [(1, 2), (5, 2), (12, 2)]
    assert {mail.address for mail in Mail.objects} == {"sysadmin@example.com", "archivist@example.com"}
    assert run_job(posting, SYSTEM, "notices.resend").result["sent"] == 6
    said = text_of(box.to("sysadmin@example.com")[0])
    assert "还没有 2027 年的放假调休安排" in said
    assert "离 2027 年还有 92 天" in said
    assert "http://127.0.0.1:8000/workdays" in said
    line = inbox_of(people["archivist"]).items[0]
    assert (line.title, line.finding, line.project) == ("还没有 2027 年的放假调休安排", "", "")
    assert mail_states(people["archivist"], [line])[line.id].state == "sent"
    import_year(SYSTEM, posting.clock, posting.settings.workdays, YEAR)
    assert warn(posting, OCTOBER + timedelta(days=30)) == 0
    assert run_job(posting, SYSTEM, "workdays.warn", OCTOBER + timedelta(days=30)).result == {"told": 0}


@pytest.mark.parametrize(("cleared", "said"), [(True, "可以把这份文件重新上传"), (False, "不能进入本系统")])
def test_who_asked_hears_what_was_decided(posting: System, people: dict[str, Actor], box: Postbox, *, cleared: bool, said: str) -> None:
    asker = people["unit_a"]
    digest = _refused_and_asked(posting, asker)
    decide_clearance(people["secadmin"], posting.clock, digest, "保密办张三审查原件", cleared=cleared)
    worker = Worker(posting)
    worker.drain()
    worker.drain()
    assert run_job(posting, SYSTEM, "notices.resend").result["sent"] == 1
    [mail] = box.to("unit_a@example.com")
    text = text_of(mail)
    assert said in text
    assert "张三" not in text
    assert "凤凰" not in text
    assert "/projects/XM-A/refused" in text
    [line] = inbox_of(asker).items
    assert said in line.reason
    assert "secadmin：保密办张三审查原件" in line.reason
    assert (unread(asker), unread(people["unit_b"])) == (1, 0)


def test_who_is_gone_or_has_no_address_gets_no_mail(posting: System, people: dict[str, Actor]) -> None:
    digest = _refused_and_asked(posting, people["unit_a"])
    Person.objects(name="unit_a").update(set__email="")
    decide_clearance(people["secadmin"], posting.clock, digest, "系标准示例", cleared=True)
    Worker(posting).drain()
    assert (Mail.objects.count(), InboxLine.objects.count()) == (0, 1)
    ClearanceRequest.objects.update(set__state="asked")
    disable_person(SYSTEM, posting.clock, "unit_a")
    decide_clearance(people["secadmin"], posting.clock, digest, "再次审查", cleared=False)
    Worker(posting).drain()
    assert InboxLine.objects.count() == 1


def _refused_and_asked(system: System, asker: Actor) -> str:
    a_project(system, "XM-A")
    with pytest.raises(Secret):
        file_text(system, "XM-A", "凤凰计划.txt", "秘密★5年\n凤凰计划示例\n本页为公文格式标准中的示例。", asker)
    digest = str(SecrecyRefusal.objects.get().sha256)
    ask_clearance(asker, system.clock, "XM-A", digest, "公文格式标准中的示例")
    return digest

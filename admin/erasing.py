"""What follows a withdrawal outside the database: the bytes are deleted, and whoever filed them is told what to do.

Bytes under object lock or legal hold stay until that ends: no document names them, nobody can fetch them, and the
nightly job tries again.
"""

from collections.abc import Mapping, Sequence
from html import escape
from zoneinfo import ZoneInfo

from admin.system import System
from archive.access import system_actor
from archive.claims import Event
from archive.errors import EngineDown, Locked
from archive.models import Person, Version
from archive.models.withdrawals import Withdrawal
from archive.operations.withdrawals import settle_object
from archive.transaction import Transaction, write
from retention.models import Mail

ACTOR = system_actor("erase")
SUBJECT = "【档案】您归档的一件文件带有密级标志，已从系统中移除"
WHAT_TO_DO = ("请不要再次上传；请在该项目的案卷页“登记目录条目”（脱密题名与存放位置），原件按保密规定移交保管，"
              "并请告知本单位保密员：该文件曾存入非涉密系统。如认为是误判，请凭保密员的审查意见联系安全保密管理员。")


def erase(system: System, events: Sequence[Event]) -> Mapping[str, str | EngineDown]:
    """The outbox handler: for each withdrawn document its objects and its notice. Idempotent."""
    answer: dict[str, str | EngineDown] = {}
    for event in events:
        try:
            for trace in Withdrawal.objects(document=event.subject, object="pending"):
                erase_object(system, trace)
            for trace in Withdrawal.objects(document=event.subject, told__ne=True):
                _tell(system, trace)
        except EngineDown as error:
            answer[event.id] = error
    return answer


def erase_again(system: System) -> dict[str, int]:
    """Try once more what was locked, or was never come to; how many objects went, how many are still locked."""
    for trace in Withdrawal.objects(object__in=("pending", "locked")):
        erase_object(system, trace)
    left = Withdrawal.objects(object__in=("pending", "locked")).count()
    return {"locked": left}


def erase_object(system: System, trace: Withdrawal) -> None:
    """Delete the bytes unless a version names them (then they were cleared and filed again)."""
    if Version.objects(sha256=trace.sha256).first() is not None:
        return settle_object(system.clock, trace.id, "locked", "同一内容经审查后又已归档")
    system.derived.forget(trace.sha256)    # a picture shows what the file says; no lock protects it
    try:
        system.blobs.delete(trace.sha256)
    except Locked as error:
        return settle_object(system.clock, trace.id, "locked", str(error))
    return settle_object(system.clock, trace.id, "deleted")


def _tell(system: System, trace: Withdrawal) -> None:
    """A mail to whoever filed it, without name or title of the file: those may be secret too."""
    person = Person.objects(id=trace.filed_by, disabled=False).first()
    day = system.clock.today()
    text = _text(system, trace)

    def work(tx: Transaction) -> None:
        tx.update(Withdrawal, trace.id, {"$set": {"told": True}})
        if person is not None and person.email:
            mail = Mail(id=f"{day:%Y%m%d}-w{trace.id}", kind="notice", address=person.email, name=person.display_name or person.name,
                        day=day, subject=SUBJECT, text=text, html=_html(text), items=1, not_before=tx.now, created_at=tx.now)
            tx.put(mail)
        tx.audit("document.uploader-told", f"document:{trace.document}", by_mail=bool(person and person.email))

    write(ACTOR, system.clock, work)


def _text(system: System, trace: Withdrawal) -> str:
    filed = trace.filed_at.astimezone(ZoneInfo(system.settings.timezone))
    link = f"{system.settings.base_url.rstrip('/')}/projects/{trace.project}"
    return (f"您于 {filed:%Y-%m-%d %H:%M} 归档到项目 {trace.project} 的一件文件已从系统中移除。\n\n"
            f"原因：{trace.reason}。\n文件内容、文字和索引均已删除，只留下摘要（{trace.sha256}）和大小（{trace.size} 字节）。\n\n"
            f"{WHAT_TO_DO}\n\n案卷：{link}\n")


def _html(text: str) -> str:
    paragraphs = "".join(f"<p>{escape(part).replace(chr(10), '<br>')}</p>" for part in text.strip().split("\n\n"))
    return f"<!doctype html><html lang=\"zh-CN\"><body>{paragraphs}</body></html>"

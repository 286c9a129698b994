"""The mailbox as a source of files: each letter is filed as it came (.eml), for a person who may file into that project.

In this order: the letter is filed, what became of it is recorded, its sender is told if need be, it is moved out of the
folder. Cut off before the record, it is looked at again and found to be in the dossier; after it, it is only moved.
What a letter brings with it is taken out by the lane that takes apart every bundle.
"""

import hashlib
import html
import re
from collections.abc import Callable

from admin.mail.port import Mailer, MailerDown, MailRejected, Message
from admin.mailbox.address import ImapAddress
from admin.mailbox.letters import Letter, letter_of
from admin.mailbox.server import MailServer, opened
from archive.clock import Clock
from archive.errors import EngineDown, Invalid, NotFound, Refused
from archive.models import Person, Project
from archive.models.receipts import Channel
from archive.operations.documents import dossier_for_files
from archive.operations.mailbox import (
    Dealt,
    acting_for,
    outcome_of,
    person_with_address,
    projects_named,
    record_letter,
)
from archive.operations.receipts import add_entry, filed_entry, open_receipt
from archive.operations.sources import Looked
from ingest.intake import Intaker

DONE, LEFT = "已归档", "未收入"
FILED = ("filed", "duplicates")
MOST_LETTERS = 200  # in one look
_NOT_IN_NAMES = re.compile(r"[\\/:*?\"<>|\x00-\x1f]+")


class Mailbox:
    """One folder of one account. `trusted` is the name under which its server says whether senders are genuine."""

    def __init__(self, intake: Intaker, mailer: Mailer, clock: Clock, address: ImapAddress, trusted: str) -> None:
        self.intake, self.mailer, self.clock = intake, mailer, clock
        self.address, self.trusted = address, trusted

    @property
    def key(self) -> str:
        return mailbox_key(self.address)

    def look(self, stopped: Callable[[], bool] = lambda: False) -> Looked:
        """Raises EngineDown, DiskFull; the letter it happened at stays where it is."""
        looked = Looked()
        with opened(self.address) as server:
            waiting = server.letters()
            looked.waiting = len(waiting)
            for uid in waiting:
                if stopped() or looked.taken >= MOST_LETTERS:
                    break
                key = f"{self.address.label} {server.validity} {uid}"
                outcome = outcome_of(key) or self._deal(server, uid, key, looked)
                looked.waiting -= 1
                _moved(server, uid, DONE if outcome in FILED else LEFT, looked)
        return looked

    def _deal(self, server: MailServer, uid: int, key: str, looked: Looked) -> str:
        letter = letter_of(server.head(uid))
        dealt = self._judged(server, uid, letter)
        answer = record_letter(self.clock, key, dealt)
        looked.counts[dealt.outcome] += 1
        if answer:
            self._answer(key, letter, dealt)
        return dealt.outcome

    def _judged(self, server: MailServer, uid: int, letter: Letter) -> Dealt:
        """Who is not known is not told anything: the address may be somebody else's."""
        if self.trusted and not letter.vouched_for(self.trusted):
            return Dealt("unclear", "收信服务器没有证实发件人（SPF、DKIM、DMARC 都没有通过），没有收入。")
        person = person_with_address(letter.sender)
        if person is None:
            return Dealt("unclear", "发件地址不属于任何在用的用户（或属于多人），没有收入。")
        told = "" if letter.automatic else letter.sender
        projects = projects_named(person.actor(), letter.tags)
        if len(projects) != 1:
            return Dealt("unclear", _unclear(letter, projects), person.name, answer_to=told)
        return self._file(server, uid, letter, person, projects[0], told)

    def _file(self, server: MailServer, uid: int, letter: Letter, person: Person, project: Project, told: str) -> Dealt:
        actor, name = acting_for(person), _filename(letter)
        try:
            dossier_for_files(person.actor(), project.code)
            if server.size(uid) > self.intake.max_bytes:
                raise Refused(filename=name, reason=f"邮件超过上限 {self.intake.max_bytes >> 20} MiB，请改用网页上传附件。")
            filed = self.intake.file(actor, project.code, name, server.pieces(uid))
        except (Refused, Invalid, NotFound) as error:
            reason = str(error.facts.get("reason", error))
            return Dealt("refused", reason, person.name, project.code, answer_to=told)
        receipt = open_receipt(actor, self.clock, project.code, Channel.MAILBOX,
                               batch=f"mailbox {person.name} {self.clock.today()}"[:200],
                               people={"handed_by": person.display_name or person.name})
        add_entry(actor, self.clock, receipt.id, filed_entry(name, filed, key=filed.version.sha256))
        return Dealt("duplicates" if filed.duplicate else "filed", "", person.name, project.code, filed.document.id)

    def _answer(self, key: str, letter: Letter, dealt: Dealt) -> None:
        """Once, and only to a known person. That it cannot be sent changes nothing: the letter lies in its folder."""
        name = hashlib.sha256(key.encode()).hexdigest()[:32]
        text = (f"您发到档案收件邮箱的邮件“{letter.subject}”没有归档。\n\n原因：{dealt.reason}\n\n"
                f"邮件保留在邮箱的“{LEFT}”文件夹。\n本邮件由系统自动发出，请勿回复。\n")
        references = (("In-Reply-To", letter.message_id), ("References", letter.message_id)) if letter.message_id else ()
        shown = "".join(f"<p>{html.escape(line)}</p>" for line in text.splitlines() if line)
        try:
            self.mailer.send(Message(f"mailbox-{name}", letter.sender, "", f"没有归档：{letter.subject}", text, shown,
                                     self.clock.now(), references))
        except (MailRejected, MailerDown):
            return


def mailbox_key(address: ImapAddress) -> str:
    return f"mailbox:{address.label}"


def _moved(server: MailServer, uid: int, folder: str, looked: Looked) -> None:
    """A letter that cannot be moved was dealt with all the same, and is passed over from now on."""
    try:
        server.move(uid, folder)
    except EngineDown as error:
        looked.trouble = f"邮件移不到“{folder}”：{error}"


def _unclear(letter: Letter, projects: list[Project]) -> str:
    if projects:
        return f"邮件同时写给了 {'、'.join(project.code for project in projects)} 几个项目。请每个项目各发一封。"
    named = "、".join(letter.tags[:5])
    return (f"没有找到项目“{named}”，或您无权向它归档。请核对项目编号。" if named else
            "邮件没有写明项目。请发到“收件地址+项目编号@…”，或在主题里写上 [项目编号]。")


def _filename(letter: Letter) -> str:
    name = _NOT_IN_NAMES.sub(" ", letter.subject).strip(" .")
    return f"{name or '无主题邮件'}.eml"

"""What every text is examined for once it is whole, whoever read it: secrecy markings, labels, personal numbers; and
compared with what is there already.

Intake and the reader ask `marked` before they keep a text; the lane `guard` asks again of what is stored, so that no
way in, no engine that reads later and no bundle's member goes unexamined.
"""

from collections.abc import Mapping, Sequence

from archive.claims import Event
from archive.clock import Clock
from archive.effects import FILED_WHOLE
from archive.errors import ArchiveError, EngineDown
from archive.models import Document, Member, Outcome, Version
from archive.operations.descriptions import Description
from archive.operations.documents import TextRead, record_text
from archive.operations.examinations import Examined, record_examined
from archive.operations.likenesses import compare
from archive.operations.withdrawals import Suspicion, is_cleared, withdraw
from archive.personal import counts_of
from archive.queries import pages_by_version
from ingest.describe import describe
from ingest.labels import labels_of
from ingest.secrecy import first_marking


def marked(pages: Sequence[str], sha256: str) -> Suspicion | None:
    """Why a file with these pages may not be kept; None where it bears no marking, or was cleared."""
    marking = first_marking(pages)
    if marking is None or is_cleared(sha256):
        return None
    where = "首页" if marking.page == 1 else f"第 {marking.page} 页"
    return Suspicion(f"{where}带有密级标志（{marking.level}），本系统不得存储国家秘密", marking.page)


def keep_text(clock: Clock, version: Version, text: TextRead, description: Description | None = None) -> bool:
    """Keep a text read later, or withdraw the version whose text shows that it may not be here; whether it was kept."""
    if why := marked(text.pages, version.sha256):
        withdraw(clock, version.id, why, describe)
        return False
    record_text(clock, version.id, text, description)
    return True


def withdraw_holder(clock: Clock, version: Version) -> bool:
    """Remove a bundle one of whose members was refused for its marking: its bytes hold that file. Whether it was so.

    The other members stay: they were looked at by themselves.
    """
    secret = Member.objects(version=version.id, outcome=Outcome.REFUSED.value, path="", reason__contains="密级标志").first()
    if secret is None or is_cleared(version.sha256):
        return False
    withdraw(clock, version.id, Suspicion("所含的文件带有密级标志，压缩包或邮件一并移除", members=False), describe)
    return True


class Guard:
    """The outbox handler that examines the stored text of documents. Idempotent; many threads may use it."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock

    def __call__(self, events: Sequence[Event]) -> Mapping[str, str | EngineDown]:
        keys = sorted({event.subject for event in events})
        documents = list(Document.objects(id__in=keys, current__ne=""))
        # What was examined when it was filed is only compared with others. Its event says so, not the document: another
        # engine may have written another text since, which has an event of its own.
        unseen = {event.subject for event in events if event.kind != FILED_WHOLE}
        fresh = [document for document in documents if document.id in unseen]
        done = [document.current for document in documents if document.id not in unseen]
        failed = self._examine(fresh, done) if documents else {}
        return {event.id: failed[event.subject] for event in events if event.subject in failed}

    def _examine(self, fresh: Sequence[Document], done: Sequence[str]) -> dict[str, str]:
        """What could not be examined, by document."""
        pages = pages_by_version([document.current for document in fresh]) if fresh else {}
        digests = {v.id: v.sha256 for v in Version.objects(id__in=list(pages))} if pages else {}
        examined: list[Examined] = []
        failed: dict[str, str] = {}
        for document in fresh:
            text = pages.get(document.current, [])
            if not text or document.current not in digests:
                continue
            try:
                if why := marked(text, digests[document.current]):
                    withdraw(self.clock, document.current, why, describe)
                    continue
            except ArchiveError as error:
                failed[document.id] = str(error)
                continue
            examined.append(Examined(document.id, document.current, tuple(labels_of(text)), counts_of(text)))
        record_examined(self.clock, examined)
        compare(self.clock, {one.version: pages[one.version] for one in examined}, done)
        return failed

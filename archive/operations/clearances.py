"""Taking back a refusal that was a mistake: whoever may file asks, the security administrator decides, two persons in any case.

Nothing of the file is here, so the decision rests on the original that is shown to the one who decides, and on its digest.
"""

from typing import Any

from archive.access import Actor, require
from archive.clock import Clock
from archive.digests import Digests
from archive.effects import DECIDED
from archive.errors import ArchiveError, Invalid, NotFound
from archive.models import Project
from archive.models.withdrawals import ASKED, CLEARED, DECLINED, Clearance, ClearanceRequest, SecrecyRefusal, Withdrawal
from archive.permissions import Permission
from archive.queries import find_project
from archive.transaction import Transaction, collection, write

LONGEST = 500


class NotTwoPersons(ArchiveError):
    code = "secrecy.not-two-persons"
    text = "不能由提出复核的人自己作出认定，请由另一位安全保密管理员办理。"


class NothingAsked(NotFound):
    code = "secrecy.nothing-asked"
    text = "{what}“{key}”没有待办的复核申请。先由归档人或档案员写明理由提出，再由安全保密管理员认定。"


def keep_refusal(tx: Transaction, code: str, digests: Digests, reason: str) -> None:
    """Within the transaction that audits it: that these bytes were refused in this dossier for a marking. No name, no text."""
    project = tx.fresh(Project, {"code": code})
    if project is None:
        return
    key = f"{project['_id']}/{digests.sha256}"
    known = tx.fresh(SecrecyRefusal, {"_id": key})
    tx.put(SecrecyRefusal(
        id=key, sha256=digests.sha256, sm3=digests.sm3, size=digests.size, dossier=project["_id"], project=code,
        reason=reason[:LONGEST], times=(known["times"] if known else 0) + 1, at=tx.now, by=tx.actor.id, by_name=tx.actor.name))


def ask_clearance(actor: Actor, clock: Clock, code: str, sha256: str, reason: str) -> ClearanceRequest:
    """Ask that the refusal of these bytes be looked at again. Raises NotPermitted, NotFound, Invalid."""
    require(actor, Permission.DOCUMENT_FILE)
    project = find_project(actor, code)
    reason = _said(reason, "须写明为什么认为不是密级标志，例如：标准中的示例、已解密并附解密通知文号。")

    def work(tx: Transaction) -> ClearanceRequest:
        _require_refused(tx, project.id, sha256)
        if tx.fresh(Clearance, {"_id": sha256}):
            raise Invalid(field="复核", problem="此文件已被认定不是密级标志，可以直接重新上传。")
        standing = tx.fresh(ClearanceRequest, {"_id": sha256})
        if standing and standing["state"] == ASKED:
            raise Invalid(field="复核", problem=f"{standing['asked_by_name']}已提出复核，等待安全保密管理员认定。")
        request = ClearanceRequest(id=sha256, project=code, dossier=project.id, state=ASKED, reason=reason, asked_by=actor.id,
                                   asked_by_name=actor.name, asked_at=tx.now)
        tx.put(request)
        tx.audit("secrecy.clearance-asked", f"object:{sha256}", project=code, reason=reason)
        return request

    return write(actor, clock, work)


def decide_clearance(actor: Actor, clock: Clock, sha256: str, reason: str, *, cleared: bool) -> None:
    """Find that there is no marking, so that these bytes may be filed, or that there is one. By somebody else than who asked.

    Raises NotPermitted, Invalid, NothingAsked, NotTwoPersons.
    """
    require(actor, Permission.SECRECY_CLEAR)
    if not (len(sha256) == 71 and sha256.startswith("sha256:") and set(sha256[7:]) <= set("0123456789abcdef")):
        raise Invalid(field="摘要", problem="应为 64 位十六进制的 SHA-256，复核申请中有。")
    reason = _said(reason, "须写明经谁审查、依据什么。")

    def work(tx: Transaction) -> None:
        request = tx.fresh(ClearanceRequest, {"_id": sha256})
        if request is None or request["state"] != ASKED:
            raise NothingAsked(what="摘要", key=sha256[7:])
        if request["asked_by"] == actor.id:
            raise NotTwoPersons
        tx.update(ClearanceRequest, sha256, {"$set": {
            "state": CLEARED if cleared else DECLINED, "decided_by": actor.id, "decided_by_name": actor.name, "decided_at": tx.now,
            "decision": reason}})
        if cleared:
            tx.put(Clearance(id=sha256, reason=reason, by=actor.id, at=tx.now))
        tx.audit("secrecy.cleared" if cleared else "secrecy.clearance-declined", f"object:{sha256}", project=request["project"],
                 reason=reason, asked_by=request["asked_by_name"])
        tx.emit(DECIDED, sha256, request["project"])

    write(actor, clock, work)


def _require_refused(tx: Transaction, dossier: str, sha256: str) -> None:
    match: dict[str, Any] = {"dossier": dossier, "sha256": sha256}
    if not any(collection(model).find_one(match, {"_id": 1}, session=tx.session) for model in (SecrecyRefusal, Withdrawal)):
        raise NotFound(what="因密级标志拒收或移除的文件", key=sha256.removeprefix("sha256:"))


def _said(reason: str, wanted: str) -> str:
    reason = " ".join(reason.split())[:LONGEST]
    if len(reason) < 4:
        raise Invalid(field="理由", problem=wanted)
    return reason

"""What was refused or removed for a marking, and what became of the requests to look at it again; read as somebody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from archive.access import Actor, require
from archive.models.withdrawals import ASKED, Clearance, ClearanceRequest, SecrecyRefusal, Withdrawal
from archive.permissions import Permission
from archive.queries import Page, find_project, page_of

MOST = 500


@dataclass(frozen=True, slots=True)
class Refused:
    """Bytes that may not be in a dossier: how often they came, and the request about them, if there is one.

    `removed`: they had been filed before the marking was found. `cleared`: they may be filed now.
    """

    sha256: str
    size: int
    reason: str
    at: datetime
    by_name: str
    times: int
    removed: bool
    cleared: bool
    request: ClearanceRequest | None


def refused_in(actor: Actor, code: str) -> list[Refused]:
    """The last first, 500 at most. Raises NotFound."""
    require(actor, Permission.DOCUMENT_READ)
    dossier = find_project(actor, code).id
    removed = list(Withdrawal.objects(dossier=dossier).order_by("-at").limit(MOST))
    refused = list(SecrecyRefusal.objects(dossier=dossier).order_by("-at").limit(MOST))
    digests = {row.sha256 for row in (*removed, *refused)}
    requests = {row.id: row for row in ClearanceRequest.objects(id__in=sorted(digests), dossier=dossier)}
    cleared = {row.id for row in Clearance.objects(id__in=sorted(digests))}

    def told(row: Any, *, was_filed: bool) -> Refused:
        return Refused(row.sha256, row.size, row.reason, row.at, "" if was_filed else row.by_name, 1 if was_filed else row.times,
                       was_filed, row.sha256 in cleared, requests.get(row.sha256))

    found = {row.sha256: told(row, was_filed=False) for row in refused} | {row.sha256: told(row, was_filed=True) for row in removed}
    return sorted(found.values(), key=lambda row: row.at, reverse=True)


def count_refused(actor: Actor, code: str) -> int:
    return len(refused_in(actor, code))


def clearance_requests(actor: Actor, *, state: str = "", page: int = 1, size: int = 50) -> Page:
    """All requests, for the one who decides: those that wait first, then the last decided."""
    require(actor, Permission.SECRECY_CLEAR)
    rows = ClearanceRequest.objects(state=state) if state else ClearanceRequest.objects
    return page_of(rows.order_by("state", "-asked_at", "id"), page, size)


def refusals_of(digests: Sequence[str]) -> dict[str, SecrecyRefusal | Withdrawal]:
    """Why each of these was refused, last. No access check: for requests a query already allowed."""
    found: dict[str, SecrecyRefusal | Withdrawal] = {}
    for model in (SecrecyRefusal, Withdrawal):
        for row in model.objects(sha256__in=list(digests)).order_by("at"):
            found[row.sha256] = row
    return found


def count_asked(actor: Actor) -> int:
    require(actor, Permission.SECRECY_CLEAR)
    return int(ClearanceRequest.objects(state=ASKED).count())

"""Which documents and ledger entries prove that a project applied for acceptance, was accepted, or was given time.

Owns the reading of evidence; must not know terms and deadlines (`acceptance`) nor rules.
"""

from dataclasses import dataclass
from datetime import date

from archive.chinese import squash
from retention.compliance.conclusions import favourable
from retention.compliance.facts import (
    SERVICE_PURCHASE,
    DocumentFacts,
    Facts,
    ProjectFacts,
    earliest,
    existed_by,
    latest,
)

APPLICATION_TYPES = ("acceptance_application",)
PURCHASE_APPLICATION_TYPES = ("acceptance_application", "unit_acceptance_report", "acceptance_result_submission")
_COMMISSION = ("发展改革委", "发展和改革委", "发改委")
_REPLY = ("批复", "同意", "复函")
_REQUEST = ("请示", "申请")


def issued_by_commission(document: DocumentFacts) -> bool:
    """By 省发展改革委. A document without a recognised issuer counts: its type already says whose it is."""
    issuer = squash(document.issuer)
    return not issuer or any(name in issuer for name in _COMMISSION)


def accepting_documents(facts: Facts) -> tuple[DocumentFacts, ...]:
    """Opinions of 省发展改革委 that end acceptance: on the project itself, or on the unit's own acceptance."""
    key = "acceptance_opinion" if facts.self_built else "acceptance_review_opinion"
    return tuple(document for document in facts.documents_of(key)
                 if issued_by_commission(document) and favourable(document.conclusion) is not False)


def ledger_accepted_on(project: ProjectFacts, today: date) -> date | None:
    """The acceptance date of the ledger, unless it lies ahead or the result was unfavourable."""
    day = project.acceptance_date
    if day is None or day > today or favourable(project.acceptance_result) is False:
        return None
    return day


@dataclass(frozen=True, slots=True)
class AcceptanceEvidence:
    """What is proved on the day judged.

    applications: the papers of the application, oldest first. held_on: the day acceptance was held. failed: the last
    word was unfavourable. accepted: it counts as accepted.
    """

    applications: tuple[DocumentFacts, ...]
    opinions: tuple[DocumentFacts, ...]
    held_on: date | None
    failed: bool
    accepted: bool

    @property
    def applied(self) -> bool:
        return bool(self.applications or self.opinions or self.held_on or self.failed)

    @property
    def applied_on(self) -> date | None:
        """The earliest dated application, or the day acceptance was held; None where no date proves one."""
        return min(filter(None, (earliest(self.applications), self.held_on)), default=None)

    def applied_by(self, day: date) -> bool | None:
        """Whether application was made by `day`; None where only undated papers could tell."""
        if self.held_on is not None and self.held_on <= day:
            return True
        return existed_by(self.applications, day)


def gather(facts: Facts) -> AcceptanceEvidence:
    purchased = facts.project.mode == SERVICE_PURCHASE
    opinions = accepting_documents(facts)
    failed = _failed(facts, opinions)
    by_ledger = (facts.self_built and facts.settings.ledger_is_acceptance
                 and ledger_accepted_on(facts.project, facts.today) is not None)
    return AcceptanceEvidence(
        applications=facts.documents_of(*(PURCHASE_APPLICATION_TYPES if purchased else APPLICATION_TYPES)),
        opinions=opinions, held_on=_held_on(facts, opinions), failed=failed,
        accepted=not failed and (bool(opinions) or by_ledger))


def _held_on(facts: Facts, opinions: tuple[DocumentFacts, ...]) -> date | None:
    reports = () if facts.self_built else facts.documents_of("unit_acceptance_report")
    return facts.reached(facts.project.acceptance_date) or earliest(reports) or earliest(opinions)


def _failed(facts: Facts, opinions: tuple[DocumentFacts, ...]) -> bool:
    """The ledger's unfavourable result, until a later opinion, or one that says so expressly, overtakes it."""
    project = facts.project
    if favourable(project.acceptance_result) is not False:
        return False
    if project.acceptance_date is not None and project.acceptance_date > facts.today:
        return False
    if any(favourable(opinion.conclusion) for opinion in opinions):
        return False
    last = latest(opinions)
    return not (last is not None and project.acceptance_date is not None and last > project.acceptance_date)


@dataclass(frozen=True, slots=True)
class ExtensionEvidence:
    """Papers on a later acceptance: what the unit applied for, what 省发展改革委 granted, and what it refused."""

    applications: tuple[DocumentFacts, ...]
    grants: tuple[DocumentFacts, ...]
    refusals: tuple[DocumentFacts, ...]

    @property
    def granted(self) -> int:
        """How many extensions were granted; two scans of one reply bear one date and count once."""
        return len({grant.doc_date for grant in self.grants})

    @property
    def answered_on(self) -> date | None:
        """The last dated answer; what was applied for until then waits no longer."""
        return latest((*self.grants, *self.refusals))


def extensions(facts: Facts) -> ExtensionEvidence:
    papers = facts.documents_of("acceptance_extension")
    replies = tuple(paper for paper in papers if _is_reply(paper))
    refusals = tuple(reply for reply in replies if favourable(reply.conclusion) is False)
    return ExtensionEvidence(tuple(paper for paper in papers if paper not in replies),
                             tuple(reply for reply in replies if reply not in refusals), refusals)


def _is_reply(paper: DocumentFacts) -> bool:
    """The archive keeps application and reply under one type; title, issuer and marker words tell them apart.

    A title that asks, and does not also answer, is an application even where the issuer reads otherwise: the letter
    names its addressee too.
    """
    title = squash(paper.title)
    answers = any(word in title for word in _REPLY)
    if not answers and any(word in title for word in _REQUEST):
        return False
    if paper.issuer:
        return any(name in squash(paper.issuer) for name in _COMMISSION)
    return answers or any(word in term for term in paper.terms for word in _REPLY)

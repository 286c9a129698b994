"""The review queue over HTTP: what waits for a person, saying what it is, and the evidence behind proposals."""

from flask import Response

from admin.api.context import actor, answer, area, system
from admin.api.field_shapes import fields_out
from admin.api.idempotency import WriteHeaders, idempotent
from admin.api.problems import responses
from admin.api.review_shapes import (
    AnswerList,
    AnswerOut,
    AsideIn,
    AsideOut,
    CandidateOut,
    ChoicesIn,
    EvidenceList,
    EvidenceOut,
    EvidenceQuery,
    ReviewQuery,
    WaitingList,
    WaitingOut,
    WaitingValuesList,
    WaitingValuesOut,
    WaitingValuesQuery,
)
from archive import learning, taxonomy
from archive.models import Document
from archive.operations.learning import put_aside
from archive.operations.review import Choice, confirm_types, waiting
from archive.waiting_values import waiting_values

review = area("review", "识别与确认")


@review.get("/review", responses={200: WaitingList})
def queue(query: ReviewQuery) -> Response:
    """等待人工确认类型的文件，新收的在前，各带三个建议和理由"""
    found = waiting(actor(), query.page, query.size, query.project)
    return answer(WaitingList(items=list(map(_waiting, found.items)), total=found.total, page=found.page, size=found.size))


@review.get("/review/values", responses={200: WaitingValuesList})
def values(query: WaitingValuesQuery) -> Response:
    """有字段等待人工确认的文件，后读的在前，各带读到的值和出处"""
    found = waiting_values(actor(), query.page, query.size, query.project, doubtful=query.doubtful)
    items = [WaitingValuesOut(
        document=item.document.id, project=item.document.project, title=item.document.title, type=item.document.type,
        revision=item.fields.revision, fields=fields_out(item.values)) for item in found.items]
    return answer(WaitingValuesList(items=items, total=found.total, page=found.page, size=found.size))


@review.post("/review/confirm", responses={200: AnswerList, **responses(409)})
@idempotent
def confirm(header: WriteHeaders, body: ChoicesIn) -> Response:
    """确认一批文件的类型；逐份答复，未能确认的说明原因"""
    said = [Choice(item.id, item.revision, item.type) for item in body.items]
    answers = confirm_types(actor(), system().clock, said)
    return answer(AnswerList(items=[AnswerOut(id=one.document, confirmed=not one.problem, problem=one.problem, code=one.code)
                                    for one in answers]))


@review.get("/review/evidence", responses={200: EvidenceList})
def evidence(query: EvidenceQuery) -> Response:
    """人工确认过的文件名：识别时计数的依据"""
    rows = learning.evidence(actor(), type_key=query.type, word=query.word)
    return answer(EvidenceList(items=[EvidenceOut(
        id=row.id, unit=row.unit, project=row.project, filename=row.filename, words=list(row.words),
        proposed=row.proposed, from_type=row.from_type, type=row.type, by_name=row.by_name, at=row.at,
        aside_at=row.aside_at) for row in rows]))


@review.post("/review/evidence/aside", responses={200: AsideOut, **responses(404, 409)})
@idempotent
def aside(header: WriteHeaders, body: AsideIn) -> Response:
    """停用一组识别依据：不再计数，文件类型不变"""
    return answer(AsideOut(count=put_aside(actor(), system().clock, body.unit, body.word, body.type)))


def _waiting(document: Document) -> WaitingOut:
    named = taxonomy.load()
    candidates = [CandidateOut(type=c.type, name=named.get(c.type).name, score=c.score, reasons=list(c.reasons))
                  for c in document.candidates[:3] if c.type in named]
    return WaitingOut(id=document.id, project=document.project, title=document.title, filename=document.filename,
                      revision=document.revision, created_at=document.created_at, candidates=candidates)

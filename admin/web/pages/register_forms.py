"""The form of a register's row, made from its definition: reading it, what can be chosen, which papers can prove it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from admin.web.pages.formats import type_name
from admin.web.pages.project_forms import fen_of
from archive.access import Actor
from archive.models import Contract, Document, Project, RegisterEntry
from archive.queries import visible_keys
from archive.registers.columns import REFERENCES, UNIT, Kind, Register
from archive.registers.reading import Owner
from archive.registers.values import WAN

MOST_CHOICES, MOST_PAPERS = 300, 400
FLAGS = {"1": True, "0": False}


@dataclass(frozen=True, slots=True)
class Paper:
    """A document that may be put under a row. `usual`: of a type that this register's rows mostly rest on."""

    id: str
    title: str
    type: str
    note: str
    usual: bool
    chosen: bool


@dataclass(frozen=True, slots=True)
class RowForm:
    """What a form shows: values as typed or kept, suggestions for references, papers to choose from."""

    register: Register
    values: Mapping[str, str]
    suggestions: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    papers: Sequence[Paper] = ()
    more_papers: bool = False

    @property
    def usual(self) -> list[Paper]:
        return [paper for paper in self.papers if paper.usual or paper.chosen]

    @property
    def others(self) -> list[Paper]:
        return [paper for paper in self.papers if not (paper.usual or paper.chosen)]


def values_of(register: Register, form: Mapping[str, str]) -> dict[str, Any]:
    """Every column as the operation takes it; None where nothing is said. Raises Invalid for a sum that is none."""
    return {column.name: _value(column.kind, form.get(column.name, "").strip(), column.title) for column in register.columns}


def _value(kind: Kind, text: str, title: str) -> Any:
    if kind is Kind.FEN:
        return fen_of(text, title)
    if kind is Kind.FLAG:
        return FLAGS.get(text)
    return text or None


def blank_form(actor: Actor, register: Register, owner: Owner) -> RowForm:
    return _form(actor, register, owner, {}, ())


def entry_form(actor: Actor, register: Register, owner: Owner, entry: RegisterEntry) -> RowForm:
    values = {column.name: _typed(column.kind, entry.values.get(column.name)) for column in register.columns}
    return _form(actor, register, owner, values, entry.evidence)


def sent_form(actor: Actor, register: Register, owner: Owner, form: MultiDict[str, str]) -> RowForm:
    """As it was typed, to be corrected."""
    return _form(actor, register, owner, {name: form.get(name, "")[:1000] for name in register.names}, form.getlist("evidence"))


def _typed(kind: Kind, value: Any) -> str:
    if value is None:
        return ""
    if kind is Kind.FLAG:
        return "1" if value else "0"
    if kind is Kind.FEN:
        whole, rest = divmod(int(value), WAN)
        return f"{whole}.{rest:06}".rstrip("0").rstrip(".")
    return str(value)


def _form(actor: Actor, register: Register, owner: Owner, values: Mapping[str, str], chosen: Sequence[str]) -> RowForm:
    suggestions = {column.name: _suggested(actor, column.kind, owner) for column in register.columns if column.kind in REFERENCES}
    papers = _papers(actor, register, owner, chosen)
    return RowForm(register, values, suggestions, papers[:MOST_PAPERS], len(papers) > MOST_PAPERS)


def _suggested(actor: Actor, kind: Kind, owner: Owner) -> list[tuple[str, str]]:
    """Number and name of what a reference may name."""
    if kind is Kind.CONTRACT:
        return [(c.number, c.supplier) for c in Contract.objects(project=owner.name).order_by("number").limit(MOST_CHOICES)]
    if kind is Kind.SYSTEM:
        rows = RegisterEntry.objects(register="system", scope=UNIT, owner=owner.unit, withdrawn=False).order_by("key")
        return [(row.key, str(row.values.get("name", ""))) for row in rows.limit(MOST_CHOICES)]
    keys = visible_keys(actor)
    return [(p.code, p.name) for p in Project.objects(unit=owner.unit).only("id", "code", "name").order_by("code").limit(MOST_CHOICES)
            if keys is None or p.id in keys]


def _papers(actor: Actor, register: Register, owner: Owner, chosen: Sequence[str]) -> list[Paper]:
    """Chosen ones first, then those of the usual types, then the newest; one more than are shown, where there are more."""
    keys = visible_keys(actor)
    dossiers = [owner.dossier] if owner.dossier else list(Project.objects(unit=owner.unit).distinct("id"))
    dossiers = [key for key in dossiers if keys is None or key in keys]
    found = {document.id: document for match in ({"id__in": list(chosen)}, {"type__in": register.documents}, {})
             for document in _documents(dossiers, match)}
    papers = [_paper(document, register, owner, document.id in chosen) for document in found.values()]
    gone = [Paper(key, "（已移除或无权查看的文件）", "", "", False, True) for key in chosen if key not in found]
    return [*gone, *sorted(papers, key=lambda paper: (not paper.chosen, not paper.usual))][:MOST_PAPERS + 1]


def _documents(dossiers: Sequence[str], match: Mapping[str, Any]) -> Sequence[Document]:
    found = Document.objects(dossier__in=dossiers, **match).only("id", "title", "type", "doc_date", "project")
    return list(found.order_by("-doc_date", "-created_at", "id").limit(MOST_PAPERS + 1))


def _paper(document: Document, register: Register, owner: Owner, chosen: bool) -> Paper:
    note = "，".join(filter(None, (type_name(document.type), str(document.doc_date or ""), "" if owner.dossier else document.project)))
    return Paper(document.id, document.title, document.type, note, document.type in register.documents, chosen)

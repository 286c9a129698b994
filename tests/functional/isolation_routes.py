"""Every route of the site with the parameters by which somebody might learn of a foreign dossier.

A value in braces is an identifier of the world (`isolation_world.World.names`). `GET` and `WRITES` must together name
every route: one that is missing fails the test.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from tests.builders import UNIT, UNIT_B

Values = Mapping[str, str]
CODES = ("{p_b}", "{p_b2}", "{p_a}", "{p_a2}", "{p_named}", "{p_none}")
BOTH = ("{p_b}", "{p_a}")  # for what is asked beside: the own and the foreign
DOCUMENTS = ("{d_b}", "{d_b_pdf}", "{d_a}", "{d_a_pdf}", "{d_none}")
BUNDLES = ("{d_b_zip}", "{d_b_child}", "{d_a_zip}", "{d_a_child}")  # and what was inside of them
REGISTERS = ("procurement", "system", "没有这个登记簿")
ROWS = ("{g_b}", "{g_b_unit}", "{g_a}", "{g_a_unit}", "{g_none}")
RECEIPTS = ("{r_b}", "{r_a}", "{r_none}")
FINDINGS = ("{f_b}", "{f_a}", "{f_none}")
UNITS = (UNIT, UNIT_B, "没有这个单位")
WORDS = ("", "会议", "验收", "会议 验收", "榫卯", "冰川 会议", '"榫卯平台"', "会议 -冰川", "天工开物", "甲方专用", "XM-A-001", UNIT,
         "平")
DAYS = ("2025-01-01", "2026-03-02", "2027-01-01")
NUMBERS = ("1", "2", "99")


def each(**choices: Sequence[str]) -> list[Values]:
    """Every combination of these values."""
    return [dict(zip(choices, values, strict=True)) for values in product(*choices.values())]


def one_by_one(**choices: Sequence[str]) -> list[Values]:
    """Nothing, then every value by itself."""
    return [{}, *({name: value} for name, values in choices.items() for value in values)]


def crossed(left: Sequence[Values], right: Sequence[Values]) -> list[Values]:
    return [{**one, **other} for one in left for other in right]


PAGES = one_by_one(withdrawn=("1",), page=NUMBERS)[1:]
STATUSES = ("open", "acknowledged", "waiver_pending", "waived", "cleared", "none", "failed", "passed")
SEVERITIES = tuple("CHMLI")
RULES = ("R31-3", "R12-1", "R99-9")
FINDING_FILTERS = one_by_one(status=STATUSES, severity=SEVERITIES, rule=RULES, unit=UNITS, project=CODES, page=NUMBERS)
API_FINDINGS = FINDING_FILTERS + crossed(one_by_one(status=("passed",), unit=UNITS, project=BOTH), each(as_of=DAYS)) + each(outcome=("failed", "unknown", "passed"), size=("1", "200"), page=("1", "2"))
SORTS = ("relevance", "date_desc", "date_asc", "title")
SEARCH_FILTERS = one_by_one(project=CODES, unit=UNITS, type=("meeting_minutes", "mlps_report"), stage=("ACC", "SEC"),
                            sort=SORTS, page=NUMBERS)
SEARCHES = each(q=WORDS) + crossed(each(q=("会议", "榫卯", "")), SEARCH_FILTERS) + [
    {"q": "会议", "from": "2020-01-01", "to": "2030-01-01"}, {"q": "会议", "from": "不是日期"}]

LISTS = {"projects": ("code", "name", "unit"), "documents": ("title", "project", "created_at"), "people": ("name",),
         "units": ("id",), "outbox": ("kind",), "jobs": ("job",), "mails": ("address",), "leases": ("id",), "audit": ("id",)}
KEYS = ("{p_a}", "{d_a}", "{d_b}", "{f_a}", "{u_jiafang}", "{u_none}", "{d_none}", "1", UNIT)


def _back_office() -> Iterator[tuple[str, list[Values]]]:
    for name, columns in LISTS.items():
        view = f"backoffice_{name}"
        yield f"{view}.index_view", one_by_one(
            search=("榫卯", "XM-A", "XM-B", UNIT, "jiafang", "会议"), page=("0", "1"), page_size=("1", "200"),
            sort=tuple(str(n) for n in range(len(columns))), flt0_0=("XM-A",), flt1_0=(UNIT,))
        yield f"{view}.details_view", one_by_one(id=KEYS)
        yield f"{view}.edit_view", one_by_one(id=KEYS)
        yield f"{view}.create_view", [{}]
        yield f"{view}.export", each(export_type=("csv", "json"), search=("", "XM-A"))
        yield f"{view}.ajax_lookup", one_by_one(name=("unit", "project"), query=("XM-A",))
        yield f"{view}.api_file_view", [{}, {"id": "{d_a}", "coll": "documents"}, {"id": "{d_a}", "coll": "fs"}]


GET: dict[str, list[Values]] = {
    "api_audit.listed": one_by_one(subject=("project:{p_a}", "document:{d_a}"), actor=("jiafang", "{u_jiafang}", "nobody")),
    "api_calendar.feed": [{"token": "{token}"}, {"token": "dgn_wrong"}],
    "api_notices.show": [{}], "notices.choices": [{}],
    "api_inbox.listed": one_by_one(unread=("true",), page=NUMBERS, size=("200",)),
    "inbox.listing": one_by_one(unread=("1",), page=NUMBERS),
    "api_rules.clauses": one_by_one(page=NUMBERS), "api_rules.listed": one_by_one(page=NUMBERS),
    "api_docs.description": [{}], "api_docs.page": [{}],
    "api_documents.show": each(id=DOCUMENTS + BUNDLES), "api_documents.text": each(id=DOCUMENTS),
    "api_documents.content": crossed(each(id=DOCUMENTS), one_by_one(version=NUMBERS)),
    "api_documents.page_picture": crossed(each(id=DOCUMENTS, n=NUMBERS), [{}, {"q": "会议"}, {"version": "1", "size": "thumb"}]),
    "api_documents.versions": crossed(each(id=DOCUMENTS), one_by_one(page=NUMBERS)),
    "api_documents.alike": each(id=DOCUMENTS),
    "api_documents.withdrawals": each(code=CODES),
    "api_secrecy.refusals": each(code=CODES) + each(code=BOTH, page=NUMBERS), "api_secrecy.requests": one_by_one(state=("asked",)),
    "secrecy.of_dossier": each(code=CODES), "secrecy.requests": one_by_one(page=NUMBERS), "workdays.listing": each(),
    "guarding.labelled": each(code=CODES, label=("内部", "含个人信息", "没有这个标签")),
    "api_documents.listed": crossed(each(code=CODES), one_by_one(
        type=("meeting_minutes",), stage=("SEC",), type_source=("given", "unrecognised"), page=NUMBERS,
        parent=("{d_a_zip}", "{d_b_zip}"))),
    "api_findings.listed": API_FINDINGS, "api_findings.show": each(id=FINDINGS),
    "api_findings.of_project": crossed(each(code=CODES), one_by_one(as_of=DAYS, page=NUMBERS)),
    "api_projects.listed": one_by_one(q=("XM", "XM-A", "平台", "榫卯", "GL"), unit=UNITS, page=NUMBERS,
                                      mode=("self_build", "service_purchase"), kind=("new", "upgrade", "om")),
    "api_projects.show": each(code=CODES), "api_projects.contracts": each(code=CODES),
    "api_timeline.show": crossed(each(code=CODES), [{}, {"format": "svg"}, {"format": "svg", "shape": "downwards", "as_of": DAYS[0]}]),
    "api_readiness.show": each(code=CODES) + each(code=BOTH, as_of=DAYS),
    "api_readiness.printed": each(code=("{p_a}", "{p_none}"), paper=("checklist", "notice"), format=("docx", "pdf")),
    "acceptance.download": each(code=("{p_a}", "{p_none}"), paper=("checklist", "notice"), form=("docx", "pdf")),
    "boards.own": [{}], "boards.units": one_by_one(by=("completeness",)), "boards.materials": one_by_one(unit=UNITS),
    "boards.gaps": [
        *crossed(one_by_one(unit=UNITS, page=NUMBERS), one_by_one(material=("meeting_minutes", "fsr_approval", "没有"))),
        {"late": "1"}, *each(material=("fsr_approval",), state=("needs", "has"))],
    "api_boards.gaps": one_by_one(unit=UNITS, page=NUMBERS, late=("true",)) + each(material=("fsr_approval",), state=("lacks", "needs", "has")),
    "api_boards.units": one_by_one(by=("completeness",), page=NUMBERS), "api_boards.materials": one_by_one(unit=UNITS),
    "api_boards.trend": one_by_one(unit=UNITS, days=("1", "366")),
    "boards.download": crossed(each(board=("gaps", "units", "materials"), form=("xlsx",)), one_by_one(unit=UNITS)),
    "api_projects.dossier": each(code=CODES), "api_search.find": SEARCHES + each(
        q=WORDS[:3], size=("1", "200")),
    "api_receipts.listed": one_by_one(project=CODES, state=("open", "closed"), channel=("browser",), page=NUMBERS),
    "api_receipts.show": each(id=RECEIPTS), "api_receipts.entries": crossed(each(id=RECEIPTS), one_by_one(page=NUMBERS)),
    "api_receipts.printed": each(id=("{r_a}", "{r_none}"), format=("pdf", "xlsx")),
    "receipts.listing": one_by_one(project=CODES, state=("open", "closed"), page=NUMBERS),
    "receipts.show": each(key=RECEIPTS), "receipts.printed": each(key=RECEIPTS),
    "receipts.download": each(key=("{r_a}", "{r_none}"), form=("pdf", "xlsx")),
    "resumable.listed": each(code=CODES), "resumable.show": each(code=CODES[:1], key=("{t_a}", "{t_none}")),
    "api_uploads.listed": one_by_one(project=CODES, batch=("甲方专用",), state=("receiving", "filed"), page=NUMBERS),
    "api_uploads.show": each(id=("{t_a}", "{t_none}")),
    "account.show": [{}], "audit.overview": [{}], "auth.sign_in_page": one_by_one(next=("/projects/{p_a}",), ended=("idle",)),
    "backoffice.index": [{}], **dict(_back_office()),
    "review.queue": one_by_one(page=NUMBERS, project=CODES), "review.evidence": one_by_one(word=("会议纪要", "榫卯普查")),
    "review.values": one_by_one(page=NUMBERS, project=CODES, field=("doc_date",), doubtful=("1",)),
    "review.contradictions": one_by_one(page=NUMBERS, project=CODES),
    "api_review.values": one_by_one(page=NUMBERS, project=CODES, doubtful=("true",)),
    "api_review.queue": one_by_one(page=NUMBERS, project=CODES), "api_review.evidence": one_by_one(word=("会议纪要", "榫卯普查")),
    "registers.index": [{}], "registers.everywhere": crossed(each(register=REGISTERS), one_by_one(page=NUMBERS)),
    "registers.of_project": each(code=CODES), "registers.of_unit": each(unit=UNITS),
    "registers.project_rows": each(code=CODES, register=REGISTERS) + crossed(each(code=BOTH, register=REGISTERS[:1]), PAGES),
    "registers.unit_rows": each(unit=UNITS, register=REGISTERS) + crossed(each(unit=UNITS, register=REGISTERS[1:2]), PAGES),
    "registers.row": each(key=ROWS),
    "separators.download": each(code=("{p_a}", "{p_none}"), missing=("", "1")) + each(code=("{p_a}", "{p_none}"), type=("meeting_minutes", "没有")),
    "reports.download": each(code=("{p_a}", "{p_none}"), report=("acceptance", "performance", "adjustment"), form=("docx", "xlsx")),
    "api_registers.listed": [{}], "api_registers.everywhere": crossed(each(register=REGISTERS), one_by_one(page=NUMBERS, size=("200",))),
    "api_registers.of_project": crossed(each(code=CODES, register=REGISTERS), one_by_one(withdrawn=("true",))),
    "api_registers.of_unit": crossed(each(unit=UNITS, register=REGISTERS), one_by_one(withdrawn=("true",))),
    "api_registers.show": each(id=ROWS), "api_registers.history": each(id=ROWS),
    "api_fields.listed": each(id=DOCUMENTS), "api_fields.contradictions": each(code=CODES),
    "documents.show": crossed(each(key=DOCUMENTS), one_by_one(
        q=("会议", "榫卯"), page=NUMBERS)) + crossed(each(key=BUNDLES), one_by_one(members=("2",))),
    "documents.content": crossed(each(key=DOCUMENTS), [{}, {"inline": "1"}]),
    "viewer.picture": crossed(each(key=DOCUMENTS, number=NUMBERS), [{}, {"q": "会议"}, {"size": "thumb", "q": "榫卯"}]),
    "viewer.show": crossed(each(key=DOCUMENTS), one_by_one(q=("会议", "榫卯"), page=NUMBERS, at=NUMBERS, wait=("1",), zoom=("200",))),
    "documents.version_content": each(key=DOCUMENTS, number=NUMBERS),
    "dossier.show": each(code=CODES), "dossier.edit": each(code=CODES), "dossier.materials": each(code=CODES),
    "findings.board": crossed(FINDING_FILTERS, [{}, {"group": "overdue"}]) + one_by_one(group=("soon", "later", "missing", "papers")),
    "findings.show": each(key=FINDINGS), "ledger.show": [{}], "ledger.template": [{}], "operations.overview": [{}],
    "people.listing": [{}],
    "projects.blank": [{}], "projects.listing": one_by_one(
        text=("XM", "XM-A", "平台", "榫卯", "GL"), unit=UNITS, mode=("self_build",), kind=("new", "upgrade"), page=NUMBERS),
    "rules.versions": crossed(each(key=RULES), one_by_one(project=CODES)),
    "rule_changes.listing": one_by_one(page=NUMBERS), "rule_changes.show": each(key=("{d_none}",)),
    "rule_changes.result": each(key=("{d_none}",)), "rule_changes.download": each(key=("{d_none}",)),
    "api_rule_changes.settings": one_by_one(as_of=DAYS), "api_rule_changes.settings_version": each(version=("000000000000",)),
    "api_rule_changes.listed": one_by_one(state=("proposed",)), "api_rule_changes.show": each(id=("{d_none}",)),
    "api_rule_changes.result": each(id=("{d_none}",)), "api_rule_changes.exported": each(id=("{d_none}",)),
    "api_rule_changes.rows": crossed(each(id=("{d_none}",)), one_by_one(unit=UNITS)),
    "api_rule_changes.versions": crossed(each(id=RULES), one_by_one(project=CODES)),
    "rules.rules": [{}], "rules.clauses": [{}], "search.search": SEARCHES + each(q=("会议", ""), year=("2026", "2024")),
    "whatif.show": crossed(each(code=CODES), [{}]) + each(code=BOTH, accepted_on=DAYS[1:2]),
    "start.start": [{}], "ready": [{}], "metrics": [{}],
}

# Not asked, with the reason; everything else is.
NOT_ASKED: dict[str, str] = {
    "static": "files of the installation", "bootstrap.static": "files of the installation",
    "ledger.export": "a workbook with ids that differ by chance; tests/unit/admin/test_ledger_registers.py opens it for one unit",
    "backoffice.static": "files of the installation", "api_docs.asset": "files of the installation",
    "api_docs.script": "a file of the installation", "alive": "says only that the process answers"}


@dataclass(frozen=True)
class Write:
    """A request that would change something: `foreign` names what is unit A's, `nowhere` what nobody has.

    `as_script` sends the body as the upload script does; `file` is a file of the form. Over the API `json` is the body.
    `Upload-Metadata` of the headers names a project; it is sent as tus wants it.
    """

    method: str
    endpoint: str
    foreign: Values
    nowhere: Values
    form: Values | None = None
    json: Any = None
    file: tuple[str, str] | None = None
    headers: Values | None = None


def _on(method: str, endpoint: str, argument: str, foreign: str, nowhere: str, **rest: Any) -> Write:
    return Write(method, endpoint, {argument: foreign, **rest.pop("also", {})},
                 {argument: nowhere, **rest.pop("also_nowhere", {})}, **rest)


def on_project(method: str, endpoint: str, **rest: Any) -> Write:
    return _on(method, endpoint, "code", "{p_a}", "{p_none}", **rest)


def on_document(method: str, endpoint: str, argument: str = "key", **rest: Any) -> Write:
    return _on(method, endpoint, argument, "{d_a}", "{d_none}", **rest)


def on_finding(method: str, endpoint: str, argument: str = "key", **rest: Any) -> Write:
    return _on(method, endpoint, argument, "{f_a}", "{f_none}", **rest)


FILE = ("材料.txt", "一份普通的材料")
WAIVER = {"reason": "理由", "until": "2026-06-01"}
DESCRIPTION = {"title": "题名", "type": "meeting_minutes", "revision": "1", "location": "库房"}
PROJECT_OF_A = {"name": "名称", "unit": UNIT, "mode": "self_build", "kind": "new"}
LEDGER = "项目编号,项目名称,项目单位,建设方式\n{code},名称," + UNIT + ",自行建设\n"
CONTRACTS = "合同编号,项目编号,合同类型\nHT-Z-1,{code},建设\n"
PROCUREMENT = {"number": "CG-Z", "purpose": "build", "object": "services", "method": "open_tender"}
IN_USE = {"number": "XT-Z", "name": "系统", "status": "in_use"}
TUS = {"Tus-Resumable": "1.0.0"}

WRITES: tuple[Write, ...] = (
    on_document("POST", "api_documents.add_version", "id", file=FILE),
    on_project("POST", "api_documents.file", file=FILE),
    Write("POST", "api_receipts.create", {}, {}, json={"project": "{p_a}|{p_none}", "batch": "b"}),
    _on("PATCH", "api_receipts.change", "id", "{r_a}", "{r_none}", json={"note": "x"}, headers={"If-Match": '"1"'}),
    _on("POST", "api_receipts.close", "id", "{r_a}", "{r_none}"),
    _on("POST", "receipts.edit", "key", "{r_a}", "{r_none}", form={"note": "x", "revision": "1"}),
    _on("POST", "receipts.close", "key", "{r_a}", "{r_none}", form={"note": "x", "revision": "1"}),
    on_project("POST", "resumable.create", headers={**TUS, "Upload-Length": "5", "Upload-Metadata": "{p_a}|{p_none}"}),
    *(_on(method, endpoint, "key", "{t_a}", "{t_none}", also={"code": "{p_a}"}, also_nowhere={"code": "{p_none}"},
          headers={**TUS, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"})
      for method, endpoint in (("PATCH", "resumable.receive"), ("DELETE", "resumable.terminate"))),
    *(_on(method, endpoint, "id", "{t_a}", "{t_none}", headers={**TUS, "Upload-Offset": "0", **more})
      for method, endpoint, more in (
          ("PATCH", "api_uploads.receive", {"Content-Type": "application/offset+octet-stream"}),
          ("DELETE", "api_uploads.terminate", {}),
          ("POST", "api_uploads.overridden", {"X-HTTP-Method-Override": "DELETE"}))),
    Write("POST", "api_uploads.create", {}, {}, headers={**TUS, "Upload-Length": "5", "Upload-Metadata": "{p_a}|{p_none}"}),
    on_project("POST", "api_whatif.show", json={"accepted_on": "2026-04-01", "settings": {"grace_months": 0}}),
    on_finding("POST", "api_findings.acknowledge", "id", json={"note": "知道了"}),
    on_finding("POST", "api_findings.waive", "id", json=WAIVER),
    on_finding("POST", "api_findings.approve", "id"),
    Write("POST", "api_projects.create", {}, {}, json={"code": "{p_a}|{p_none}", **PROJECT_OF_A}),
    *(on_project("PATCH", "api_projects.change", json={"name": "改名"}, headers=headers)
      for headers in ({}, {"If-Match": '"1"'}, {"If-Match": '"77"'})),
    on_document("POST", "documents.confirm", form=DESCRIPTION),
    on_document("POST", "fields.confirm", also={"name": "doc_date"}, also_nowhere={"name": "doc_date"},
                form={"said": "typed", "value": "2024-01-02", "revision": "1"}),
    on_project("POST", "fields.dismiss", also={"key": "0" * 24}, also_nowhere={"key": "0" * 24}, form={"reason": "理由"}),
    on_document("POST", "api_fields.confirm", "id", also={"key": "doc_date"}, also_nowhere={"key": "doc_date"},
                json={"revision": 1, "value": "2024-01-02"}),
    on_project("POST", "api_fields.dismiss", also={"id": "0" * 24}, also_nowhere={"id": "0" * 24}, json={"reason": "理由"}),
    *(on_project("POST", "registers.add_to_project", also={"register": key}, also_nowhere={"register": key}, form=values)
      for key, values in (("procurement", PROCUREMENT), ("system", IN_USE))),
    _on("POST", "registers.add_to_unit", "unit", "{unit_a}", "{unit_none}", also={"register": "system"},
        also_nowhere={"register": "system"}, form=IN_USE),
    *(_on("POST", f"registers.{name}", "key", row, "{g_none}", form={**PROCUREMENT, "revision": "1", "reason": "x"})
      for name, row in (("change", "{g_a}"), ("withdraw", "{g_a_unit}"))),
    *(on_project("POST", "api_registers.add_to_project", also={"register": key}, also_nowhere={"register": key},
                 json={"values": values, "evidence": []}) for key, values in (("procurement", PROCUREMENT), ("system", IN_USE))),
    _on("POST", "api_registers.add_to_unit", "unit", "{unit_a}", "{unit_none}", also={"register": "system"},
        also_nowhere={"register": "system"}, json={"values": IN_USE, "evidence": []}),
    *(_on("PATCH", "api_registers.change", "id", "{g_a}", "{g_none}", json={"values": {"name": "x"}}, headers=headers)
      for headers in ({}, {"If-Match": '"1"'}, {"If-Match": '"77"'})),
    _on("POST", "api_registers.withdraw", "id", "{g_a_unit}", "{g_none}", json={"reason": "x"}, headers={"If-Match": '"1"'}),
    Write("POST", "review.confirm", {}, {}, form={"said": "{d_a}|{d_none}/meeting_minutes"}),
    Write("POST", "api_review.confirm", {}, {}, json={"items": [{"id": "{d_a}|{d_none}", "revision": 1, "type": "meeting_minutes"}]}),
    Write("POST", "review.aside", {}, {}, form={"unit": "{unit_a}|{unit_none}", "word": "会议纪要"}),
    Write("POST", "api_review.aside", {}, {}, json={"unit": "{unit_a}|{unit_none}", "word": "会议纪要"}),
    on_project("POST", "dossier.assign", form={"names": "unit_b"}),
    on_project("POST", "dossier.catalogue", form=DESCRIPTION),
    on_project("POST", "dossier.update", form={**PROJECT_OF_A, "revision": "1"}),
    on_project("POST", "dossier.waive", also={"type_key": "meeting_minutes"}, also_nowhere={"type_key": "meeting_minutes"},
               form={"reason": "理由"}),
    on_document("POST", "api_documents.unmasked", "id", json={"purpose": "核对人员名单"}),
    on_project("POST", "secrecy.ask", form={"sha256": "sha256:" + "0" * 64, "reason": "标准中的示例"}),
    on_project("POST", "api_secrecy.ask", json={"sha256": "0" * 64, "reason": "标准中的示例"}),
    on_document("POST", "guarding.decide", form={"pair": "x|y", "choice": "join"}),
    on_document("POST", "api_documents.decide", "id", json={"pair": "x|y", "choice": "dismiss"}),
    on_document("POST", "guarding.show_numbers", form={"purpose": "核对人员名单"}),
    on_finding("POST", "findings.acknowledge", form={"note": "知道了"}),
    on_finding("POST", "findings.waive", form=WAIVER), on_finding("POST", "findings.approve", form={}),
    Write("POST", "ledger.take", {}, {}, form={"mode": "import"}, file=("台账.csv", LEDGER.replace("{code}", "{p_a}|{p_none}"))),
    Write("POST", "ledger.take", {}, {}, form={"mode": "check"}, file=("合同.csv", CONTRACTS.replace("{code}", "{p_a}|{p_none}"))),
    Write("POST", "projects.create", {}, {}, form={"code": "{p_a}|{p_none}", **PROJECT_OF_A}),
    on_project("POST", "uploads.upload", file=FILE), on_document("POST", "uploads.new_version", file=FILE),
    on_project("POST", "uploads.upload", file=FILE, headers={"X-Requested-With": "fetch"}),
    Write("PUT", "api_notices.choose", {}, {}, json={"declines": ["overdue"]}),  # one's own; this much nobody may decline
    _on("DELETE", "api_notices.drop", "name", "jiafang", "nobody"),
    _on("POST", "notices.substitute_for", "name", "jiafang", "nobody",
        form={"substitute": "unit_b", "first": "2026-03-02", "last": "2026-03-09"}),
    _on("POST", "people.disable", "name", "jiafang", "nobody", form={}),
    _on("POST", "people.password", "name", "jiafang", "nobody", form={"password": "Dossier-2027", "again": "Dossier-2027"}),
    Write("POST", "people.assign", {}, {}, form={"code": "{p_a}|{p_none}", "names": "unit_b"}),
    *(Write("POST", f"backoffice_{name}.{action}", {"id": "{p_a}"}, {"id": "{p_none}"},
            form={"id": "{d_a}|{d_none}", "list_form_pk": "{d_a}|{d_none}", "action": "delete", "rowid": "{d_a}|{d_none}"})
      for name in LISTS for action in ("action_view", "ajax_update", "delete_view", "edit_view", "create_view")),
)

# Writes that take no identifier of anybody else: one's own account, signing in, and what these roles may not do at all.
NOT_WRITTEN: dict[str, str] = {
    **dict.fromkeys(("notices.add_substitute", "notices.end_substitute", "api_notices.add"),
                    "one's own; of who takes a place, one answer for all that may not"),
    **dict.fromkeys(("rule_changes.propose", "rule_changes.backtest", "rule_changes.decide", "rules.compare",
                     *(f"api_rule_changes.{name}" for name in ("propose", "backtest", "approve", "refuse", "withdraw", "compare"))),
                    "who is bound to a unit may not at all; names a proposal or a rule, no dossier"),
    "inbox.read": "one's own", "api_inbox.read": "one's own", "notices.choose": "one's own", "account.password": "one's own", "account.token": "one's own", "api_tokens.issue": "signing in",
    "auth.sign_in_now": "signing in", "auth.sign_out": "one's own", "people.add": "secadmin only; names a person, no dossier",
    "workdays.take": "sysadmin only", "workdays.edit": "sysadmin only", "operations.run": "sysadmin only", "api_secrecy.clear": "secadmin only; names bytes, no dossier",
    "secrecy.decide": "secadmin only; names bytes, no dossier", "audit.verify": "auditadmin only"}

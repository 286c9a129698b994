"""Personal numbers leave the archive masked, whichever way a text or a value of a document leaves it.

One dossier whose every text holds them (names, titles, values, quotes, properties, paths in bundles, receipts, alerts) is
looked at by everybody through every route of the site, and through mails, exports and the command line. A new route is
walked as soon as `isolation_routes` names it. What shows the original itself is apart, and named here.
"""

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from email import message_from_bytes, policy
from pathlib import Path

import pypdfium2
import pytest

from admin.jobs import run_job
from admin.receipts.pdf import pdf_of
from admin.receipts.xlsx import xlsx_of
from admin.system import System
from admin.uploads import records
from admin.uploads.records import Announced
from admin.web.app import create_app
from admin.worker import Worker
from archive.access import Actor
from archive.fields import fields_of
from archive.models import Channel, Document, Project, Receipt
from archive.models.receipts import Outcome
from archive.operations.documents import confirm_document
from archive.operations.fields import confirm_field
from archive.operations.people import issue_token
from archive.operations.receipts import Entry, add_entry, open_receipt
from archive.receipts import all_entries
from retention.alerts import refresh
from retention.models import FindingRecord
from tests import samples
from tests.builders import SYSTEM, a_project, file_text
from tests.conftest import SECRET
from tests.functional.isolation_routes import GET
from tests.functional.isolation_visitor import Visitor
from tests.functional.isolation_world import OVERDUE, World

ROOT = Path(__file__).resolve().parents[2]
PERSON, PHONE, CARD = "11010519491231002X", "13812345678", "6222021234567890128"
NUMBERS = (PERSON, PHONE, CARD)
NAME = f"张三{PERSON}电话{PHONE}"
LONG = "".join(f"第{n}条 承建单位应当按照合同约定完成第{n * 7}项工作并提交成果，由监理单位审核。" for n in range(30))
CONTRACT = (f"系统建设合同\n合同编号：HT-2024-01\n甲方：省数字政务厅\n乙方：青岚华拓（联系人 {PHONE}）\n合同金额：128万元\n"
            f"收款账号 {CARD}\n签约人 张三 {PERSON}\n{LONG}")
REPORT = f"竣工验收报告\n合同编号：HT-2024-01\n乙方：云岭软件 {PHONE}\n合同金额：138万元\n验收结论：通过\n"
# Hands out the very bytes or what is printed on the page; everything there is written in the audit or says so beside it.
ORIGINALS = {"documents.content", "documents.version_content", "api_documents.content", "viewer.picture", "api_documents.page_picture"}
# To the sender alone, who named the file so a moment ago: the upload is found again by that name.
OWN_WORDS = {"resumable.listed", "resumable.show", "api_uploads.listed", "api_uploads.show"}
LOOKED_FOR = ({"q": "张三"}, {"q": "合同编号"}, {"q": "承建单位"})


@pytest.fixture
def world(system: System, worker: Worker, people: dict[str, Actor], tmp_path: Path) -> World:
    a_project(system, "XM-A-001", **OVERDUE)
    names = {"p_a": "XM-A-001"}
    made = World(system, names, {name: issue_token(SYSTEM, system.clock, name) for name in people}, people)
    contract = file_text(system, "XM-A-001", f"建设合同 {NAME}.txt", CONTRACT).document
    names["d_a"] = contract.id
    twin = file_text(system, "XM-A-001", f"建设合同修订 {NAME}.txt", CONTRACT + "补充一句。").document
    file_text(system, "XM-A-001", f"竣工验收报告 {PHONE}.txt", REPORT)
    file_text(system, "XM-A-001", f"资料 {PERSON}.txt", f"{PHONE} 没有别的")  # waits for a person
    paper = samples.pdf(tmp_path / f"名单 {NAME}.pdf", [[f"参会人员 {PHONE}", "合同编号：HT-2024-01"]], title=NAME)
    names["d_a_pdf"] = system.intake.file(SYSTEM, "XM-A-001", paper.name, [paper.read_bytes()]).document.id
    names["d_a_zip"] = _bundle(system)
    worker.drain()
    archivist = people["archivist"]
    confirm_document(archivist, system.clock, twin.id, Document.objects.get(id=twin.id).revision, {"title": f"修订 {NAME}"})
    confirm_document(archivist, system.clock, contract.id, Document.objects.get(id=contract.id).revision, {
        "title": f"合同（{NAME}）", "doc_no": f"数政〔2024〕1号 {PHONE}", "issuer": f"张三 {PERSON}", "conclusion": f"通过{PHONE}",
        "type": "build_contract"})
    confirm_field(archivist, system.clock, contract.id, "doc_no", fields_of(SYSTEM, contract.id).revision, f"数政〔2024〕2号 {PHONE}")
    names["r_a"] = _receipt(system, people["unit_a"], contract.id)
    names["t_a"] = records.create(system, people["unit_a"], Announced("XM-A-001", f"{NAME}.txt", 5, batch="b"), "api").id
    worker.drain()
    refresh(system.judge)
    names["f_a"] = FindingRecord.objects(project="XM-A-001", rule="R31-3").get().id
    names["d_a_child"] = Document.objects(parent=names["d_a_zip"]).first().id
    return made


def _bundle(system: System) -> str:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as bundle:
        bundle.writestr(f"{PERSON}/名单 {PHONE}.txt", f"名单\n{PERSON}")
        bundle.writestr(f"{PERSON}/空的 {PHONE}.txt", "")
    return str(system.intake.file(SYSTEM, "XM-A-001", f"材料 {PHONE}.zip", [target.getvalue()]).document.id)


def _receipt(system: System, actor: Actor, document: str) -> str:
    receipt = open_receipt(actor, system.clock, "XM-A-001", Channel.BROWSER, batch="b")
    add_entry(actor, system.clock, receipt.id, Entry("k1", f"{NAME}/{NAME}.txt", Outcome.FILED, 5, title=f"合同（{NAME}）",
                                                     document=document))
    add_entry(actor, system.clock, receipt.id, Entry("k2", f"坏的 {PHONE}.pdf", Outcome.REFUSED, 5, reason=f"文件“{NAME}”打不开"))
    return str(receipt.id)


def plain(body: bytes | str) -> str:
    """The text as somebody may read it: without marks, entities, white space."""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
    if isinstance(body, bytes) and body.startswith(b"%PDF"):
        text = "".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(body))
    elif isinstance(body, bytes) and body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            text = "".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
    return re.sub(r"</?mark>|<wbr>|\s", "", text)


def leaks(text: str) -> list[str]:
    return [number for number in NUMBERS if number in text]


def requests(names: Mapping[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Every route that reads, asked about what there is; the searches for what stands beside the numbers."""
    for endpoint, asked in GET.items():
        if endpoint in ORIGINALS:
            continue
        known = {json.dumps(values, sort_keys=True): dict(values) for values in asked
                 if {name for value in values.values() for name in re.findall(r"\{(\w+)\}", value)} <= {*names, "token"}}
        plainest = [values for values in known.values() if "q" not in values][:3]
        yield from ((endpoint, values) for values in plainest)
        for looked_for in LOOKED_FOR if any("q" in values for values in asked) else ():
            first = next((values for values in known.values() if any("{d_a" in value for value in values.values())), {})
            yield endpoint, {**first, **looked_for}


def test_no_route_tells_a_number_to_anybody(world: World, people: dict[str, Actor]) -> None:
    app, found, reached = create_app(world.system), [], set()
    for person in ("archivist", "unit_a", "sysadmin", "auditadmin"):
        visitor = Visitor(app, world, person)
        for endpoint, values in requests(world.names):
            response = visitor._open("GET", endpoint, visitor._fill(values))
            text = plain(response.data)
            heads = plain(" ".join(f"{name}: {value}" for name, value in response.headers))
            if "1101**********002X" in text or "138****5678" in text:
                reached.add(endpoint)
            if leaks(text + heads) and not (endpoint in OWN_WORDS and person == "unit_a"):
                at = next(text.find(number) for number in leaks(text + heads))
                found.append((person, endpoint, values, text[max(at - 60, 0):at + 20]))
    assert not found, "\n".join(map(str, [len(found), *found[:40]]))
    # Otherwise finding nothing would prove nothing: there the numbers are, masked.
    assert {
        "api_audit.listed", "api_documents.alike", "api_documents.listed", "api_documents.show", "api_documents.text",
        "api_documents.versions", "api_fields.contradictions", "api_fields.listed", "api_projects.dossier", "api_receipts.entries",
        "api_receipts.printed", "api_review.evidence", "api_review.queue", "api_review.values", "api_search.find", "audit.overview",
        "backoffice_audit.index_view", "backoffice_documents.index_view", "documents.show", "dossier.materials", "dossier.show",
        "guarding.labelled", "receipts.download", "receipts.printed", "receipts.show", "review.contradictions", "review.evidence",
        "review.queue", "review.values", "search.search", "start.start", "viewer.show"} <= reached, sorted(reached)


def test_mails_exports_and_the_command_line_tell_none(world: World, tmp_path: Path) -> None:
    system = world.system
    for job in ("compliance.nightly", "notices.daily"):
        assert run_job(system, SYSTEM, job, system.clock.today()).outcome == "done"
    mails = [message_from_bytes(path.read_bytes(), policy=policy.default)
             for path in (system.settings.data_dir / "mail").glob("*.eml")]
    assert mails
    for mail in mails:
        bodies = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
        assert leaks(plain("".join(bodies) + str(mail["Subject"]))) == []
    receipt, project = Receipt.objects.get(), Project.objects.get(code="XM-A-001")
    for make in (pdf_of, xlsx_of):
        printed = plain(make(receipt, project, all_entries(SYSTEM, receipt.id), "Asia/Shanghai"))
        assert leaks(printed) == []
        assert "138****5678" in printed
    for command in (["search", "张三", "--json"], ["receipt", "show", receipt.id], ["receipt", "show", receipt.id, "--json"],
                    ["check", "--project", "XM-A-001", "--json"]):
        said = _in_the_shell(system, command)
        assert leaks(plain(said)) == [], command
        assert "XM-A-001" in said


def _in_the_shell(system: System, command: list[str]) -> str:
    env = {"PATH": os.defpath, "DANGAN_MONGODB_URL": system.settings.mongodb_url, "DANGAN_SECRET_KEY": SECRET,
           "DANGAN_DATA_DIR": str(system.settings.data_dir)}
    done = subprocess.run([sys.executable, "-m", "admin", *command], cwd=ROOT, env=env, capture_output=True, text=True, timeout=120,
                          check=False)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout

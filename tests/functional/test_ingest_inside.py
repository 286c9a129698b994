"""`dangan ingest` waits for what is inside of files, and reports it beneath them."""

from pathlib import Path
from typing import Any

from archive.mongo.embedded import EmbeddedMongo
from tests.functional.shell import Shell
from tests.unit.ingest.unpacking.bundles import encrypted, mail, zipped

CODE = "XM-1"
HEAD = "项目编号,项目名称,项目单位,建设方式\n"
FIELDS = ["path", "status", "document", "type", "type_source", "pages", "chars", "reason", "children"]


def test_children_are_waited_for_found_and_reported(tmp_path: Path) -> None:
    shell, files = Shell(tmp_path / "var"), tmp_path / "files"
    files.mkdir()
    ledger = tmp_path / "台账.csv"
    ledger.write_text(f"{HEAD}{CODE},协同平台,省数字政务厅,自行建设\n", encoding="utf-8")
    inner = zipped({"附件二/验收意见.txt": "验收组同意通过琉璃瓦验收。".encode()})
    (files / "来函.eml").write_bytes(mail({"附件.zip": inner}))
    (files / "材料.zip").write_bytes(encrypted({"纪要.txt": "例会讨论了青花瓷。".encode(), "锁.txt": b"x"}, "锁.txt"))
    with EmbeddedMongo.attach(shell.data):
        shell("init")
        shell("project", "import", ledger)
        ran = shell("ingest", files, "--project", CODE, "--json", status=1)
        found: dict[str, Any] = {Path(file["path"]).name: file for file in ran.json["files"]}
        assert list(found["来函.eml"]) == FIELDS
        attached, = found["来函.eml"]["children"]
        opinion, = attached["children"]
        assert (attached["path"], attached["status"], opinion["path"], opinion["status"]) == (
            "附件.zip", "filed", "附件二/验收意见.txt", "filed")
        assert opinion["chars"] > 0
        by_path = {child["path"]: child for child in found["材料.zip"]["children"]}
        assert by_path["纪要.txt"]["status"] == "filed"
        assert (by_path["锁.txt"]["status"], by_path["锁.txt"]["document"]) == ("rejected", None)
        assert "口令" in by_path["锁.txt"]["reason"]
        assert [item["document"] for item in shell("search", "琉璃瓦", "--json").json["items"]] == [opinion["document"]]
        plain = shell("ingest", files / "来函.eml", "--project", CODE).out
        assert "附件二/验收意见.txt" in plain

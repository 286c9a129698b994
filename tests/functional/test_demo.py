"""`make demo` as its user sees it: the summary is true, a second run doubles nothing, every story shows what it tells."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from admin.bootstrap import build
from admin.demo import SEED
from admin.sample import build as build_sample
from admin.settings import load
from admin.verify import verify
from admin.web.app import create_app
from archive.models import AuditEntry, Document, Project
from retention.models import FindingRecord

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.timeout(1200)


def run_demo(folder: Path) -> str:
    env = {**os.environ, "DANGAN_DATA_DIR": str(folder)}
    done = subprocess.run([sys.executable, "-m", "admin", "demo", "--no-serve"], cwd=ROOT, env=env, text=True,
                          capture_output=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("demo")
    return folder, run_demo(folder)


def test_the_sample_is_as_large_as_promised(demo: tuple[Path, str]) -> None:
    counted = re.search(r"项目 (\d+)\s+合同 (\d+)\s+文件 (\d+)", demo[1])
    assert counted
    projects, contracts, documents = map(int, counted.groups())
    assert projects >= 40
    assert contracts >= 120
    assert documents >= 600


def test_the_summary_says_what_api_and_archive_say(demo: tuple[Path, str]) -> None:
    folder, output = demo
    system = build(load({"DANGAN_DATA_DIR": str(folder)}))
    try:
        client = create_app(system).test_client()
        token = client.post("/api/v1/tokens", json={"name": "danganyuan", "password": "Yunchuan#2026"}).json["token"]
        headers = {"Authorization": f"Bearer {token}"}

        def total(path: str) -> int:
            return int(client.get(f"/api/v1/{path}", headers=headers).json["total"])

        for severity, word in (("C", "严重"), ("H", "重要"), ("M", "一般")):
            said = re.search(rf"{word} (\d+)", output)
            assert said
            assert total(f"findings?status=failed&severity={severity}&size=1") == int(said[1])
        projects = re.search(r"项目 (\d+)", output)
        assert projects
        assert total("projects?size=1") == int(projects[1])
        documents = re.search(r"文件 (\d+)", output)
        assert documents
        assert total("search?q=&size=1") == int(documents[1])
        mails = re.search(r"已写邮件 (\d+)", output)
        assert mails
        assert len(list((folder / "mail").glob("*.eml"))) == int(mails[1])
        assert verify(system).problems == []
    finally:
        system.close()


def test_every_story_shows_what_it_tells(demo: tuple[Path, str]) -> None:
    folder, _ = demo
    made_for = date.fromisoformat(json.loads((folder / "sample.json").read_text())["today"])
    system = build(load({"DANGAN_DATA_DIR": str(folder)}))
    try:
        answers = system.judge.judge(list(Project.objects), made_for)
        found = {(code, f"{f.rule}:{f.outcome.value}") for code, findings in answers.items() for f in findings}
        kept = {(record.project, record.rule, record.subject) for record in FindingRecord.objects}
        assert kept >= {(code, f.rule, f.subject) for code, findings in answers.items() for f in findings
                        if f.outcome.value in ("failed", "due", "unknown")}
    finally:
        system.close()
    stories = build_sample(SEED, made_for).stories
    missing = [(story.project, story.scenario, shown) for story in stories for shown in story.shows
               if (story.project, shown) not in found]
    assert stories
    assert missing == []


def test_a_second_run_doubles_nothing(demo: tuple[Path, str]) -> None:
    folder, first = demo
    before = counts(folder)
    second = run_demo(folder)
    after = counts(folder)
    assert {name: after[name] for name in before if name != "audit"} == {
        name: before[name] for name in before if name != "audit"}
    assert re.findall(r"(项目|合同|文件) (\d+)", second) == re.findall(r"(项目|合同|文件) (\d+)", first)
    assert re.findall(r"已写邮件 (\d+)", second) == re.findall(r"已写邮件 (\d+)", first)


def counts(folder: Path) -> Counter[str]:
    system = build(load({"DANGAN_DATA_DIR": str(folder)}))
    try:
        return Counter(documents=Document.objects.count(), findings=FindingRecord.objects.count(),
                       filed=AuditEntry.objects(action="document.filed").count(),
                       mails=len(list((folder / "mail").glob("*.eml"))), audit=AuditEntry.objects.count())
    finally:
        system.close()

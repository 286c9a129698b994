"""What the handbook and the README tell people to type exists; and both languages tell the same."""

import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from admin.cli import COMMANDS
from admin.jobs import JOBS
from admin.settings import SETTINGS
from tests.deploy.cli_options import options_of
from tests.deploy.compose import ROOT, mebibytes, services

HANDBOOK = ROOT / "docs/handbook"
PAGES = sorted([*HANDBOOK.glob("*/*.md"), ROOT / "README.md"])
# Read by the tests alone.
TEST_NAMES = {"DANGAN_TEST_S3_URL", "DANGAN_TEST_ELASTICSEARCH_URL", "DANGAN_TEST_MONGODB_URL"}
pages = pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())


def code(page: Path) -> list[str]:
    """Every line of shell in it: blocks and words set as code."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"```(?:sh|text)\n(.*?)```", text, re.DOTALL)
    lines = [line.strip() for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return lines + re.findall(r"(?<!`)`([^`\n]+)`(?!`)", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


def commands(page: Path) -> list[list[str]]:
    """Calls of `dangan`, straight, from an environment, or through the compose service that runs it."""
    found = []
    for line in code(page):
        for call in re.findall(r"(?:^|[\s/(])(?:dangan(?= [a-z])|docker compose run --rm (?:-v \S+ )?init)\s+([^|;&()（）…]*)", line):
            try:
                words = shlex.split(call, comments=True)
            except ValueError:
                words = call.split()
            if words and re.fullmatch(r"[a-z-]+", words[0]):
                found.append(words)
    return found


def test_commands_are_found_at_all() -> None:
    assert ["backup", "/srv/dangan-backup", "--verify"] in commands(HANDBOOK / "zh/embedded-to-cluster.md")
    assert ["restore", "/source"] in commands(HANDBOOK / "zh/embedded-to-cluster.md")


@pages
def test_every_command_exists_with_its_options(page: Path) -> None:
    for words in commands(page):
        assert words[0] in COMMANDS, words
        path = [words[0]]
        options, subcommands = options_of(*path)
        if subcommands and len(words) > 1 and not words[1].startswith("-"):
            assert words[1] in subcommands, words
            path.append(words[1])
            options, _ = options_of(*path)
        assert {word.split("=")[0] for word in words if word.startswith("--")} <= options, words


@pages
def test_every_setting_exists(page: Path) -> None:
    known = {f"DANGAN_{setting.name.upper()}" for setting in SETTINGS} | {"DANGAN_CONFIG"} | TEST_NAMES
    assert set(re.findall(r"DANGAN_[A-Z0-9_]+[A-Z0-9]", page.read_text(encoding="utf-8"))) <= known


@pages
def test_every_make_target_and_every_file_exists(page: Path) -> None:
    targets = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text()))
    lines = code(page)
    assert {target for line in lines for target in re.findall(r"(?:^|[\s&])make ([a-z-]+)", line)} <= targets
    for name in {name for line in lines for name in re.findall(r"(?<![\w/.:-])deploy/[\w./-]+\w", line)}:
        assert name.startswith("deploy/secrets") or (ROOT / name).exists(), name


@pages
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:\s]+)\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pages
def test_every_job_exists(page: Path) -> None:
    named = {name for line in code(page) for name in re.findall(r"\b((?:compliance|archive|notices|backup)\.[a-z]+)\b", line)}
    assert {name for name in named if name not in ("backup.md", "backup.restored")} <= {job.id for job in JOBS}


@pages
def test_every_compose_service_and_unit_exists(page: Path) -> None:
    for line in code(page):
        for verb, rest in re.findall(r"docker compose (stop|start|restart|cp \S+|up -d --force-recreate)((?: [a-z][\w-]*)+)", line):
            assert set(rest.split()) <= services().keys(), (verb, rest)
        for unit in re.findall(r"systemctl (?:start|stop|disable|enable --now) ([\w@.-]+)", line):
            assert (ROOT / "deploy/systemd" / f"{unit.split('@')[0]}.service").exists(), unit


@pages
def test_examples_of_settings_are_accepted(page: Path, tmp_path: Path) -> None:
    from admin.settings import load

    for number, block in enumerate(re.findall(r"```toml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)):
        path = tmp_path / f"{number}.toml"
        path.write_text(re.sub(r'secret_key = ".*"', f'secret_key = "{"x" * 40}"', block), encoding="utf-8")
        assert load({"DANGAN_CONFIG": str(path)}).backup_dir == Path("/srv/dangan-backup")


@pytest.mark.parametrize("page", sorted(path.name for path in (HANDBOOK / "zh").glob("*.md")))
def test_both_languages_say_the_same(page: str) -> None:
    def shape(language: str) -> tuple[list[int], int, list[int], list[list[str]]]:
        text = (HANDBOOK / language / page).read_text(encoding="utf-8")
        headings = [len(marks) for marks in re.findall(r"(?m)^(#+) ", re.sub(r"```.*?```", "", text, flags=re.DOTALL))]
        rows = [len(table.splitlines()) for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)]
        return headings, text.count("```"), rows, sorted(words[:1] for words in commands(HANDBOOK / language / page))

    assert shape("zh")[:3] == shape("en")[:3]
    if page not in ("backup.md", "storage-move.md"):
        assert shape("zh")[3] == shape("en")[3]


def test_both_languages_have_the_same_pages_and_the_index_names_them() -> None:
    names = {path.name for path in (HANDBOOK / "zh").glob("*.md")}
    assert names == {path.name for path in (HANDBOOK / "en").glob("*.md")}
    for language in ("zh", "en"):
        index = (HANDBOOK / language / "index.md").read_text(encoding="utf-8")
        assert set(re.findall(r"\]\(([\w-]+\.md)\)", index)) == names - {"index.md"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_memory_table_is_that_of_the_compose_file(language: str) -> None:
    text = (HANDBOOK / language / "install-docker.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"(?m)^\| ([^|*]+?) \| ([^|*]+?) \|", text))
    for names, limits in told.items():
        listed = [part.strip().removesuffix(" ×2") for part in re.split("[、,]", names)]
        if not set(listed) <= services().keys():
            continue
        parts = [int(number) for number in re.findall(r"\d+", re.sub(r"\d+ × ", "", limits))]
        single = [mebibytes(services()[name]) / services()[name]["deploy"].get("replicas", 1) for name in listed]
        assert single == (parts * len(listed) if len(parts) == 1 else parts), names
    lasting = sum(mebibytes(service) for service in services().values() if service["restart"] != "no")
    assert f"**{int(lasting)}**" in text


@pages
def test_versions_are_those_of_this_tree(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert set(re.findall(r"dangan:(\d+\.\d+\.\d+)", text)) <= {version}
    assert set(re.findall(r"RELEASE\.[\w-]+Z", text)) <= set(re.findall(r"RELEASE\.[\w-]+Z", (ROOT / "docker-compose.yml").read_text()))
    assert set(re.findall(r"python:3[\w.-]+", text)) <= set(re.findall(r"python:3[\w.-]+", (ROOT / "Dockerfile").read_text()))


def test_the_options_told_for_the_secrets_are_its_options() -> None:
    script = (ROOT / "deploy/make-secrets").read_text()
    for page in PAGES:
        for line in code(page):
            if "make-secrets" in line:
                assert {word for word in line.split() if word.startswith("--")} <= set(re.findall(r"--[a-z-]+", script))


def test_the_replica_set_script_says_how_it_is_used() -> None:
    done = subprocess.run([sys.executable, ROOT / "deploy/mongo_replica_set.py", "--help"], capture_output=True, text=True, check=True)
    assert "--admin-password-file" in done.stdout

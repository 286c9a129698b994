"""The image's recipe: linted, read, and as much of it run as runs outside a container. No image was ever built here."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from admin.cli import COMMANDS
from ingest import office
from ingest.drawing.ofd.fonts import PACKAGE as FONTS
from tests.deploy.compose import ROOT
from tests.deploy.dockerfile import copied, in_context, instructions

LAST = max(each.stage for each in instructions())


def final(word: str) -> list[str]:
    return [each.rest for each in instructions() if each.word == word and each.stage == LAST]


def test_hadolint_finds_nothing() -> None:
    done = subprocess.run([Path(sys.executable).with_name("hadolint"), ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_base_is_named_by_version_and_can_be_given_by_digest() -> None:
    (base,) = [each.rest for each in instructions() if each.word == "ARG" and each.stage == -1]
    assert re.fullmatch(r"BASE=python:3\.\d+\.\d+-slim-bookworm", base)
    assert {each.rest.split()[0] for each in instructions() if each.word == "FROM"} == {"${BASE}"}
    assert f'base.name="{base.removeprefix("BASE=")}"' in final("LABEL")[0]


def test_it_serves_as_nobody_in_particular() -> None:
    assert final("USER") == ["10001:10001"]
    assert final("EXPOSE") == ["8000"]


def test_entry_and_command_exist() -> None:
    assert final("ENTRYPOINT") == ['["dangan"]']
    assert final("CMD")[0].startswith('["web",')
    assert "web" in COMMANDS
    assert "/healthz" in final("HEALTHCHECK")[0]


def test_its_version_is_the_projects() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f"VERSION={version}" in final("ARG")


def test_no_compiler_and_no_package_tool_gets_in() -> None:
    packages = (ROOT / "deploy/apt-packages.txt").read_text().split()
    assert packages
    assert not [name for name in packages if re.search(r"gcc|g\+\+|build-essential|-dev$|make|pip", name)]
    assert any("uninstall" in each.rest and "pip" in each.rest for each in instructions() if each.word == "RUN")


def test_everything_copied_exists_and_reaches_the_builder() -> None:
    for source, _ in copied():
        assert source.exists()
        assert in_context(source.relative_to(ROOT).as_posix()), source
    packages = {pattern.rstrip("*") for pattern in
                tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]["find"]["include"]}
    assert packages <= {source.name for source, _ in copied()}


@pytest.mark.parametrize("path", ["deploy/secrets/dangan.toml", "deploy/secrets", "var/demo/secret_key", ".git/config", ".venv/bin/python",
                                  "tests/conftest.py", "archive/__pycache__/access.cpython-311.pyc"])
def test_what_must_not_leave_the_machine_does_not(path: str) -> None:
    assert not in_context(path)


@pytest.mark.parametrize("path", ["archive/taxonomy.yaml", "admin/web/templates/layout.html", "wheelhouse/debs/libcurl4.deb",
                                  "deploy/collect-wheels", "requirements.lock"])
def test_what_the_image_is_made_of_does(path: str) -> None:
    assert in_context(path)


def test_the_image_can_show_office_files_and_chinese_pages() -> None:
    assert {*office.PACKAGES, FONTS} <= set((ROOT / "deploy/apt-packages.txt").read_text().split())


def test_the_debian_packages_exist() -> None:
    if shutil.which("apt-cache") is None:
        pytest.skip("not checked: this is no Debian")
    for name in (ROOT / "deploy/apt-packages.txt").read_text().split():
        shown = subprocess.run(["apt-cache", "show", name], capture_output=True, text=True, check=False)
        if shown.returncode and not list(Path("/var/lib/apt/lists").glob("*_Packages*")):
            pytest.skip("not checked: no package lists here (apt-get update)")
        assert shown.returncode == 0, name

"""The Dockerfile as instructions, and which files of the tree reach the builder."""

import fnmatch
import re
from dataclasses import dataclass
from pathlib import Path

from tests.deploy.compose import ROOT


@dataclass(frozen=True)
class Instruction:
    word: str
    rest: str
    stage: int


def instructions() -> list[Instruction]:
    text = re.sub(r"(?m)^#.*\n", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
    found: list[Instruction] = []
    stage = -1
    for line in re.sub(r"\\\n\s*", "", text).splitlines():
        if line.strip():
            word, _, rest = line.strip().partition(" ")
            stage += word == "FROM"
            found.append(Instruction(word, rest, stage))
    return found


def in_context(path: str) -> bool:
    """What .dockerignore lets through; the last rule that matches counts."""
    seen = True
    for rule in (ROOT / ".dockerignore").read_text().splitlines():
        if not rule or rule.startswith("#"):
            continue
        pattern = rule.removeprefix("!").rstrip("/")
        if pattern == "*" or path == pattern or path.startswith(f"{pattern}/") or fnmatch.fnmatch(path, pattern) or (
                pattern.startswith("**/") and any(fnmatch.fnmatch(part, pattern[3:]) for part in path.split("/"))):
            seen = rule.startswith("!")
    return seen


def copied() -> list[tuple[Path, Path]]:
    """Sources in the tree and their place in the builder, of the first stage."""
    pairs = []
    for each in instructions():
        if each.word == "COPY" and each.stage == 0:
            *sources, target = each.rest.split()
            for source in sources:
                pairs.append((ROOT / source, Path(target) if source.endswith("/") else Path(target) / source))
    return pairs

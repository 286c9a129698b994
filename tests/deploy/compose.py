"""docker-compose.yml as data, merged as the program would, and how to read what it says."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docker-compose.yml"
ONCE = {"mongo-init", "volumes-init", "init"}
_UNITS = {"K": 1 / 1024, "M": 1, "G": 1024}


@cache
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return loaded


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = compose()["services"]
    return found


def lasting() -> dict[str, dict[str, Any]]:
    return {name: service for name, service in services().items() if name not in ONCE}


def mebibytes(service: dict[str, Any]) -> float:
    """Of all its replicas together."""
    match = re.fullmatch(r"(\d+)([KMG])", service["deploy"]["resources"]["limits"]["memory"])
    assert match
    return float(int(match[1]) * _UNITS[match[2]] * service["deploy"].get("replicas", 1))


def environment(service: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = service.get("environment", {})
    return found


def secret_targets(service: dict[str, Any]) -> dict[str, str]:
    """Secret name to the path it has in the container."""
    found = {}
    for entry in service.get("secrets", []):
        name, target = (entry, entry) if isinstance(entry, str) else (entry["source"], entry["target"])
        found[name] = target if target.startswith("/") else f"/run/secrets/{target}"
    return found


def words(value: Any) -> list[str]:
    return value.split() if isinstance(value, str) else [str(word) for word in value or []]


def without_variables(text: str) -> str:
    """Every `${NAME:-default}` by its default."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)

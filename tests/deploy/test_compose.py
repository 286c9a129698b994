"""docker-compose.yml, held to what the handbook promises. There is no Docker engine here: nothing in it was started."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from admin.cli import COMMANDS
from admin.settings import SETTINGS
from tests.deploy.cli_options import options_of
from tests.deploy.compose import (
    FILE,
    ONCE,
    ROOT,
    compose,
    environment,
    lasting,
    mebibytes,
    secret_targets,
    services,
    without_variables,
    words,
)

SERVICES = sorted(services())
# Who may do what the others may not, and why.
MAY_WRITE_ITS_ROOT = {"elasticsearch": "its entry script writes the keystore into config/"}
RUNS_AS_ROOT = {"volumes-init": "gives a fresh volume to the user MinIO runs as"}
HAS_CAPABILITIES = {"volumes-init": ["CHOWN"]}
PUBLISHES = {"proxy"}


def test_it_follows_the_compose_specification() -> None:
    check = subprocess.run([Path(sys.executable).with_name("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", FILE],
                           capture_output=True, text=True, check=False)
    assert check.returncode == 0, check.stdout + check.stderr


def test_what_the_issue_names_is_there() -> None:
    assert set(SERVICES) == {"mongo1", "mongo2", "mongo3", "mongo-init", "minio", "volumes-init", "elasticsearch", "clamd", "init",
                             "web", "worker", "proxy"}
    assert services()["worker"]["deploy"]["replicas"] == 2


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_hardened(name: str) -> None:
    service = services()[name]
    assert service["cap_drop"] == ["ALL"]
    assert service.get("cap_add", []) == HAS_CAPABILITIES.get(name, [])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is (name not in MAY_WRITE_ITS_ROOT)
    assert service["init"] is True
    assert not service.get("privileged")
    assert (words(service["user"])[0].split(":")[0] in ("0", "root")) == (name in RUNS_AS_ROOT)
    assert any(mount.startswith("/tmp:") for mount in service["tmpfs"])


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_bounded_and_its_logs_too(name: str) -> None:
    service = services()[name]
    assert mebibytes(service) > 0
    assert service["deploy"]["resources"]["limits"]["pids"] > 0
    assert service["logging"]["options"].keys() >= {"max-size", "max-file"}


@pytest.mark.parametrize("name", SERVICES)
def test_every_image_is_named_by_an_exact_version(name: str) -> None:
    image, _, tag = services()[name]["image"].rpartition(":")
    assert image
    assert re.search(r"\d+\.\d+\.\d+|RELEASE\.\d{4}-", tag), tag


def test_our_own_image_carries_our_own_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    own = {service["image"] for service in services().values() if service["image"].startswith("dangan")}
    assert own == {f"dangan:{version}"}


def test_memory_fits_a_machine_of_8_gib() -> None:
    assert sum(map(mebibytes, lasting().values())) <= 7 * 1024


def test_what_runs_once_takes_no_more_than_what_is_not_yet_running() -> None:
    """They are over before web and workers start."""
    waiting = mebibytes(services()["web"]) + mebibytes(services()["worker"])
    assert sum(mebibytes(services()[name]) for name in ONCE) <= waiting


def test_the_caches_fit_their_limits() -> None:
    elastic = services()["elasticsearch"]
    heap = re.findall(r"-Xm[sx](\d+)m", environment(elastic)["ES_JAVA_OPTS"])
    assert len(set(heap)) == 1
    assert int(heap[0]) <= mebibytes(elastic) / 2
    for name in ("mongo1", "mongo2", "mongo3"):
        command = words(services()[name]["command"])
        assert float(command[command.index("--wiredTigerCacheSizeGB") + 1]) * 1024 <= mebibytes(services()[name]) / 2


@pytest.mark.parametrize("name", sorted(lasting()))
def test_what_runs_for_good_is_watched_and_comes_back(name: str) -> None:
    service = services()[name]
    assert service["restart"] == "unless-stopped"
    assert "stop_grace_period" in service
    if name == "web":  # the image's own check
        assert "HEALTHCHECK" in (ROOT / "Dockerfile").read_text()
        return
    check = service["healthcheck"]
    assert check["test"][0] in ("CMD", "CMD-SHELL")
    assert {"interval", "timeout", "retries", "start_period"} <= check.keys()


@pytest.mark.parametrize("name", sorted(ONCE))
def test_what_runs_once_is_waited_for(name: str) -> None:
    assert services()[name]["restart"] == "no"
    waits = [service["depends_on"][name]["condition"] for service in services().values()
             if name in service.get("depends_on", {})]
    assert waits
    assert set(waits) == {"service_completed_successfully"}


def test_the_start_order_has_no_knot_and_waits_for_health() -> None:
    order: list[str] = []
    while len(order) < len(SERVICES):
        ready = [name for name in SERVICES if name not in order and set(services()[name].get("depends_on", {})) <= set(order)]
        assert ready, f"these wait for each other: {set(SERVICES) - set(order)}"
        order += ready
    for service in services().values():
        for needed, how in service.get("depends_on", {}).items():
            assert how["condition"] == ("service_completed_successfully" if needed in ONCE else "service_healthy")


def test_only_the_proxy_publishes_ports_and_monitoring_stays_on_the_machine() -> None:
    assert {name for name, service in services().items() if service.get("ports")} == PUBLISHES
    assert all(service.get("network_mode") != "host" for service in services().values())
    monitoring = [port for port in services()["proxy"]["ports"] if port.endswith(":8081")]
    assert [port.split(":")[0] for port in monitoring] == ["127.0.0.1"]


def test_engines_have_no_way_out_and_nobody_outside_reaches_them() -> None:
    networks = compose()["networks"]
    assert networks["engines"]["internal"] is True
    assert networks["inside"]["internal"] is True
    for name in ("mongo1", "mongo2", "mongo3", "minio", "elasticsearch", "clamd"):
        assert services()[name]["networks"] == ["engines"]
    assert "engines" not in services()["proxy"]["networks"]
    assert {name for name, service in services().items() if "outside" in service.get("networks", [])} == {"worker"}


def test_no_secret_stands_in_the_environment() -> None:
    for name, service in services().items():
        for variable, value in environment(service).items():
            secret = re.search(r"PASSWORD|SECRET|KEY|TOKEN|_URL", variable) and not variable.endswith("_FILE")
            assert not secret, f"{name}: {variable}"
            assert "://" not in str(value), f"{name}: {variable}"
        assert "env_file" not in service
    assert not re.search(r"(?i)(password|secret)\s*[:=]\s*[\"']?[a-z0-9]{6,}[\"']?\s*$", FILE.read_text(), re.MULTILINE)


def test_secrets_are_files_that_the_script_makes(secrets: Path) -> None:
    for name, secret in compose()["secrets"].items():
        assert secret.keys() == {"file"}, name
        assert secret["file"].startswith("./deploy/secrets/")
        assert (secrets / Path(secret["file"]).name).is_file(), secret["file"]


def test_every_secret_that_is_used_is_declared_and_every_declared_one_used() -> None:
    used = {name for service in services().values() for name in secret_targets(service)}
    assert used == compose()["secrets"].keys()


@pytest.mark.parametrize("name", SERVICES)
def test_a_path_below_run_secrets_is_mounted_there(name: str) -> None:
    service = services()[name]
    text = str([service.get(part) for part in ("command", "entrypoint", "environment", "healthcheck")])
    if name == "proxy":
        text += (ROOT / "deploy/nginx.conf").read_text()
    named = set(re.findall(r"/run/secrets/[\w.]+", text))
    assert named <= set(secret_targets(service).values())


def test_the_settings_find_their_certificate_where_they_are_read(secrets: Path) -> None:
    named = set(re.findall(r"/run/secrets/[\w.]+", (secrets / "dangan.toml").read_text()))
    assert named
    for name in ("web", "worker", "init"):
        assert named <= set(secret_targets(services()[name]).values())
        assert environment(services()[name])["DANGAN_CONFIG"] in secret_targets(services()[name]).values()


def test_the_settings_name_services_that_exist(secrets: Path) -> None:
    settings = tomllib.loads((secrets / "dangan.toml").read_text())
    urls = " ".join(re.sub("//[^/@]*@", "//", settings[name]) for name in settings if name.endswith("_url") and name != "base_url")
    hosts = set(re.findall(r"(?:,|//)([a-z][\w-]*):\d+", urls))
    assert hosts == {"mongo1", "mongo2", "mongo3", "minio", "elasticsearch", "clamd"}


@pytest.mark.parametrize("name", SERVICES)
def test_what_is_mounted_exists(name: str) -> None:
    for volume in map(without_variables, services()[name].get("volumes", [])):
        source = volume.split(":")[0]
        if source.startswith("."):
            assert (ROOT / source).is_file(), source
            assert volume.endswith(":ro"), "what belongs to the machine is only read"
        else:
            assert source in compose()["volumes"]


def test_every_volume_is_used() -> None:
    used = {without_variables(volume).split(":")[0] for service in services().values() for volume in service.get("volumes", [])}
    assert {name for name in used if not name.startswith(".")} == compose()["volumes"].keys()


def test_settings_in_the_environment_are_settings() -> None:
    known = {f"DANGAN_{setting.name.upper()}" for setting in SETTINGS} | {"DANGAN_CONFIG"}
    assert set(re.findall(r"DANGAN_\w+", FILE.read_text())) <= known


@pytest.mark.parametrize("name", [name for name in SERVICES if services()[name]["image"].startswith("dangan") and
                                  "entrypoint" not in services()[name]])
def test_commands_of_our_own_are_commands(name: str) -> None:
    command = words(services()[name]["command"])
    assert command[0] in COMMANDS
    options, _ = options_of(command[0])
    assert {word for word in command if word.startswith("--")} <= options


def test_programs_of_our_own_are_in_the_image() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    named: list[Any] = re.findall(r"/opt/dangan/libexec/(\w+\.py)", FILE.read_text())
    assert set(named) == {"mongo_replica_set.py", "worker_health.py"}
    for script in named:
        assert f"deploy/{script}" in dockerfile
        assert (ROOT / "deploy" / script).is_file()


def test_the_replica_set_is_called_the_same_everywhere(secrets: Path) -> None:
    for name in ("mongo1", "mongo2", "mongo3"):
        command = words(services()[name]["command"])
        assert command[command.index("--replSet") + 1] == "dangan"
    assert "replicaSet=dangan" in (secrets / "dangan.toml").read_text()
    members = {word.split(":")[0] for word in words(services()["mongo-init"]["command"]) if word.endswith(":27017")}
    assert members == {"mongo1", "mongo2", "mongo3"}


def test_each_secret_belongs_to_the_user_that_reads_it() -> None:
    """As the script gives them away; the numbers of the images' users are their makers' and were not looked up in a running one."""
    script = (ROOT / "deploy/make-secrets").read_text()
    given = dict(re.findall(r"^(?:secret|belongs) (\w[\w.]*) (\d+:\d+)$", script, re.MULTILINE))
    given |= {f"{name}.key": owner for name, owner in re.findall(r"^certificate (\w+) .* (\d+:\d+)$", script, re.MULTILINE)}
    for service in services().values():
        for name in secret_targets(service):
            file = Path(compose()["secrets"][name]["file"]).name
            if not file.endswith(".crt"):
                assert given[file].split(":")[0] == service["user"].split(":")[0], (service["image"], file)

"""A real S3 server with versions and object lock: Ceph's RADOS gateway over one monitor, one manager and one OSD.

From Debian's packages, on loopback, in the memory of a laptop. The OSD's file is sparse: it takes what is stored.
"""

import secrets
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from tests.peers.clamd import free_port
from tests.peers.keeping import Processes, absent, spawn, wait_for

PROGRAMS = ("ceph-mon", "ceph-mgr", "ceph-osd", "radosgw", "radosgw-admin", "ceph", "ceph-authtool", "monmaptool")
PACKAGES = "apt-get install --no-install-recommends ceph-mon ceph-mgr ceph-osd radosgw ceph-common"
OSD_BYTES = 24 << 30  # a file of 5 GiB fits twice, and what Ceph keeps back
PATIENCE = 90.0
CONF = """
[global]
fsid = {cluster}
mon host = [v2:127.0.0.1:{mon},v1:127.0.0.1:{mon_old}]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
keyring = {folder}/keyring
run dir = {folder}
admin socket = {folder}/$name.asok
log file = {folder}/$name.log
pid file =
debug ms = 0/0
debug rgw = 0/0
debug osd = 0/0
debug mon = 0/0
debug objecter = 0/0
debug bdev = 0/0
debug bluefs = 0/0
debug bluestore = 0/0
debug rocksdb = 0/0
osd pool default size = 1
osd pool default min size = 1
osd crush chooseleaf type = 0
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
mon allow pool size one = true
mon warn on pool no redundancy = false
mon data avail crit = 1
mon data avail warn = 2
osd objectstore = bluestore
bluestore block size = {osd_bytes}
osd memory target = 939524096
[mon.a]
mon data = {folder}/mon
[mgr.x]
mgr data = {folder}/mgr
[osd.0]
osd data = {folder}/osd
[client.rgw.a]
rgw data = {folder}/rgw
rgw frontends = beast endpoint=127.0.0.1:{port}
rgw thread pool size = 32
rgw gc obj min wait = 5
rgw gc processor period = 10
"""


def need() -> None:
    """Skip, or in CI fail, where it is not installed."""
    if not all(map(shutil.which, PROGRAMS)):
        absent("ceph", PACKAGES)


def start(folder: Path) -> tuple[str, Processes]:
    """The gateway's URL with a key, and the processes, the gateway last."""
    ports = {name: free_port() for name in ("mon", "mon_old", "port")}
    for name in ("mon", "mgr", "osd", "rgw"):
        (folder / name).mkdir()
    conf, disk = str(folder / "ceph.conf"), str(uuid4())
    cluster = str(uuid4())
    Path(conf).write_text(CONF.format(folder=folder, cluster=cluster, osd_bytes=OSD_BYTES, **ports), encoding="ascii")
    _keys(folder)
    monitors = f"[v2:127.0.0.1:{ports['mon']},v1:127.0.0.1:{ports['mon_old']}]"
    _run(folder, "monmaptool", "--create", "--fsid", cluster, "--addv", "a", monitors, "monmap")
    _run(folder, "ceph-mon", "-c", conf, "--mkfs", "-i", "a", "--monmap", "monmap", "--keyring", "keyring")
    processes = [spawn(["ceph-mon", "-c", conf, "-i", "a", "-f"], folder, "mon")]
    try:
        _run(folder, "ceph", "-c", conf, "osd", "new", disk)
        _run(folder, "ceph", "-c", conf, "auth", "import", "-i", "keyring")
        processes.append(spawn(["ceph-mgr", "-c", conf, "-i", "x", "-f"], folder, "mgr"))
        _run(folder, "ceph-osd", "-c", conf, "-i", "0", "--mkfs", "--osd-uuid", disk)
        processes.append(spawn(["ceph-osd", "-c", conf, "-i", "0", "-f"], folder, "osd"))
        _until(lambda: "1 up" in _run(folder, "ceph", "-c", conf, "-s"))
        key, secret = "tests", secrets.token_hex(16)
        _until(lambda: bool(_run(folder, "radosgw-admin", "-c", conf, "user", "create", "--uid=tests", "--display-name=tests",
                                 f"--access-key={key}", f"--secret-key={secret}")))
        processes.append(spawn(["radosgw", "-c", conf, "-n", "client.rgw.a", "-f"], folder, "rgw"))
        wait_for(f"http://127.0.0.1:{ports['port']}/", processes[-1])
    except BaseException:
        for process in processes:
            process.kill()
        raise
    return f"http://{key}:{secret}@127.0.0.1:{ports['port']}", processes


def _keys(folder: Path) -> None:
    everything = ("--cap", "mon", "allow *", "--cap", "osd", "allow *", "--cap", "mgr", "allow *")
    _run(folder, "ceph-authtool", "--create-keyring", "keyring", "--gen-key", "-n", "mon.", "--cap", "mon", "allow *")
    for name in ("client.admin", "client.rgw.a", "mgr.x", "osd.0"):
        _run(folder, "ceph-authtool", "keyring", "--gen-key", "-n", name, *everything)


def _run(folder: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stderr[-500:]}")
    return done.stdout


def _until(done: Callable[[], bool]) -> None:
    end, trouble = time.monotonic() + PATIENCE, ""
    while time.monotonic() < end:
        try:
            if done():
                return
        except RuntimeError as error:
            trouble = str(error)
        time.sleep(0.3)
    raise RuntimeError(f"Ceph does not get ready: {trouble}")

#!/usr/bin/env python3
"""Makes mongod servers one replica set with an administrator and the archive's user. Run as often as one likes.

Must reach the first member through loopback: only there, and only until the first user exists, does a mongod with a key
file take orders from a stranger. In docker-compose.yml it therefore shares the network of `mongo1`.

Needs nothing but pymongo. Passwords come from files, never from arguments, which other users of a machine can read.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import AutoReconnect, OperationFailure, PyMongoError

ADMIN, USER, HISTORY = "admin", "dangan", "danganHistory"
AUTHENTICATION_FAILED, UNAUTHORIZED = 18, 13
Client = MongoClient[dict[str, Any]]


class Failed(Exception):
    """What stopped the work, in one sentence for the operator."""


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse(arguments)
    try:
        message = make(options, options.admin_password_file.read_text().strip(), options.password_file.read_text().strip())
    except (Failed, PyMongoError, OSError) as error:
        sys.stderr.write(f"副本集没有准备好：{error}\n")
        return 1
    sys.stdout.write(message + "\n")
    return 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="把几台 mongod 组成副本集，并建立账号。可重复执行。")
    parser.add_argument("members", nargs="+", help="成员 主机:端口，第一个须能从本机回环地址访问")
    parser.add_argument("--seed", default="127.0.0.1:27017", help="第一个成员的回环地址")
    parser.add_argument("--name", default="dangan", help="副本集名，与 mongod 的 --replSet 相同")
    parser.add_argument("--database", default="dangan")
    parser.add_argument("--admin-password-file", type=Path, required=True)
    parser.add_argument("--password-file", type=Path, required=True)
    parser.add_argument("--patience", type=float, default=120.0, help="每一步最多等多少秒")
    return parser.parse_args(arguments)


def make(options: argparse.Namespace, admin_password: str, password: str) -> str:
    with direct(options.seed) as seed:
        begin(seed, options)
        introduce_admin(seed, options, admin_password)
    whole: Client = MongoClient(options.members, replicaSet=options.name, username=ADMIN, password=admin_password,
                                serverSelectionTimeoutMS=int(options.patience * 1000))
    with whole:
        join(whole, options)
        introduce_user(whole, options.database, password)
        primary = whole.admin.command("hello")["primary"]
    return f"副本集 {options.name} 已就绪：{len(options.members)} 个成员，主节点 {primary}"


def direct(address: str, **rest: Any) -> Client:
    return MongoClient(address, directConnection=True, serverSelectionTimeoutMS=5000, **rest)


def begin(seed: Client, options: argparse.Namespace) -> None:
    """A set of one, on the first member alone: it is certain to become the primary, where the first user must be made."""
    hello = until(options.patience, "连接第一个成员", lambda: seed.admin.command("hello"))
    if hello.get("setName") not in (None, options.name):
        raise Failed(f"{options.seed} 属于另一个副本集 {hello['setName']}")
    if "setName" not in hello:
        seed.admin.command("replSetInitiate", {"_id": options.name, "members": [{"_id": 0, "host": options.members[0]}]})
    until(options.patience, "选出主节点", lambda: settled(seed.admin.command("hello")))


def settled(hello: dict[str, Any]) -> bool:
    """A member just elected is named as primary a moment before it takes writes."""
    return bool(hello["isWritablePrimary"] or (hello.get("secondary") and hello.get("primary") not in (None, hello["me"])))


def introduce_admin(seed: Client, options: argparse.Namespace, password: str) -> None:
    """The first user, by the localhost exception; where it exists, see that the password is still the same."""
    try:
        with direct(options.seed, username=ADMIN, password=password) as known:
            known.admin.command("connectionStatus")
            return
    except OperationFailure as error:
        if error.code != AUTHENTICATION_FAILED:
            raise
    try:
        seed.admin.command("createUser", ADMIN, pwd=password, roles=["root"])
    except OperationFailure as error:
        if error.code == UNAUTHORIZED:
            raise Failed("管理员账号已存在，而口令文件中的口令与它不符；请找回原来的口令文件") from None
        raise


def join(whole: Client, options: argparse.Namespace) -> None:
    """Add the members that are missing, one vote at a time, each once the last one has caught up."""
    for host in options.members:
        config = whole.admin.command("replSetGetConfig")["config"]
        if host not in {member["host"] for member in config["members"]}:
            number = 1 + max(member["_id"] for member in config["members"])
            config["members"].append({"_id": number, "host": host})
            config["version"] += 1
            whole.admin.command("replSetReconfig", config)
        until(options.patience, f"成员 {host} 跟上", partial(healthy, whole, host))


def healthy(whole: Client, host: str) -> bool:
    states = {member["name"]: member["stateStr"] for member in whole.admin.command("replSetGetStatus")["members"]}
    return states.get(host) in ("PRIMARY", "SECONDARY")


def introduce_user(whole: Client, database: str, password: str) -> None:
    """The archive's own user: its database, reading how the set is doing, and a longer history while a backup reads."""
    longer = {"resource": {"cluster": True}, "actions": ["getParameter", "setParameter"]}
    history: dict[str, Any] = {"privileges": [longer], "roles": []}
    known = whole.admin.command("rolesInfo", HISTORY)["roles"]
    whole.admin.command("updateRole" if known else "createRole", HISTORY, **history)
    roles = [{"role": role, "db": database} for role in ("readWrite", "dbAdmin")]
    roles += [{"role": role, "db": "admin"} for role in ("clusterMonitor", HISTORY)]
    there = whole.admin.command("usersInfo", USER)["users"]
    whole.admin.command("updateUser" if there else "createUser", USER, pwd=password, roles=roles)


def until(seconds: float, what: str, ask: Callable[[], Any]) -> Any:
    """The first true answer. Elections and restarts are waited for; anything else is raised at once."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if answer := ask():
                return answer
        except AutoReconnect:
            pass
        time.sleep(0.2)
    raise Failed(f"等了 {seconds:.0f} 秒，{what}没有完成")


if __name__ == "__main__":
    sys.exit(main())

"""user add, list, disable, token."""

import sys

import click

from admin.cli.common import LOCAL, as_json, opened, show
from archive import passwords
from archive.models import Person
from archive.operations import people
from archive.operations.people import NewPerson
from archive.permissions import Role

ROLES = [role.value for role in Role if role is not Role.SYSTEM]


@click.group()
def user() -> None:
    """账号与令牌。"""


@user.command()
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), required=True, help="岗位")
@click.option("--unit", default="", help="所在单位（项目单位经办必填；其他岗位填了就只看该单位）")
@click.option("--email", default="", help="接收提醒的邮箱")
@click.option("--display-name", default="", help="姓名")
@click.option("--password-stdin", is_flag=True, help="从标准输入读口令；不给则生成一个并显示一次")
def add(name: str, role: str, unit: str, email: str, display_name: str, password_stdin: bool) -> None:
    """开立账号。"""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else passwords.new_password()
    if password_stdin and not password:
        raise click.UsageError("--password-stdin：标准输入是空的。")
    with opened() as system:
        people.add_person(LOCAL, system.clock, NewPerson(name, Role(role), unit, email, display_name, password))
    click.echo(f"已开立账号 {name}（{Role(role).label}）。" + ("" if password_stdin else f"初始口令（只显示这一次）：{password}"))


@user.command("list")
@as_json
def list_(as_json: bool) -> None:
    """列出全部账号。"""
    with opened():
        items = [{"name": p.name, "display_name": p.display_name, "role": p.role, "unit": p.unit, "email": p.email,
                  "disabled": p.disabled} for p in Person.objects.order_by("name")]
    if as_json:
        return show({"items": items, "total": len(items)})
    for item in items:
        state = "已停用" if item["disabled"] else ""
        click.echo("\t".join((str(item["name"]), Role(item["role"]).label, str(item["unit"]), str(item["email"]), state)))
    return None


@user.command()
@click.argument("name")
def disable(name: str) -> None:
    """停用账号；其令牌与会话立即失效。"""
    with opened() as system:
        people.disable_person(LOCAL, system.clock, name)
    click.echo(f"已停用 {name}。")


@user.command()
@click.argument("name")
def token(name: str) -> None:
    """签发接口令牌，只显示这一次。"""
    with opened() as system:
        issued = people.issue_token(LOCAL, system.clock, name)
    click.echo(f"{name} 的令牌（请妥善保存，不再显示）： {issued}")

"""demo: the sample archive, loaded, judged, mailed, summed up, and served."""

import dataclasses
import sys

import click

from admin import demo as sample_archive
from admin import settings as settings_module
from admin.bootstrap import build
from admin.sample import Sample
from admin.settings import Settings
from admin.system import System
from admin.worker import working
from archive.permissions import Role
from retention.compliance.findings import SEVERITY_NAMES

HOST, PORT = "127.0.0.1", 8000


@click.command()
@click.option("--no-serve", is_flag=True, help="打印汇总后结束")
@click.option("--port", default=PORT, show_default=True, type=click.IntRange(1, 65535))
def demo(no_serve: bool, port: int) -> None:
    """装入示例档案，把每个定时任务运行一遍，打印汇总，然后提供网页服务。"""
    settings = demo_settings(port)
    system = build(settings, work=True)
    try:
        if system.works:
            with working(system):
                sample = sample_archive.load(system, _progress)
                sample_archive.run_jobs(system)
        else:
            click.echo("示例档案正由另一个进程运行，只打印汇总。", err=True)
            sample = sample_archive.load(system, _progress)
        _summary(system, sample, port)
    finally:
        system.close()
    if not no_serve:
        from admin.serving import supervise

        supervise(settings, HOST, port)


def demo_settings(port: int = PORT) -> Settings:
    """Under `var/demo` and with links that lead to it, unless the data folder or the address was chosen."""
    settings = settings_module.load()
    if not settings_module.given("base_url"):
        settings = dataclasses.replace(settings, base_url=f"http://{HOST}:{port}")
    if settings_module.given("data_dir"):
        return settings
    return dataclasses.replace(settings, data_dir=settings.data_dir / "demo")


def _progress(what: str, done: int, total: int) -> None:
    if sys.stderr.isatty() or done % 100 == 0 or done == total:
        click.echo(f"\r{what} {done}/{total}", nl=not sys.stderr.isatty() or done == total, err=True)


def _summary(system: System, sample: Sample, port: int) -> None:
    found = sample_archive.summarise()
    click.echo("")
    click.echo(f"项目 {found.projects}    合同 {found.contracts}    文件 {found.documents}")
    click.echo("违反规则的事项  " + "  ".join(f"{SEVERITY_NAMES[key]} {count}" for key, count in found.findings.items()))
    click.echo(f"未了结的预警 {found.alerts}    已写邮件 {found.mails}（{system.settings.data_dir / 'mail'}）")
    click.echo("")
    click.echo(f"网址  http://{HOST}:{port}")
    click.echo("示例账号（口令相同的示例，切勿用于正式环境）：")
    for person in sample.people:
        click.echo(f"  {person.name}\t{person.password}\t{Role(person.role).label}\t{person.unit}")

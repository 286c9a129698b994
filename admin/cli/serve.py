"""serve, web, worker: the archive as running processes."""

import click

from admin import settings
from admin.serving import run_web, run_worker, supervise

host_option = click.option("--host", default="127.0.0.1", show_default=True, help="监听地址")
port_option = click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="端口")


# Set by `serve` for its halves: the terminal it runs in is for people. Under Docker or systemd a half tells its keeper.
supervised = click.option("--supervised", is_flag=True, hidden=True)


@click.command()
@host_option
@port_option
def serve(host: str, port: int) -> None:
    """在一个进程树中运行网页与后台，直到 Ctrl-C。"""
    supervise(settings.load(), host, port)


@click.command()
@host_option
@port_option
@supervised
def web(host: str, port: int, supervised: bool) -> None:
    """只运行网页与接口。"""
    run_web(settings.load(), host, port, supervised=supervised)


@click.command()
@supervised
def worker(supervised: bool) -> None:
    """只运行后台：发件箱与定时任务。"""
    run_worker(settings.load(), supervised=supervised)

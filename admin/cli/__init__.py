"""The command line: a thin second entrance to the same operations. Errors are one sentence, never a traceback."""

import os
import signal
import sys
import tempfile
import traceback
from importlib import import_module
from keyword import iskeyword

import click

from admin.settings import BadSetting
from archive.errors import ArchiveError, EngineDown

DONE, ATTENTION, USAGE, ENGINE = 0, 1, 2, 3

COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("admin.cli.engines", "准备各引擎（索引、集合），可重复执行"),
    "serve": ("admin.cli.serve", "在一个进程树中运行网页与后台"),
    "web": ("admin.cli.serve", "只运行网页与接口"),
    "worker": ("admin.cli.serve", "只运行后台：发件箱与定时任务"),
    "demo": ("admin.cli.demo", "装入示例档案并运行"),
    "user": ("admin.cli.users", "账号与令牌"),
    "project": ("admin.cli.projects", "项目与台账"),
    "ingest": ("admin.cli.ingest", "收入文件或文件夹"),
    "import": ("admin.cli.imports", "按清单成批收入文件，可中断后继续"),
    "separators": ("admin.cli.separators", "打印分隔页，供扫描件文件夹拆分整叠扫描件"),
    "receipt": ("admin.cli.receipts", "移交清单：列出、查看、关闭"),
    "search": ("admin.cli.search", "全文检索"),
    "check": ("admin.cli.check", "按规则核对，不改动任何数据"),
    "what-if": ("admin.cli.whatif", "换一天、一项事实或一个参数，判断会怎样改变；不改动任何数据"),
    "workdays": ("admin.cli.workdays", "工作日：各年的放假调休安排"),
    "jobs": ("admin.cli.jobs", "定时任务"),
    "derive": ("admin.cli.derive", "引擎改进后重新生成文字、识别、字段等派生内容"),
    "verify": ("admin.cli.engines", "核对文件摘要、审计链、索引"),
    "reindex": ("admin.cli.engines", "重建检索索引，期间检索照常"),
    "backup": ("admin.cli.backup", "备份数据库与文件到文件夹，系统可照常运行"),
    "restore": ("admin.cli.backup", "从备份恢复到空的档案库"),
    "notices": ("admin.cli.backup", "恢复备份后重新发出提醒邮件"),
    "storage": ("admin.cli.storage", "文件存放在哪里，不停机迁到别处"),
    "doctor": ("admin.cli.doctor", "检查引擎、可选工具、时钟、磁盘、权限"),
    "bench": ("admin.cli.bench", "测量性能，并与本机的下限比较"),
    "docs": ("admin.cli.docs", "由代码重新生成参考文档"),
}


class LazyGroup(click.Group):
    """Commands are imported when they are used: `--help` stays quick and works where the system cannot start."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        name = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name.replace("-", "")
        command: click.Command = getattr(import_module(COMMANDS[cmd_name][0]), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("命令"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def cli() -> None:
    """档案：政务信息化项目档案系统。设置见 docs/reference/settings.md。"""


def main() -> None:
    signal.signal(signal.SIGTERM, _interrupted)
    try:
        status = cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        _stop("已中断。", 130)
    except click.UsageError as error:
        _stop(f"用法有误：{error.format_message()} 请运行 dangan --help 查看用法。", USAGE)
    except click.ClickException as error:
        _stop(error.format_message(), USAGE)
    except EngineDown as error:
        _stop(str(error), ENGINE)
    except (BadSetting, ArchiveError) as error:
        _stop(str(error), USAGE)
    except KeyboardInterrupt:
        _stop("已中断。", 130)
    except BrokenPipeError:
        sys.exit(DONE)
    except Exception as error:
        _unexpected(error)
    sys.exit(status if isinstance(status, int) else DONE)


def _unexpected(error: Exception) -> None:
    from archive.models.connection import engine_down

    if down := engine_down(error):
        _stop(str(down), ENGINE)
    # A bug: the user gets a sentence, the details go where the developer finds them.
    _stop(f"程序内部出错（{type(error).__name__}），没有完成。详情已写入 {_keep_details()}，请转给系统管理员。", ATTENTION)


def _keep_details() -> str:
    handle, name = tempfile.mkstemp(prefix="dangan-error-", suffix=".log")
    with os.fdopen(handle, "w", encoding="utf-8") as target:
        traceback.print_exc(file=target)
    return name


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def _stop(message: str, status: int) -> None:
    click.echo(message, err=True)
    sys.exit(status)

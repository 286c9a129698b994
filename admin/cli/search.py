"""search: full text from the command line."""

import html
import re
from datetime import datetime

import click

from admin.cli.common import actor_named, as_json, opened, show
from admin.reindex import ready_index
from admin.searching import Question, answer_shape, ask
from archive import taxonomy

day = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.argument("query")
@click.option("--project", multiple=True, help="项目编号，可多次给出")
@click.option("--type", "type_key", multiple=True, help="文件类型的 key，可多次给出")
@click.option("--from", "date_from", type=day, help="成文日期不早于")
@click.option("--to", "date_to", type=day, help="成文日期不晚于")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 200))
@click.option("--as", "name", help="以某个账号的权限检索；不给则以本机系统身份")
@as_json
def search(query: str, project: tuple[str, ...], type_key: tuple[str, ...], date_from: datetime | None,
           date_to: datetime | None, limit: int, name: str | None, as_json: bool) -> None:
    """全文检索：多个词同时满足，“…” 为整句，-词 为排除。"""
    for key in type_key:
        taxonomy.load().get(key)
    question = Question(text=query, project=project, type=type_key, size=limit,
                        date_from=date_from.date() if date_from else None, date_to=date_to.date() if date_to else None)
    with opened(work=True) as system:
        if system.works:
            ready_index(system)
        shape = answer_shape(system, question, ask(system, actor_named(name), question))
    if as_json:
        return show(shape)
    for item in shape["items"]:
        page = f"第 {item['page']} 页" if item["page"] else ""
        click.echo(f"{item['title']}\t{item['project']}\t{taxonomy.load().get(item['type']).name}\t{page}")
        click.echo("    " + _plain(item["snippet"]))
    click.echo(f"共 {shape['total']} 件。")
    return None


def _plain(snippet: str) -> str:
    marked = re.sub(r"</?mark>", lambda m: "】" if "/" in m[0] else "【", snippet)
    return html.unescape(marked)

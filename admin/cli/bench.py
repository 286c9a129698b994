"""bench: the benchmark suite, on archives of its own that are gone afterwards."""

from pathlib import Path

import click

from admin.cli.common import show

OPTIONS = {"mongodb": "DANGAN_MONGODB_URL", "s3": "DANGAN_S3_URL", "elasticsearch": "DANGAN_ELASTICSEARCH_URL"}


@click.command()
@click.argument("parts", nargs=-1)
@click.option("--corpus", "folder", type=click.Path(exists=True, file_okay=False, path_type=Path),
              help="含 files/ 与 queries.json 的文件夹；不给则自动生成")
@click.option("--mongodb", default="", help="在这个副本集上测量（库须为空，测量后不清理）")
@click.option("--s3", default="", help="在这个 S3 存储上测量（桶须为空，测量后不清理）")
@click.option("--elasticsearch", default="", help="在这个 Elasticsearch 上测量（索引前缀须未使用，测量后不清理）")
@click.option("--quick", is_flag=True, help="各项都取小规模，只看能否跑通；数字不可用于比较")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="把结果（JSON）另存为文件")
@click.option("--page", type=click.Path(dir_okay=False, path_type=Path), help="把结果写成一页 Markdown")
def bench(parts: tuple[str, ...], folder: Path | None, quick: bool, out: Path | None, page: Path | None,
          **engines: str) -> None:
    """测量性能，并与本机的下限（摘要加复制、只读文字、只建索引）比较；打印一个 JSON 文档。

    PARTS 为要测的部分：floors documents register reindex permission upload；不给则全部（约十五分钟）。
    """
    from bench import page as pages
    from bench import suite

    if unknown := set(parts) - set(suite.PARTS):
        raise click.UsageError(f"没有“{'、'.join(sorted(unknown))}”这一部分；可用的有：{' '.join(suite.PARTS)}。")
    settings = {name: engines[option] for option, name in OPTIONS.items() if engines[option]}
    report = suite.run(parts or tuple(suite.PARTS), folder=folder, engines=settings, quick=quick,
                       progress=lambda name: click.echo(f"正在测量：{name}", err=True))
    if out:
        suite.save(report, out)
    if page:
        page.write_text(pages.render(report), "utf-8")
    show(report)

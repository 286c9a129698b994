"""docs: write the generated reference pages."""

from pathlib import Path

import click

from admin.reference import PAGES

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "reference"


@click.command()
def docs() -> None:
    """由代码重新生成 docs/reference/ 下的参考文档。"""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), encoding="utf-8")
        click.echo(f"docs/reference/{name}")

"""Text and web pages: notes of meetings, records, and announcements saved from a procurement site."""

from html import escape

from admin.sample.paper import Block, Paper, Table, chinese_day, is_heading

_PAGE = """<!DOCTYPE html>
<html lang="zh-CN">
<head><meta charset="utf-8"><title>{title}</title></head>
<body>
<h1>{title}</h1>
<p>发布日期：{day}　发布机构：{issuer}</p>
{body}
<p>{issuer}</p>
<p>{day}</p>
</body>
</html>
"""


def write_txt(paper: Paper) -> bytes:
    """UTF-8 with a byte-order mark and Windows line ends, as an office's notepad saves it."""
    lines = [paper.title, "", *(f"{label}：{value}" for label, value in paper.facts)]
    for block in paper.blocks:
        lines += [block] if isinstance(block, str) else ["\t".join(row) for row in (block.titles, *block.rows)]
    lines += ["", paper.issuer, chinese_day(paper.day), ""]
    return "\r\n".join(lines).encode("utf-8-sig")


def write_html(paper: Paper) -> bytes:
    body = "\n".join(map(_html, paper.blocks))
    page = _PAGE.format(title=escape(paper.title), day=chinese_day(paper.day), issuer=escape(paper.issuer), body=body)
    return page.encode()


def _html(block: Block) -> str:
    if isinstance(block, Table):
        rows = (
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>"
            for row in (block.titles, *block.rows)
        )
        return "<table>" + "".join(rows) + "</table>"
    return f"<h2>{escape(block)}</h2>" if is_heading(block) else f"<p>{escape(block)}</p>"

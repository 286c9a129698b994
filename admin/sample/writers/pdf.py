"""PDF papers in four layouts: 公文 after GB/T 9704's proportions, report, contract, certificate."""

from io import BytesIO

from reportlab.pdfgen.canvas import Canvas

from admin.sample.paper import Block, Paper, Table, chinese_day, is_heading
from admin.sample.writers.pdf_flow import HEIGHT, WIDTH, Flow, centred, draw_text
from admin.sample.writers.pdf_marks import black, frame, red, red_line, seals

_LETTER_MARGINS = (104.0, 74.0, 96.0, 79.0)
_MARGINS = (82.0, 76.0, 76.0, 80.0)
_LETTER_SIZE, _LETTER_LEADING = 16.0, 28.0
_SIZE, _LEADING = 12.0, 20.5
_COPY_HEIGHT = 36.0
_BLOCKS_WORTH_A_COVER = 7


def write_pdf(paper: Paper) -> bytes:
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=(WIDTH, HEIGHT), invariant=1, pageCompression=1)
    canvas.setTitle(paper.title)
    canvas.setAuthor(paper.issuer)
    canvas.setSubject(paper.project)
    canvas.setCreator("示例档案（内容均为虚构）")
    {"letter": _letter, "report": _report, "contract": _contract, "certificate": _certificate}[paper.layout](
        canvas, paper
    )
    canvas.save()
    return buffer.getvalue()


def _letter(canvas: Canvas, paper: Paper) -> None:
    """公文: red head, number, red line, title, addressee, body, signature with seal, distribution."""
    flow = Flow(canvas, _LETTER_MARGINS, _letter_number)
    red(canvas)
    size = min(38.0, 420.0 / (len(paper.issuer) + 2))
    centred(canvas, HEIGHT - 152, f"{paper.issuer}文件", size, bold=True)
    black(canvas)
    centred(canvas, HEIGHT - 206, paper.doc_no, _LETTER_SIZE)
    red_line(canvas, HEIGHT - 220, flow.left, flow.right)
    flow.y = HEIGHT - 250
    flow.paragraph(paper.title, 21, 34, align="centre", bold=True)
    flow.y -= 14
    flow.paragraph(f"{paper.to}：", _LETTER_SIZE, _LETTER_LEADING)
    _body(flow, paper.blocks, _LETTER_SIZE, _LETTER_LEADING)
    _signature(flow, paper, _LETTER_SIZE, _LETTER_LEADING)
    if paper.copy and flow.y > flow.bottom + _COPY_HEIGHT:
        _distribution(flow, paper.copy)
    flow.turn()


def _distribution(flow: Flow, copy: str) -> None:
    """The ruled lines at the foot of the last page that name who else receives it."""
    flow.y = flow.bottom + _COPY_HEIGHT
    flow.canvas.setLineWidth(0.8)
    flow.canvas.line(flow.left, flow.y + 4, WIDTH - flow.right, flow.y + 4)
    flow.paragraph(f"抄送：{copy}。", 13, 20, indent=14)
    flow.canvas.line(flow.left, flow.y - 8, WIDTH - flow.right, flow.y - 8)


def _letter_number(flow: Flow) -> None:
    """Outer edge: odd pages right, even pages left."""
    x = WIDTH - flow.right - 60 if flow.page % 2 else flow.left + 14
    draw_text(flow.canvas, x, 62, f"— {flow.page} —", 14)


def _report(canvas: Canvas, paper: Paper) -> None:
    flow = Flow(canvas, _MARGINS, lambda flow: _running(flow, paper))
    if len(paper.blocks) >= _BLOCKS_WORTH_A_COVER:
        _cover(flow, paper, paper.title, paper.issuer)
    else:
        flow.y -= 10
        flow.paragraph(paper.title, 20, 32, align="centre", bold=True)
        flow.y -= 12
        _facts(flow, paper.facts)
    _body(flow, paper.blocks, _SIZE, _LEADING)
    _signature(flow, paper, _SIZE, _LEADING)
    flow.turn()


def _contract(canvas: Canvas, paper: Paper) -> None:
    flow = Flow(canvas, _MARGINS, lambda flow: _running(flow, paper))
    _cover(flow, paper, paper.title, "")
    *articles, parties = paper.blocks
    _body(flow, tuple(articles), _SIZE, _LEADING)
    flow.room(190)
    flow.y -= 60
    if isinstance(parties, Table):
        owners = (text.partition("：")[2] for text in parties.rows[0])
        seals(canvas, *((flow.left + 100 + n * flow.width / 2, flow.y - 50, owner) for n, owner in enumerate(owners)))
    _body(flow, (parties,), _SIZE, _LEADING)
    flow.turn()


def _certificate(canvas: Canvas, paper: Paper) -> None:
    flow = Flow(canvas, (120.0, 84.0, 90.0, 84.0), lambda flow: frame(flow.canvas))
    flow.paragraph(paper.title, 26, 40, align="centre", bold=True)
    flow.y -= 26
    if paper.to:
        flow.paragraph(f"{paper.to}：", 14, 26)
    for label, value in paper.facts:
        flow.paragraph(f"{label}：{value}", 14, 27, indent=14)
    flow.y -= 12
    _body(flow, paper.blocks, 14, 27)
    _signature(flow, paper, 14, 27)
    flow.turn()


def _cover(flow: Flow, paper: Paper, title: str, issuer: str) -> None:
    """A title page: name, labelled facts, who and when; the body starts on the next page."""
    if paper.doc_no:
        draw_text(flow.canvas, flow.left, HEIGHT - 96, paper.doc_no, 12)
    flow.y = HEIGHT - 230
    flow.paragraph(title, 26, 42, align="centre", bold=True)
    flow.y -= 60
    _facts(flow, paper.facts)
    centred(flow.canvas, 190, issuer, 16)
    centred(flow.canvas, 160, chinese_day(paper.day), 16)
    flow.canvas.showPage()
    flow.y = HEIGHT - flow.top


def _facts(flow: Flow, facts: tuple[tuple[str, str], ...]) -> None:
    for label, value in facts:
        flow.paragraph(f"{label}：{value}", 13, 25, indent=26)


def _running(flow: Flow, paper: Paper) -> None:
    """The line above and the number below each page of a report."""
    canvas = flow.canvas
    canvas.setFillGray(0.35)
    draw_text(canvas, flow.left, HEIGHT - 50, paper.project, 9)
    canvas.setStrokeGray(0.6)
    canvas.setLineWidth(0.4)
    canvas.line(flow.left, HEIGHT - 56, WIDTH - flow.right, HEIGHT - 56)
    centred(canvas, 42, f"第 {flow.page} 页", 9)
    black(canvas)


def _body(flow: Flow, blocks: tuple[Block, ...], size: float, leading: float) -> None:
    for block in blocks:
        if isinstance(block, Table):
            flow.table(block)
        elif is_heading(block):
            flow.room(leading * 2.4)
            flow.y -= leading * 0.3
            flow.paragraph(block, size + 1, leading + 2, bold=True, indent=2 * size)
        else:
            flow.paragraph(block, size, leading, indent=2 * size)


def _signature(flow: Flow, paper: Paper, size: float, leading: float) -> None:
    page = flow.page
    flow.room(leading * 4.5)
    if flow.page > page:  # what GB/T 9704 asks for where a signature stands alone on its page
        flow.paragraph("（此页无正文）", size, leading, indent=2 * size)
    flow.y -= leading * 1.6
    if paper.issuer != "专家组":
        seals(flow.canvas, (WIDTH - flow.right - 110, flow.y - leading * 1.2, paper.issuer))
    flow.paragraph(f"{paper.issuer}　　", size, leading, align="right")
    flow.paragraph(f"{chinese_day(paper.day)}　　　", size, leading, align="right")

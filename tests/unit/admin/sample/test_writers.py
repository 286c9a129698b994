from datetime import date
from io import BytesIO
from zipfile import ZipFile

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from admin.sample.context import chinese_amount
from admin.sample.paper import Paper, Table, is_heading
from admin.sample.writers import write
from admin.sample.writers.pdf_flow import FONT, wrap

CHINESE = st.text("项目建设内容已完成，经审查、测试；结论：“合格”。（一）ABC 123", max_size=200)


def a_paper(**changes: object) -> Paper:
    values: dict[str, object] = {
        "layout": "report",
        "title": "试运行报告",
        "issuer": "云川省水利厅",
        "day": date(2026, 3, 2),
        "blocks": ("一、基本情况", "系统运行稳定。", Table(("序号", "内容"), (("1", "巡检"), ("2", "备份")))),
    }
    return Paper(**{**values, **changes})  # type: ignore[arg-type]


def pages_of(data: bytes) -> list[str]:
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data)]


@pytest.mark.parametrize("form", ["pdf", "docx", "xlsx", "pptx", "txt", "html"])
def test_the_same_paper_gives_the_same_bytes(form: str) -> None:
    assert write(form, a_paper()) == write(form, a_paper())
    assert write(form, a_paper()) != write(form, a_paper(title="试运行方案"))


@pytest.mark.parametrize("form", ["docx", "xlsx", "pptx"])
def test_office_files_bear_no_time_of_making(form: str) -> None:
    with ZipFile(BytesIO(write(form, a_paper()))) as package:
        assert {info.date_time[0] for info in package.infolist()} == {2000}
        assert package.read("docProps/core.xml").count(b"2026-03-02T01:30:00Z") == 2


@pytest.mark.parametrize("layout", ["letter", "report", "certificate"])
def test_a_paper_ends_with_who_signed_and_when(layout: str) -> None:
    (page,) = pages_of(write("pdf", a_paper(layout=layout, doc_no="云水函〔2026〕8号", to="云川省财政厅")))
    signed, day = page.index("云川省水利厅", page.index("备份")), page.index("2026年3月2日")
    assert signed < day


def test_a_seal_is_seen_but_is_no_text() -> None:
    document = pypdfium2.PdfDocument(write("pdf", a_paper()))
    colours = document[0].render(scale=0.5).to_pil().convert("RGB").getcolors(1 << 24)
    assert any(red > 200 and green < 90 for _count, (red, green, _blue) in colours)
    assert "".join(pages_of(write("pdf", a_paper()))).count("水") == 1


def test_a_long_table_goes_on_with_its_titles_on_the_next_page() -> None:
    table = Table(("序号", "问题描述"), tuple((str(n), f"第{n}项") for n in range(90)))
    pages = pages_of(write("pdf", a_paper(blocks=("问题如下。", table))))
    assert len(pages) >= 2
    assert all("问题描述" in page for page in pages[:2])
    assert sum(page.count("第41项") for page in pages) == 1


@settings(max_examples=60)
@given(text=CHINESE, width=st.floats(60, 400))
def test_lines_keep_all_text_and_do_not_begin_with_closing_punctuation(text: str, width: float) -> None:
    lines = list(wrap(text, 12, width))
    assert "".join(lines) == text
    assert not any(line[:1] in set("，。、；：）”") for line in lines[1:] if line)


def test_the_font_is_one_that_needs_no_file() -> None:
    assert FONT.encode() in write("pdf", a_paper())


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (100, "壹元整"),
        (1_000_000, "壹万元整"),
        (1_481_620_000, "壹仟肆佰捌拾壹万陆仟贰佰元整"),
        (10_005_000, "壹拾万零伍拾元整"),
        (100_100_000, "壹佰万壹仟元整"),
        (10_005_200_000, "壹亿零伍万贰仟元整"),
        (205_006_000, "贰佰零伍万零陆拾元整"),
        (2_000_000_000_000, "贰佰亿元整"),
        (1_000_000_500, "壹仟万零伍元整"),
    ],
)
def test_amounts_are_spelled_as_in_contracts(fen: int, text: str) -> None:
    assert chinese_amount(fen) == text


@pytest.mark.parametrize(
    ("text", "heading"),
    [("一、项目概况", True), ("第十条 违约责任", True), ("一、同意实施该项目。项目代码X", False), ("项目概况", False)],
)
def test_headings_are_told_from_numbered_sentences(text: str, heading: bool) -> None:
    assert is_heading(text) is heading

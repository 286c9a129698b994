import pkgutil
import re
from contextlib import suppress
from datetime import date, datetime, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.flow import flow_text
from ingest import extractors
from ingest.extractors import EXTRACTORS, Extraction, NoExtractor, Source, UnreadableFile, can_read
from ingest.extractors._garbled import is_garbled
from ingest.extractors.base import clean
from ingest.extractors.xlsx import shown
from ingest.media_types import identify
from tests import samples

TEXT = ["依据GB/T 22239-2019的要求，专家组于2024年3月1日召开验收会，合同金额为人民币1,234,567.89元，项目经",
        "理为张三，核减率为15.3%，同意通过竣工验收。四川省大数据中心应当在三十日内整改弱口令等问题。"]


def extract(path: Path, filename: str = "", **limits: int) -> Extraction:
    name = filename or path.name
    return extractors.extract(Source(path, identify(path, name), name, **limits))


def squashed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def everything(extraction: Extraction) -> str:
    return squashed(flow_text(extraction.pages).text)


def test_every_format_of_the_package_is_listed() -> None:
    modules = {m.name for m in pkgutil.iter_modules(extractors.__path__)} - {"base"}
    listed = {getattr(e, "__name__", "").rpartition(".")[2] for e in EXTRACTORS}
    assert listed == {name for name in modules if not name.startswith("_")}


def test_no_media_type_is_claimed_twice() -> None:
    claimed = [media_type for extractor in EXTRACTORS for media_type in extractor.MEDIA_TYPES]
    assert len(claimed) == len(set(claimed))
    assert all(map(can_read, claimed))


def sentences(seed: int) -> list[str]:
    """Prose as dossiers hold it: names, sums, dates, standards, with every sentence different."""
    return [f"{n}、四川省第{seed}期工程依据GB/T {22239 + n}-2019支付人民币{1234567 * n:,}.{n:02}元，核减率为{n}.{seed}%，于"
            f"2024年{n % 12 + 1}月{n % 28 + 1}日由张三（电话028-8612{n:04}）复核“合格”。" for n in range(60)]


def wrapped(text: str, width: int) -> list[str]:
    return [text[n:n + width] for n in range(0, len(text), width)]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", ["pdf", "docx", "xlsx", "pptx", "txt", "html"])
def test_no_character_is_lost_on_the_way_to_the_continuous_text(tmp_path: Path, kind: str, seed: int) -> None:
    path, truth = tmp_path / f"a.{kind}", sentences(seed)
    lines = wrapped("".join(truth), 29 + seed)
    match kind:
        case "pdf":
            samples.pdf(path, [lines[n:n + 31] for n in range(0, len(lines), 31)])
        case "docx":
            samples.word(path, paragraphs=truth)
        case "xlsx":
            samples.workbook(path, {"表": [[sentence] for sentence in truth]})
        case "pptx":
            samples.slides(path, [(one, two) for one, two in zip(truth[::2], truth[1::2], strict=True)])
        case "txt":
            path.write_text("\n".join(lines), encoding="gb18030")
        case _:
            path.write_text("<html><body>" + "".join(f"<p>{sentence}</p>" for sentence in truth))
    assert squashed("".join(truth)) in everything(extract(path))


def test_a_format_nobody_reads_says_so(tmp_path: Path) -> None:
    with pytest.raises(NoExtractor, match="原样保存"):
        extract(samples.archive(tmp_path / "图纸.zip", {"a.dwg": b"AC1027"}))


def test_a_file_that_is_not_what_its_name_says_is_read_by_its_content(tmp_path: Path) -> None:
    assert "合同" in extract(samples.word(tmp_path / "合同.pdf", title="合同")).pages[0]


class TestPdf:
    def test_text_comes_page_by_page_and_a_phrase_cut_by_the_page_is_found(self, tmp_path: Path) -> None:
        read = extract(samples.pdf(tmp_path / "a.pdf", [[TEXT[0]], [TEXT[1]]], title="验收报告"))
        assert read.page_count == len(read.pages) == 2
        assert squashed("".join(TEXT)) in everything(read)
        assert read.engine.startswith("pypdfium2 ")
        assert read.headings == ("验收报告",)
        assert (read.complete, read.garbled, read.truncated) == (True, False, False)

    def test_a_hyphen_at_a_line_end_is_kept(self, tmp_path: Path) -> None:
        read = extract(samples.pdf(tmp_path / "a.pdf", [["依据标准 GM-", "T 的要求 A-", "B 类，电话028-", "8612"]]))
        assert "GM-T的要求A-B类，电话028-8612" in squashed(read.pages[0])

    def test_a_page_drawn_from_below_is_read_from_above(self, tmp_path: Path) -> None:
        lines = [f"第{n}条 内容{n}" for n in range(1, 9)]
        read = extract(samples.pdf(tmp_path / "a.pdf", [lines], upwards=True, numbers=False))
        assert squashed("".join(lines)) in squashed(read.pages[0])

    def test_only_the_first_pages_are_read_when_asked(self, tmp_path: Path) -> None:
        path = samples.pdf(tmp_path / "a.pdf", [[f"内容{n}"] for n in range(5)])
        read = extract(path, max_pages=3)
        assert (len(read.pages), read.page_count, read.complete) == (3, 5, False)
        assert extract(path, max_pages=5).complete

    def test_text_beyond_the_limit_is_cut_and_said_so(self, tmp_path: Path) -> None:
        read = extract(samples.pdf(tmp_path / "a.pdf", [["一二三四五六"]] * 5, numbers=False), max_chars=15)
        assert read.truncated
        assert sum(map(len, read.pages)) <= 15

    def test_a_scan_has_pages_and_no_text(self, tmp_path: Path) -> None:
        read = extract(samples.scanned_pdf(tmp_path / "a.pdf"))
        assert (read.page_count, "".join(read.pages)) == (2, "")

    def test_a_text_layer_of_wrong_characters_is_not_text(self, tmp_path: Path) -> None:
        lines = [samples.WRONG_CHARACTERS[n:n + 40] for n in range(0, 120, 40)]
        assert extract(samples.pdf(tmp_path / "a.pdf", [lines, lines])).garbled

    def test_single_garbled_pages_are_left_out_and_named(self, tmp_path: Path) -> None:
        wrong = samples.WRONG_CHARACTERS[:40]
        read = extract(samples.pdf(tmp_path / "a.pdf", [TEXT, [wrong], TEXT]))
        assert not read.garbled
        assert read.pages[1] == ""
        assert "第2页" in read.warnings[0]

    def test_a_password_is_a_reason(self, tmp_path: Path) -> None:
        with pytest.raises(UnreadableFile, match="密码"):
            extract(samples.pdf(tmp_path / "a.pdf", [["甲"]], password="secret"))

    @pytest.mark.parametrize("size", [20, 300])
    def test_a_torn_file_is_a_reason(self, tmp_path: Path, size: int) -> None:
        path = samples.pdf(tmp_path / "a.pdf", [["甲"]])
        path.write_bytes(path.read_bytes()[:size])
        with pytest.raises(UnreadableFile, match="损坏"):
            extract(path)


class TestWord:
    def test_everything_a_reader_sees_is_there_in_order(self, tmp_path: Path) -> None:
        read = extract(samples.word(
            tmp_path / "a.docx", title="建设总结报告", paragraphs=TEXT, rows=[["序号", "名称"], ["1", "交换机"]],
            nested="内层表格", header="页眉单位", footer="页脚密级", text_box="文本框里的话", inserted="新增的话",
            deleted="删去的话", closing="特此报告"))
        text = squashed(read.pages[0])
        assert "建设总结报告" + squashed("".join(TEXT)) + "文本框前文本框里的话修订：新增的话序号名称1交换机内层表格特此报告" in text
        assert text.startswith("页眉单位")
        assert text.endswith("页脚密级")
        assert "删去的话" not in text
        assert text.count("文本框里的话") == 1
        assert read.headings == ("建设总结报告",)
        assert read.page_count == 1

    def test_cells_are_parted_by_tabs_and_rows_by_lines(self, tmp_path: Path) -> None:
        read = extract(samples.word(tmp_path / "a.docx", rows=[["序号", "", "名称"], ["1", "x", "交换机"]]))
        assert "序号\t\t名称\n1\tx\t交换机\n" in read.pages[0]

    def test_large_print_is_a_heading_where_no_style_says_so(self, tmp_path: Path) -> None:
        path = samples.word(tmp_path / "a.docx", paragraphs=["关于验收的请示", "正文"])
        xml = samples.member(path, "word/document.xml").replace(
            b"<w:r><w:t>", b'<w:r><w:rPr><w:sz w:val="44"/></w:rPr><w:t>', 1)
        assert extract(samples.with_member(path, "word/document.xml", xml)).headings == ("关于验收的请示",)

    def test_an_outside_entity_is_never_fetched(self, tmp_path: Path) -> None:
        (tmp_path / "secret").write_text("不可外泄")
        path = samples.word(tmp_path / "a.docx", paragraphs=["占位"])
        xml = samples.member(path, "word/document.xml").decode()
        xml = re.sub(r"<w:document", f'<!DOCTYPE x [<!ENTITY e SYSTEM "{(tmp_path / "secret").as_uri()}">]><w:document', xml, count=1)
        read = extract(samples.with_member(path, "word/document.xml", xml.replace("占位", "前&e;后").encode()))
        assert "不可外泄" not in read.pages[0]
        assert re.search("前.*后", read.pages[0])

    def test_deep_nesting_is_no_harm(self, tmp_path: Path) -> None:
        path = samples.word(tmp_path / "a.docx")
        deep = "<w:sdt><w:sdtContent>" * 120 + "<w:p><w:r><w:t>深处</w:t></w:r></w:p>" + "</w:sdtContent></w:sdt>" * 120
        xml = samples.member(path, "word/document.xml").decode().replace("<w:body>", f"<w:body>{deep}")
        assert "深处" in extract(samples.with_member(path, "word/document.xml", xml.encode())).pages[0]

    def test_an_xml_bomb_is_not_unpacked(self, tmp_path: Path) -> None:
        with pytest.raises(UnreadableFile, match="压缩炸弹"):
            extract(samples.bomb(tmp_path / "a.docx", megabytes=40))

    def test_a_password_is_a_reason(self, tmp_path: Path) -> None:
        with pytest.raises(UnreadableFile, match="密码"):
            extract(samples.ole2(tmp_path / "a.docx", "EncryptionInfo", "EncryptedPackage"))

    def test_a_torn_file_is_a_reason(self, tmp_path: Path) -> None:
        path = samples.word(tmp_path / "a.docx", title="甲")
        path.write_bytes(path.read_bytes()[:5000])
        with pytest.raises(UnreadableFile, match="损坏"):
            extract(path)

    def test_a_part_that_is_not_xml_is_read_as_far_as_it_goes(self, tmp_path: Path) -> None:
        path = samples.word(tmp_path / "a.docx", paragraphs=["前半", "后半"])
        xml = samples.member(path, "word/document.xml").replace("后半".encode(), "后<半".encode())
        read = extract(samples.with_member(path, "word/document.xml", xml))
        assert "前半" in read.pages[0]
        assert "语法错误" in read.warnings[0]


class TestWorkbook:
    def test_every_sheet_is_a_page_and_cells_are_written_as_people_write_them(self, tmp_path: Path) -> None:
        read = extract(samples.workbook(tmp_path / "a.xlsx", {
            "工程量清单": [["某项目清单"], ["序号", "名称", "单价", "日期"], [1, "交换机", 12.5, date(2024, 3, 1)], [],
                      [2, "网闸", 3000.0, None]],
            "说明": [["2024年3月1日到货"]]}, comment="复核人意见"))
        assert read.pages == ("某项目清单\n序号\t名称\t单价\t日期\n1\t交换机\t12.5\t2024-03-01\n2\t网闸\t3000\n"
                              "复核人意见\n工程量清单", "2024年3月1日到货\n说明")
        assert read.headings == ("某项目清单", "工程量清单", "2024年3月1日到货", "说明")
        assert read.page_count == 2

    def test_formulas_without_a_stored_value_are_said_to_be_missing(self, tmp_path: Path) -> None:
        read = extract(samples.workbook(tmp_path / "a.xlsx", {"合计": [[1, 2, "=A1+B1"], ["=A1", 5, "完"]]}))
        assert "2 个公式" in read.warnings[0]

    @pytest.mark.parametrize(("value", "text"), [
        (1.0, "1"), (0.1 + 0.2, "0.3"), (True, "是"), (None, ""), (1234567.891, "1234567.891"), (-3.0, "-3"),
        (date(2024, 3, 1), "2024-03-01"), (datetime(2024, 3, 1, 8, 30), "2024-03-01 08:30:00"),
        (datetime(2024, 3, 1), "2024-03-01"), (time(9, 5), "09:05:00"), (1e300, "1e+300"), ("0012", "0012")])
    def test_a_cell_is_shown(self, value: object, text: str) -> None:
        assert shown(value) == text

    def test_a_torn_workbook_is_a_reason(self, tmp_path: Path) -> None:
        path = samples.workbook(tmp_path / "a.xlsx", {"表": [["甲"]]})
        with pytest.raises(UnreadableFile):
            extract(samples.with_member(path, "xl/workbook.xml", b"not xml"))


class TestSlides:
    def test_a_slide_is_a_page_with_its_table_and_notes(self, tmp_path: Path) -> None:
        read = extract(samples.slides(tmp_path / "a.pptx", [("项目汇报", "建设背景"), ("进展", "已完成")],
                                      notes="讲稿备注", cells=["设备", "数量"]))
        assert read.pages == ("项目汇报\n建设背景", "进展\n已完成\n设备\t数量\n讲稿备注")
        assert read.headings == ("项目汇报", "进展")
        assert read.page_count == 2

    def test_the_order_is_that_of_the_show(self, tmp_path: Path) -> None:
        path = samples.slides(tmp_path / "a.pptx", [("甲", ""), ("乙", "")])
        xml = samples.member(path, "ppt/presentation.xml").decode()
        first, second = re.findall(r"<p:sldId [^>]*/>", xml)
        swapped = xml.replace(first, "#").replace(second, first).replace("#", second)
        assert extract(samples.with_member(path, "ppt/presentation.xml", swapped.encode())).headings == ("乙", "甲")


class TestText:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be-mark", "gb18030"])
    def test_every_encoding_gives_the_same_text(self, tmp_path: Path, encoding: str) -> None:
        text = "\n".join(TEXT) + "\n"
        data = b"\xfe\xff" + text.encode("utf-16-be") if encoding.endswith("mark") else text.encode(encoding)
        (tmp_path / "a.txt").write_bytes(data)
        assert extract(tmp_path / "a.txt").pages == (text,)

    def test_traditional_text_in_big5_is_read(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_bytes("關於系統平台驗收的說明，資料庫與網路應當符合規定，請各單位參照辦理。".encode("big5"))
        assert "驗收的說明" in extract(tmp_path / "a.txt").pages[0]

    def test_form_feeds_part_pages(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_bytes("甲\f乙".encode())
        read = extract(tmp_path / "a.txt")
        assert read.pages == ("甲", "乙")
        assert extract(tmp_path / "a.txt", max_pages=1).complete is False

    def test_a_table_of_commas_is_text(self, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_bytes("序号,名称\r\n1,交换机\r\n".encode("gb18030"))
        assert extract(tmp_path / "a.csv").pages == ("序号,名称\n1,交换机\n",)

    def test_bytes_of_no_encoding_are_replaced_and_said_so(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_bytes("验收意见".encode("gb18030") * 200 + b"\xff\xff" + "完".encode("gb18030"))
        read = extract(tmp_path / "a.txt")
        assert read.pages[0].startswith("验收意见")
        assert "�" in read.warnings[0]

    def test_a_long_file_is_cut(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text("验收" * 1000)
        read = extract(tmp_path / "a.txt", max_chars=50)
        assert read.truncated
        assert read.pages == ("验收" * 25,)
        head = extract(tmp_path / "a.txt", max_chars=50, max_pages=1)
        assert (head.truncated, head.complete, head.pages) == (False, False, read.pages)

    @given(st.text())
    def test_cleaned_text_holds_no_controls_and_can_be_stored(self, text: str) -> None:
        cleaned = clean(text)
        assert not re.search("[\x00-\x08\x0b-\x1f\ufffe\ud800-\udfff]", cleaned)
        assert cleaned.encode().decode() == cleaned
        assert clean(cleaned) == cleaned


class TestWebPages:
    def test_what_a_reader_sees_and_nothing_else(self, tmp_path: Path) -> None:
        (tmp_path / "a.html").write_bytes("""<html><head><meta charset="gb2312"><title>中标公告</title><style>p{}</style></head>
            <body><script>alert('x')</script><h1>中标 公告</h1><p>某某<b>项目</b>已于<br>2024年完成</p>
            <table><tr><td>供应商</td><td>甲公司</td></tr></table><!-- 内部 --></body></html>""".encode("gb18030"))
        read = extract(tmp_path / "a.html")
        assert read.pages == ("中标 公告\n某某项目已于\n2024年完成\n供应商\t甲公司",)
        assert read.headings == ("中标公告", "中标 公告")

    def test_deep_nesting_and_unclosed_marks_are_no_harm(self, tmp_path: Path) -> None:
        (tmp_path / "a.html").write_text("<html><body>" + "<div>" * 5000 + "深处" + "<table><tr><td>表")
        assert extract(tmp_path / "a.html").page_count == 1


class TestGarbled:
    @pytest.mark.parametrize("text", [
        "".join(TEXT), "The quick brown fox jumps over the lazy dog. " * 3, "张三 李四 王五", "1,234.00 " * 30, "",
        "關於系統平台驗收的說明，資料庫與網路應當符合規定，請各單位參照辦理。", "合计 ........................ 12"])
    def test_text_is_text(self, text: str) -> None:
        assert not is_garbled(text)

    @pytest.mark.parametrize("text", [
        samples.WRONG_CHARACTERS, "\ue011\ue012\ue013" * 20, "ÏîÄ¿ÑéÊÕ±¨¸æ" * 5, """!"#$%&'()+,:;<=>?@[]^`{|}~""" * 3,
        "\ufffd" * 30 + "abc"])
    def test_wrong_characters_are_not(self, text: str) -> None:
        assert is_garbled(text)


def whole_file(path: Path) -> bytes:
    match path.suffix:
        case ".docx":
            samples.word(path, title="甲", paragraphs=TEXT)
        case ".xlsx":
            samples.workbook(path, {"表": [["甲", 1]]})
        case ".pptx":
            samples.slides(path, [("题", "文")])
        case ".pdf":
            samples.pdf(path, [TEXT])
        case ".html":
            path.write_text("<html><p>甲")
        case _:
            path.write_text("甲乙丙" * 30)
    return path.read_bytes()


@pytest.mark.parametrize("name", ["a.docx", "a.xlsx", "a.pptx", "a.pdf", "a.html", "a.txt"])
def test_a_damaged_file_is_read_or_refused_and_nothing_else(tmp_path: Path, name: str) -> None:
    """One byte changed at forty places spread over the file: it ends in text or in a reason for its owner."""
    path = tmp_path / name
    whole = whole_file(path)
    read = 0
    for at in range(0, len(whole), max(len(whole) // 40, 1)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1:])
        with suppress(UnreadableFile, NoExtractor):
            extract(path)
            read += 1
    assert read

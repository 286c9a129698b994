"""Messages, saved pages, RTF and OpenDocument: what a reader sees, in the characters that were meant."""

from email.message import EmailMessage
from pathlib import Path

import pytest

from ingest.extractors import Extraction, Source, UnreadableFile, extract
from ingest.media_types import identify
from tests import old_office, samples


def read(path: Path) -> Extraction:
    return extract(Source(path, identify(path, path.name), path.name))


def a_message(body: str = "请查收附件。\n此致", **headers: str) -> EmailMessage:
    message = EmailMessage()
    for name, value in {"Subject": "关于报送验收材料的函", "From": "张三 <zhang@example.com>", "To": "李四 <li@example.com>",
                        "Date": "Fri, 01 Mar 2024 10:00:00 +0800", "Message-ID": "<1@example.com>", **headers}.items():
        message[name] = value
    message.set_content(body)
    return message


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


class TestMessages:
    def test_headers_body_and_names_of_attachments_are_text(self, tmp_path: Path) -> None:
        message = a_message()
        message.add_attachment(b"x", maintype="application", subtype="pdf", filename="验收报告.pdf")
        found = read(write(tmp_path / "没有后缀", message.as_bytes()))
        assert found.pages[0].startswith("主题：关于报送验收材料的函\n发件人：张三 <zhang@example.com>\n收件人：李四 <li@example.com>\n")
        assert found.pages[0].endswith("附件：验收报告.pdf\n\n请查收附件。\n此致")
        assert found.headings == ("关于报送验收材料的函",)
        assert found.properties["attachments"] == "验收报告.pdf"

    def test_a_body_in_html_only_is_read_as_a_page(self, tmp_path: Path) -> None:
        message = a_message()
        message.set_content("<p>第一段</p><script>x</script><p>第二段</p>", subtype="html", charset="gb2312")
        assert read(write(tmp_path / "a.eml", message.as_bytes())).pages[0].endswith("\n\n第一段\n第二段")

    def test_bare_gbk_headers_and_a_wrong_charset_are_understood(self, tmp_path: Path) -> None:
        raw = ("Message-ID: <1>\r\nSubject: 关于验收\r\nFrom: 张三\r\nContent-Type: text/plain; charset=gb2312\r\n\r\n"
               "镕基工程").encode("gbk")
        found = read(write(tmp_path / "a.eml", raw))
        assert found.pages[0] == "主题：关于验收\n发件人：张三\n\n镕基工程"

    def test_a_subject_that_does_not_decode_stands_as_it_is(self, tmp_path: Path) -> None:
        raw = b"Message-ID: <1>\r\nSubject: =?utf-8?b?a?=\r\nFrom: a@example.com\r\n\r\nbody"
        assert read(write(tmp_path / "a.eml", raw)).pages[0].startswith("主题：=?utf-8?b?a?=\n")

    def test_a_message_inside_is_named_and_not_read(self, tmp_path: Path) -> None:
        message = a_message()
        message.add_attachment(a_message("里面的话", Subject="内层"))
        text = read(write(tmp_path / "a.eml", message.as_bytes())).pages[0]
        assert "附件：转发的邮件.eml" in text
        assert "里面的话" not in text

    def test_deep_nesting_ends(self, tmp_path: Path) -> None:
        raw = b"Message-ID: <1>\r\nFrom: a\r\n" + b"".join(
            b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(3000))
        try:
            assert read(write(tmp_path / "a.eml", raw)).page_count == 1
        except UnreadableFile as refusal:
            assert "邮件结构损坏" in str(refusal)  # noqa: PT017 - either is right, depending on the interpreter

    def test_prose_with_colons_is_no_message(self, tmp_path: Path) -> None:
        path = write(tmp_path / "a.txt", b"From: here\nTo: there\n\ntext")
        assert identify(path, "a.txt") == "text/plain"

    def test_a_saved_page_is_the_page(self, tmp_path: Path) -> None:
        raw = ("From: <Saved by Blink>\r\nSubject: 公告\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n"
               '\ttype="text/html"; boundary="b"\r\n\r\n--b\r\nContent-Type: text/html\r\n'
               "Content-Transfer-Encoding: quoted-printable\r\n\r\n<meta charset=3Dutf-8><title>=E5=85=AC=E5=91=8A</title>"
               "<p>=E4=B8=AD=E6=A0=87</p>\r\n--b\r\nContent-Type: image/png\r\nContent-Location: a.png\r\n\r\nx\r\n--b--\r\n")
        path = write(tmp_path / "a", raw.encode())
        assert identify(path, "a") == "multipart/related"
        assert read(path).pages == ("公告\n中标",)

    def test_an_outlook_message_is_read(self, tmp_path: Path) -> None:
        found = read(old_office.msg(tmp_path / "a", "关于验收的函", "请查收。", sender="张三", to=("李四", "li@example.com"),
                                    attached="报告.pdf"))
        assert found.pages == ("主题：关于验收的函\n发件人：\"张三\" <zhang@example.com>\n收件人：李四 <li@example.com>\n附件：报告.pdf\n\n请查收。",)
        assert found.headings == ("关于验收的函",)


class TestRtf:
    HEAD = rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset0 Times;}{\f1\fcharset134 \'cb\'ce\'cc\'e5;}}"

    def text(self, tmp_path: Path, body: bytes) -> str:
        return read(write(tmp_path / "a.rtf", self.HEAD + body + b"}")).pages[0]

    def test_bytes_mean_what_their_font_says(self, tmp_path: Path) -> None:
        raw = "验收".encode("gbk")
        coded = b"".join(b"\\'%02x" % byte for byte in raw)
        assert self.text(tmp_path, rb"{\f1 " + coded + rb"}\f0 caf\'e9\par ") == "验收café\n"

    def test_unicode_comes_with_a_stand_in_that_is_not_text(self, tmp_path: Path) -> None:
        assert self.text(tmp_path, rb"\uc1\u39564?\u25910\'3f{\uc2 \u25253 ab\u21578 cd}\u-10179?\u-8704?e") == "验收报告\U0001f600e"

    def test_cells_rows_marks_and_hidden_groups(self, tmp_path: Path) -> None:
        body = rb"{\*\unknown no}{\pict 0123}a\cell b\cell\row {\field{\*\fldinst PAGE}{\fldrslt 3}}\tab x\_y\{z\}\line "
        assert self.text(tmp_path, body) == "a\tb\n3\tx-y{z}\n"

    def test_raw_bytes_of_a_picture_are_passed_over(self, tmp_path: Path) -> None:
        assert self.text(tmp_path, rb"a{\pict\bin6 }{\\}}}b") == "ab"

    def test_properties_are_in_unicode_where_given_so(self, tmp_path: Path) -> None:
        body = rb"{\info{\upr{\title ??}{\*\ud{\title \u39564?\u25910?}}}{\author x}}text"
        found = read(write(tmp_path / "a.rtf", self.HEAD + body + b"}"))
        assert (found.properties, found.pages) == ({"title": "验收", "author": "x"}, ("text",))

    def test_chinese_code_page_without_fonts(self, tmp_path: Path) -> None:
        raw = b"".join(b"\\'%02x" % byte for byte in "中标通知书".encode("gbk"))
        assert read(write(tmp_path / "a.rtf", rb"{\rtf1\ansi\ansicpg936 " + raw + b"}")).pages == ("中标通知书",)


class TestOpenDocument:
    NS = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in (
        "office", "text", "table", "draw", "presentation", "style", "meta")) + ' xmlns:dc="http://purl.org/dc/elements/1.1/"'

    def package(self, path: Path, kind: str, body: str, **more: str) -> Path:
        parts = {"mimetype": f"application/vnd.oasis.opendocument.{kind}",
                 "content.xml": f"<office:document-content {self.NS}><office:body>{body}</office:body></office:document-content>",
                 **{name + ".xml": f"<office:x {self.NS}>{xml}</office:x>" for name, xml in more.items()}}
        return samples.archive(path, {name: text.encode() for name, text in parts.items()})

    def test_a_text_is_read_without_what_was_deleted(self, tmp_path: Path) -> None:
        body = ("<office:text><text:tracked-changes><text:p>删去</text:p></text:tracked-changes><text:h>一、总则</text:h>\n  "
                '<text:p>甲<text:s text:c="3"/>乙<text:tab/>丙<text:span>丁<text:line-break/>戊</text:span>己</text:p>\n'
                "<table:table><table:table-row><table:table-cell><text:p>1</text:p></table:table-cell><table:table-cell>"
                "<text:p>2</text:p></table:table-cell></table:table-row></table:table></office:text>")
        found = read(self.package(tmp_path / "a", "text", body, styles="<style:header><text:p>页眉</text:p></style:header>",
                                  meta="<dc:title>总则</dc:title><meta:initial-creator>张三</meta:initial-creator>"))
        assert found.pages == ("一、总则\n甲   乙\t丙丁\n戊己\n1\t2\n页眉\n",)
        assert found.headings == ("一、总则",)
        assert found.properties == {"title": "总则", "author": "张三"}

    def test_each_slide_is_a_page(self, tmp_path: Path) -> None:
        slides = "".join(f'<draw:page><draw:frame presentation:class="title"><draw:text-box><text:p>{n}</text:p></draw:text-box>'
                         f"</draw:frame><presentation:notes><text:p>注{n}</text:p></presentation:notes></draw:page>" for n in "一二")
        found = read(self.package(tmp_path / "a", "presentation", f"<office:presentation>{slides}</office:presentation>"))
        assert (found.pages, found.page_count, found.headings) == (("一\n注一\n", "二\n注二\n"), 2, ("一", "二"))

    def test_a_password_is_a_reason(self, tmp_path: Path) -> None:
        path = self.package(tmp_path / "a", "text", "<office:text/>")
        locked = samples.with_member(path, "META-INF/manifest.xml", b"<m:manifest><m:encryption-data/></m:manifest>")
        with pytest.raises(UnreadableFile, match="密码"):
            read(locked)

    def test_entities_are_not_followed_and_bombs_not_unpacked(self, tmp_path: Path) -> None:
        path = self.package(tmp_path / "a", "text", "<office:text/>")
        with pytest.raises(UnreadableFile, match="炸弹"):
            read(samples.with_member(path, "content.xml", b" " * (40 << 20)))


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030", "utf-8-sig", "utf-8"])
@pytest.mark.parametrize(("name", "text"), [("a.csv", "序号,名称\n1,交換機\n2,伺服器與網路設備採購\n"), ("a.md", "# 驗收報告\n\n正文內容說明\n")])
def test_text_in_every_encoding_of_the_trade(tmp_path: Path, name: str, text: str, encoding: str) -> None:
    found = read(write(tmp_path / name, text.encode(encoding)))
    assert found.pages == (text,)

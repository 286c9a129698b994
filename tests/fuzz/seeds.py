"""Good files of every kind, to be made wrong: generated ones, and those of other people that lie beside the project."""

import io
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from PIL import Image

from tests import format_samples, old_office, samples
from tests.functional.test_testdata import FOLDER

LARGEST = 1 << 20   # a larger seed costs time and shows nothing more
LINES = ["四川省数字政务厅文件", "川数政〔2024〕12号", "关于一体化协同办公平台建设项目的批复", "二〇二四年三月一日"]


@dataclass(frozen=True, slots=True)
class Seed:
    name: str
    data: bytes

    @property
    def kind(self) -> str:
        return self.name.rpartition(".")[2].lower()


def seeds(folder: Path) -> list[Seed]:
    """In an order that never changes. `folder` takes the generated files."""
    made = [_made(folder, name, make) for name, make in _MAKERS.items()]
    made += [Seed(name, data) for name, data in _loose().items()]
    real = [Seed(path.name, path.read_bytes()) for path in sorted(FOLDER.glob("*")) if path.suffix != ".md"]
    return made + [seed for seed in real if 0 < len(seed.data) <= LARGEST]


def _made(folder: Path, name: str, make: Callable[[Path], Path]) -> Seed:
    return Seed(name, make(folder / name).read_bytes())


_MAKERS: dict[str, Callable[[Path], Path]] = {
    "公文.pdf": lambda path: samples.pdf(path, [LINES, LINES], title="批复"),
    "加密.pdf": lambda path: samples.pdf(path, [LINES], password="secret"),
    "扫描.pdf": lambda path: samples.scanned_pdf(path),
    "合同.docx": lambda path: samples.word(path, title="建设合同", paragraphs=LINES, rows=[["甲方", "乙方"]], nested="内表",
                                        header="页眉", footer="页脚", text_box="框", inserted="增", deleted="删"),
    "台账.xlsx": lambda path: samples.workbook(path, {"项目": [["编号", "金额"], ["XM-1", 12.5]]}, comment="批注"),
    "汇报.pptx": lambda path: samples.slides(path, [("标题", "内容")], notes="备注", cells=["格"]),
    "版式.ofd": samples.ofd,
    "附件.zip": lambda path: samples.archive(path, {"甲.txt": "文字".encode(), "夹/乙.csv": b"1,2\n", "空.txt": b""}),
    "旧式.doc": lambda path: old_office.doc(path, "\r".join(LINES), header="页眉\r", narrow="No 12\r"),
    "旧式.xls": lambda path: old_office.xls(path, {"项目": [["编号", "金额"], ["XM-1", 12.5]]}),
    "旧式.ppt": lambda path: old_office.ppt(path, [("标题", "内容"), ("其二", "内容")], note="备注"),
    "旧信.msg": lambda path: old_office.msg(path, "送审材料", "请查收", sender="张三", to=("李四", "a@example.com"), attached="甲.pdf"),
    "盖章.ofd": lambda path: format_samples.ofd(path, [LINES, LINES], seal="公章", entries=True, watermark="内部"),
    "附带.pdf": lambda path: format_samples.loaded_pdf(path, attachment="甲.csv", layers=["底", "面"], hidden=["面"], script=True),
    "录音.wav": lambda path: format_samples.sound(path, seconds=1),
}


def _loose() -> dict[str, bytes]:
    text = "\n".join(LINES)
    found = {
        "说明.txt": text.encode(), "旧编码.txt": text.encode("gb18030"), "宽编码.txt": text.encode("utf-16"),
        "清单.csv": "编号,金额\nXM-1,=1+1\n".encode("gb18030"), "说明.md": f"# 标题\n{text}".encode(),
        "网页.html": f"<html><script>alert(1)</script><body><p>{text}</p></body></html>".encode(),
        "富文本.rtf": rb"{\rtf1\ansi\ansicpg936{\fonttbl{\f0 SimSun;}}\f0\fs24 \'ce\'c4\'bc\'fe\par}",
        "邮件.eml": _mail(text), "包.tar": _tar(text), "包.tgz": _tar(text, ":gz"),
    }
    for name, form in (("图.png", "PNG"), ("图.jpg", "JPEG"), ("图.bmp", "BMP"), ("图.webp", "WEBP"), ("多页.tiff", "TIFF")):
        found[name] = _picture(form)
    return found


def _mail(text: str) -> bytes:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "送审材料", "a@example.com", "archive@example.com"
    message.set_content(text)
    message.add_attachment(text.encode("gb18030"), "text", "plain", filename="附件.txt")
    return message.as_bytes()


def _tar(text: str, mode: str = "") -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode=f"w{mode}") as bundle:
        for name in ("甲.txt", "夹/乙.txt"):
            info = tarfile.TarInfo(name)
            info.size = len(text.encode())
            bundle.addfile(info, io.BytesIO(text.encode()))
    return target.getvalue()


def _picture(form: str) -> bytes:
    target = io.BytesIO()
    pages = [Image.new("RGB", (120, 80), color) for color in ("white", "gray")]
    pages[0].save(target, form, **({"save_all": True, "append_images": pages[1:]} if form == "TIFF" else {}))
    return target.getvalue()

"""Pages of known Chinese text as a scanner would see them: official letters, reports with tables, seals, dirt, crookedness."""

import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont

FONTS = ("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc", "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
         "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "/usr/share/fonts/truetype/arphic/uming.ttc",
         "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc")
PACKAGE = "fonts-noto-cjk"
DPI = 300
_LETTER = (
    "省数字政务厅关于一体化协同办公平台建设项目竣工验收的意见",
    "省大数据中心:",
    "    根据省级政务信息化项目管理办法有关规定,省数字政务厅于2024年3月18日组织召开了一体化协同办公平台建设项目竣工验收会。"
    "验收组听取了建设单位、承建单位和监理单位的汇报,查阅了项目档案资料,现场核查了系统运行情况,经质询和讨论,形成如下意见:",
    "    一、项目按照批准的初步设计方案完成了全部建设内容,共建设公文处理、会议管理、督查督办、移动办公等12个子系统,"
    "接入省级部门86家,注册用户34217人,日均处理公文2600余件。",
    "    二、项目总投资概算1860.50万元,合同金额1798.00万元,经第三方审计核定结算金额为1785.36万元,核减12.64万元,"
    "资金使用符合财务管理规定。",
    "    三、系统自2023年9月1日起试运行,至2023年11月30日结束,累计运行91天,可用率99.97%,未发生重大故障;"
    "网络安全等级保护测评(第三级)结论为良,得分88.6分;商用密码应用安全性评估结论为基本符合。",
    "    四、项目档案收集齐全、整理规范,共形成纸质档案156卷、电子档案2384件,通过了档案专项验收。",
    "    验收组一致同意该项目通过竣工验收。建议进一步完善运行维护制度,加强数据共享与业务协同,充分发挥项目效益。",
)
_REPORT = (
    "合同履行情况报告",
    "    合同编号为川数政采2023第0817号的软件开发合同于2023年5月22日签订,甲方为省水文局,乙方为成都智联信息技术有限公司,"
    "合同工期180天。截至2024年1月,乙方已交付需求规格说明书、概要设计、详细设计、测试报告、用户手册等全部成果,"
    "监理单位出具了阶段验收意见。现将付款与交付情况列表如下:",
)
_TABLE = (("序号", "付款节点", "比例", "金额(万元)", "付款日期"), ("1", "合同签订", "30%", "539.40", "2023-06-05"),
          ("2", "系统上线", "30%", "539.40", "2023-09-12"), ("3", "初步验收", "30%", "539.40", "2023-12-20"),
          ("4", "竣工验收", "7%", "125.86", "2024-04-02"), ("5", "质保期满", "3%", "53.94", "2027-04-02"))
_AFTER = ("    乙方提供三年质量保证服务,质保期自竣工验收合格之日起计算。履约保证金为合同金额的百分之五,以银行保函形式提交,"
          "在质保期满且无遗留问题后退还。监理单位应按月报送监理月报,重大变更须经项目单位书面批准。")


@dataclass(frozen=True, slots=True)
class Sample:
    picture: Image.Image
    text: str


@cache
def font_path() -> str:
    """Raises FileNotFoundError naming the package."""
    for path in FONTS:
        if Path(path).exists():
            return path
    raise FileNotFoundError(f"no Chinese font here: install {PACKAGE}")


def letter(dpi: int = DPI, *, seal: bool = False) -> Sample:
    """One page of print in the sizes of GB/T 9704; the seal lies over the closing lines."""
    page = _Paper(dpi)
    page.title(_LETTER[0])
    for paragraph in _LETTER[1:]:
        page.paragraph(paragraph)
    page.paragraph("    省数字政务厅                         2024年3月20日")
    if seal:
        _stamp(page)
    return Sample(page.image, page.text)


def report(dpi: int = DPI) -> Sample:
    """A page with a ruled table between paragraphs."""
    page = _Paper(dpi)
    page.title(_REPORT[0])
    page.paragraph(_REPORT[1])
    page.table(_TABLE)
    page.paragraph(_AFTER)
    return Sample(page.image, page.text)


class _Paper:
    def __init__(self, dpi: int) -> None:
        self.scale = dpi / DPI
        self.image = Image.new("RGB", (self.at(2480), self.at(3508)), "white")
        self.pen = ImageDraw.Draw(self.image)
        self.y = self.at(440)
        self.lines: list[str] = []

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def at(self, dots: float) -> int:
        return round(dots * self.scale)

    def font(self, dots: int) -> ImageFont.FreeTypeFont:
        return ImageFont.truetype(font_path(), self.at(dots))

    def title(self, text: str) -> None:
        font = self.font(84)
        for line in _wrapped(text, font, self.at(1800)):
            self.pen.text((self.image.width / 2, self.y), line, fill="black", font=font, anchor="ma")
            self.lines.append(line)
            self.y += self.at(130)
        self.y += self.at(60)

    def paragraph(self, text: str) -> None:
        font = self.font(66)
        for line in _wrapped(text.replace("    ", "　　", 1), font, self.at(1850)):
            self.pen.text((self.at(315), self.y), line, fill="black", font=font)
            self.lines.append(line.strip("　"))
            self.y += self.at(108)

    def table(self, rows: tuple[tuple[str, ...], ...]) -> None:
        font, height, edges = self.font(54), self.at(110), [self.at(dots) for dots in (315, 505, 955, 1225, 1695, 2165)]
        top = self.y = self.y + self.at(30)
        for row in rows:
            for number, cell in enumerate(row):
                self.pen.text(((edges[number] + edges[number + 1]) / 2, self.y + height / 2), cell, fill="black", font=font,
                              anchor="mm")
            self.pen.line((edges[0], self.y, edges[-1], self.y), fill="black", width=self.at(4))
            self.lines.append("  ".join(row))
            self.y += height
        self.pen.line((edges[0], self.y, edges[-1], self.y), fill="black", width=self.at(4))
        for edge in edges:
            self.pen.line((edge, top, edge, self.y), fill="black", width=self.at(4))
        self.y += self.at(60)


def _wrapped(text: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    lines, line = [], ""
    for char in text:
        if line and font.getlength(line + char) > width:
            lines.append(line)
            line = ""
        line += char
    return [*lines, line]


def _stamp(page: _Paper) -> None:
    """A round seal of 42 mm over the last two lines, ink that lets print show through."""
    radius = page.at(248)
    ink = Image.new("RGBA", (2 * radius, 2 * radius), (0, 0, 0, 0))
    pen, font = ImageDraw.Draw(ink), page.font(58)
    pen.ellipse((4, 4, 2 * radius - 4, 2 * radius - 4), outline=(205, 20, 30, 215), width=page.at(14))
    _star(pen, radius, page.at(70))
    for number, char in enumerate("省数字政务厅项目验收专用章"):
        angle = math.radians(-210 + number * 20)
        glyph = Image.new("RGBA", (page.at(70), page.at(70)), (0, 0, 0, 0))
        ImageDraw.Draw(glyph).text((page.at(35), page.at(35)), char, fill=(205, 20, 30, 215), font=font, anchor="mm")
        glyph = glyph.rotate(-math.degrees(angle) - 90, resample=Image.Resampling.BICUBIC)
        ink.alpha_composite(glyph, (round(radius + 0.76 * radius * math.cos(angle)) - page.at(35),
                                    round(radius + 0.76 * radius * math.sin(angle)) - page.at(35)))
    where = (page.at(560), page.y - page.at(330))
    page.image.paste(Image.alpha_composite(page.image.crop((*where, where[0] + 2 * radius, where[1] + 2 * radius)).convert("RGBA"),
                                           ink).convert("RGB"), where)


def _star(pen: ImageDraw.ImageDraw, centre: int, radius: int) -> None:
    points = []
    for number in range(10):
        length = radius if number % 2 == 0 else 0.4 * radius
        angle = math.radians(-90 + 36 * number)
        points.append((centre + length * math.cos(angle), centre + length * math.sin(angle)))
    pen.polygon(points, fill=(205, 20, 30, 215))


def noisy(sample: Sample) -> Sample:
    """Grey paper, specks, a little blur: an old photocopy."""
    chance = random.Random(20261127)
    image = sample.picture.convert("L").filter(ImageFilter.GaussianBlur(0.8)).point(lambda value: 40 + value * 0.75)
    noise = Image.effect_noise(image.size, 28).convert("L")
    image = Image.blend(image.convert("L"), noise, 0.15)
    pen = ImageDraw.Draw(image)
    for _ in range(1500):
        x, y = chance.randrange(image.width), chance.randrange(image.height)
        pen.ellipse((x, y, x + chance.randrange(1, 5), y + chance.randrange(1, 5)), fill=chance.randrange(60, 140))
    return Sample(image.convert("RGB"), sample.text)


def turned(sample: Sample, degrees: float) -> Sample:
    """Clockwise; white where the paper does not reach."""
    return Sample(sample.picture.rotate(-degrees, resample=Image.Resampling.BICUBIC, expand=True, fillcolor="white"), sample.text)


VARIANTS: Mapping[str, Callable[[], Sample]] = {
    "letter, 300 dpi": letter, "table, 300 dpi": report,
    "letter, 200 dpi": lambda: letter(200), "table, 200 dpi": lambda: report(200), "letter, 150 dpi": lambda: letter(150),
    "letter, 90°": lambda: turned(letter(), 90), "letter, 180°": lambda: turned(letter(), 180),
    "table, 270°": lambda: turned(report(), 270),
    "letter, skewed 2°": lambda: turned(letter(), 2), "letter, skewed -5°": lambda: turned(letter(), -5),
    "table, 90° and 3°": lambda: turned(report(), 93),
    "letter, noisy": lambda: noisy(letter()), "table, noisy, 200 dpi": lambda: noisy(report(200)),
    "letter, seal over text": lambda: letter(seal=True),
}
CLEAN = ("letter, 300 dpi", "table, 300 dpi")

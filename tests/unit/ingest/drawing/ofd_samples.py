"""OFD documents made here: as little around a page as the standard asks for."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

SPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'


def ofd(path: Path, *pages: str, fonts: str = '<ofd:Font ID="1" FontName="宋体"/>', res: str = "", box: str = "0 0 210 297",
        members: Mapping[str, bytes] | None = None, signatures: str = "", annotations: str = "") -> Path:
    """Each page is what stands in its one layer. `res`: more resources; `members`: more files of the package."""
    listed = "".join(f'<ofd:Page ID="{100 + number}" BaseLoc="Pages/Page_{number}/Content.xml"/>' for number in range(len(pages)))
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("OFD.xml", f"<ofd:OFD {SPACE}><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>"
                         f"{signatures}</ofd:DocBody></ofd:OFD>")
        package.writestr("Doc_0/Document.xml", f"<ofd:Document {SPACE}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>{box}"
                         f"</ofd:PhysicalBox></ofd:PageArea><ofd:PublicRes>PublicRes.xml</ofd:PublicRes></ofd:CommonData>"
                         f"<ofd:Pages>{listed}</ofd:Pages>{annotations}</ofd:Document>")
        package.writestr("Doc_0/PublicRes.xml", f'<ofd:Res {SPACE} BaseLoc="Res"><ofd:Fonts>{fonts}</ofd:Fonts>{res}</ofd:Res>')
        for number, content in enumerate(pages):
            package.writestr(f"Doc_0/Pages/Page_{number}/Content.xml", f'<ofd:Page {SPACE}><ofd:Content><ofd:Layer ID="2">'
                             f"{content}</ofd:Layer></ofd:Content></ofd:Page>")
        for name, data in (members or {}).items():
            package.writestr(name, data)
    return path


def text(words: str, x: float, y: float, size: float = 10, *, more: str = "", inside: str = "") -> str:
    """Words whose base line begins at x, y; every step is as wide as the letters are high."""
    return (f'<ofd:TextObject ID="9" Boundary="{x} {y - size} 200 {size * 2}" Font="1" Size="{size}" {more}>{inside}'
            f'<ofd:TextCode X="0" Y="{size}" DeltaX="g {max(len(words) - 1, 1)} {size}">{words}</ofd:TextCode></ofd:TextObject>')


def path_of(data: str, *, box: str = "0 0 210 297", more: str = "", inside: str = "") -> str:
    return (f'<ofd:PathObject ID="8" Boundary="{box}" {more}>{inside}<ofd:AbbreviatedData>{data}</ofd:AbbreviatedData>'
            "</ofd:PathObject>")


def colour(values: str, name: str = "FillColor") -> str:
    return f'<ofd:{name} Value="{values}"/>'

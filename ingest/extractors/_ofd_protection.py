"""The integrity protection of a whole OFD (GM/T 0099-2020): a signed list of every part that belongs to it.

Compared are the list and the package: a part that came later, or is gone, breaks it. The signature over the list needs
the maker's key and is not checked.
"""

from collections.abc import Iterator
from typing import Any

from archive.remarks import Remark, Severity
from ingest.extractors._ofd_marks import named, parsed

_ENTRIES = "OFDEntries.xml"
_MOST_SHOWN = 5


def integrity_remarks(document: Any) -> Iterator[Remark]:
    """What is to be said of the protection; nothing where there is none."""
    package = document._package
    found = parsed(package, package.find(_ENTRIES))
    if found is None:
        return
    part, root = found
    listed = {package.resolve(part, entry.get("FileLoc")) or f"{entry.get('FileLoc')}（缺失）" for entry in named(root, "File")}
    value = next((package.resolve(part, e.text) for e in named(root, "SignedValueLoc")), None)
    strangers = set(package.names) - listed - {part, value}
    missing = listed - set(package.names)
    if strangers or missing or value is None:
        wrong = sorted(map(str, strangers | missing)) or ["签名值（缺失）"]
        shown = "、".join(wrong[:_MOST_SHOWN]) + (f"等 {len(wrong)} 处" if len(wrong) > _MOST_SHOWN else "")
        yield Remark("integrity.broken", Severity.PROBLEM, (
            f"文件的完整性保护已失效：下列部分缺失，或不在受保护的清单里：{shown}。请向出具单位核对并取得有效的原件。"))
    else:
        yield Remark("integrity.listed", Severity.INFO, (
            f"文件带有完整性保护：清单里的 {len(listed)} 个部分齐全，没有多出的部分；清单的签名未校验。"))

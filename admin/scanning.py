"""The virus scanner as operators see it: whether one is set, which it is, and how old its signatures are."""

from dataclasses import dataclass
from datetime import datetime

from ingest.scanners.port import Scanner

OLD_DAYS = 7


@dataclass(frozen=True, slots=True)
class Standing:
    """`engine` is empty where no scanner is set; `age_days` is None where it has no official signatures.

    `advice` is empty where all is well.
    """

    engine: str
    age_days: int | None
    detail: str
    advice: str


def standing(scanner: Scanner, now: datetime) -> Standing:
    """Raises EngineDown where a set scanner does not answer."""
    known = scanner.knowledge()
    if not known.engine:
        return Standing("", None, "没有设置查毒程序，文件记为“未检查”", "需要时设置 DANGAN_CLAMD_URL")
    if known.made_at is None:
        return Standing(known.engine, None, f"{known.engine}，没有官方病毒库", "请装入官方病毒库（main.cvd、daily.cvd）")
    age = max(0, (now - known.made_at).days)
    return Standing(known.engine, age, f"{known.engine}，病毒库 {known.signatures}，{age} 天前制作",
                    f"病毒库超过 {OLD_DAYS} 天没有更新，请更新后再收文件" if age > OLD_DAYS else "")

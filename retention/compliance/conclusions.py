"""Reading the verdict of a report or an acceptance: 合格 or not. Owns the words; knows no rules and no documents."""

import re
from functools import lru_cache

from archive.chinese import squash

# "无不符合项" and the like praise; they are taken out before the words of refusal are looked for.
_PRAISE = re.compile(r"(?:无|没有|未见|未发现|不存在)[^，。；]{0,6}?不(?:符合|合格|通过)(?:项|内容|问题|情况)?")
_REFUSAL = re.compile(r"[不未](?:予以?|能|得|获)?(?:通过|合格|符合|达标|满足|同意)|暂缓通过|failed?\b")
_GRADES_BAD = frozenset({"差", "否", "不及格", "高风险"})
_CONSENT = re.compile(r"通过|合格|符合|达标|满足|同意|pass(?:ed)?\b")
_GRADES_GOOD = frozenset({"优", "良", "中", "优秀", "良好", "中等", "是", "低风险", "中风险"})


@lru_cache(maxsize=4096)  # a few words in a hundred thousand dossiers
def favourable(conclusion: str) -> bool | None:
    """True for 通过/合格/符合/基本符合 and the good grades, False for their refusal, None where it says neither."""
    text = squash(conclusion)
    rest = _PRAISE.sub("", text)
    if rest in _GRADES_BAD or _REFUSAL.search(rest):
        return False
    if rest in _GRADES_GOOD or rest != text or _CONSENT.search(rest):
        return True
    return None

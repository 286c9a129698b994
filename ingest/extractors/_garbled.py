"""Telling text from a text layer of wrong characters, which PDFs with home-made font encodings carry.

Such a layer looks like text to every library, fills an index with nonsense and hides that the page needs OCR. Common
characters make up well over a third of any modern Chinese text; in a garbled layer they are all but absent.
"""

import sys
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

_COMMON = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然"
    "家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机"
    "十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯"
    "月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变"
    "四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书"
    "非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让"
    "识候带导争运笔支持供项目验收审计采购合同测评监督档案采集系统平台服务实施管理单位技术标准招标投标政府信息网络数据安全"
    "甲乙方款金额元费用付省县委局厅办公室号函批复请示通知意见附件编制依据要求内容完成情况工程质量预算概算财务资产责任人联"
    "电话地址邮箱负责组织部门季度总结报告说明书会议纪要名称序备注页上述下列按照根据符合规定进行应当必须以及其他以上以下其中"
    "時間個們來說國學會對過發後經從現開關點業產變電話問題體實際應該務區總資設計據"
)
_SAMPLE = 4000   # characters of a page that are looked at
_ENOUGH = 20     # below that a share says nothing
# Kinds of characters by their numbers; of the numbers of two kinds the later one counts.
_HAN = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
_NO_TEXT = ((0xFFFD, 0xFFFD), (0xE000, 0xF8FF), (0xF0000, 0x10FFFF))
_LATIN_SOUP = ((0xA1, 0x24F),)
_MARK_SOUP = tuple((ord(mark), ord(mark)) for mark in "!\"#$%&'()+,/:;<>?@\\[]^`{|}~")
_OFTEN = tuple((ord(char), ord(char)) for char in _COMMON)
_KINDS = (_HAN, _OFTEN, _NO_TEXT, _LATIN_SOUP, _MARK_SOUP)


def garbled_pages(pages: Sequence[str]) -> frozenset[int]:
    """Positions of the pages whose characters are not text; pages with little on them are given the benefit of doubt."""
    return frozenset(n for n, page in enumerate(pages) if is_garbled(page))


def mostly_garbled(pages: Sequence[str], garbled: frozenset[int]) -> bool:
    """Whether more than half of the characters stand on garbled pages: then nothing of the file is to be trusted."""
    return 2 * sum(len(pages[n]) for n in garbled) > sum(map(len, pages))


def is_garbled(text: str) -> bool:
    sample = "".join(text[:_SAMPLE].split())
    if len(sample) < _ENOUGH:
        return False
    codes = np.frombuffer(sample.encode("utf-32-le", "surrogatepass"), "<u4")
    _, rare, common, no_text, latin, marks = np.bincount(_kinds()[codes], minlength=len(_KINDS) + 1).tolist()
    return bool(no_text > 0.3 * len(sample)
                or (rare + common >= _ENOUGH and common < 0.12 * (rare + common))
                or latin > 0.4 * len(sample)
                or marks > 0.5 * len(sample))


@cache
def _kinds() -> NDArray[np.uint8]:
    """The kind of every character, from 1; 0 for none: a page is looked at once, not once for each kind."""
    kinds = np.zeros(sys.maxunicode + 1, np.uint8)
    for kind, ranges in enumerate(_KINDS, 1):
        for first, last in ranges:
            kinds[first:last + 1] = kind
    return kinds

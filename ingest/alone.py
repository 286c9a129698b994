"""Whether a file's name alone says what the file is: for scans before they are read, drawings, formats without text.

A word somewhere in a name is a hint; a name that *ends* in a type's words ("…项目-监理月报-盖章版.pdf") is what somebody
called the file. Only that counts, apart from tails that say nothing of what it is. Where the type's words are a mere
topic ("安全事件"), a word for some paper about it ("处置报告") may follow, but none by which somebody else answers,
asks or concludes: a 批复 on a topic is another paper. Owns the tails; knows no types.
"""

import re

_COUNT = r"(?:第?[0-9一二三四五六七八九十]{1,4}[期卷次周册份号年月版稿批季]?)"
_TAIL = re.compile(
    rf"(?:{_COUNT}|v?\d+(?:\.\d+)*|[书表单稿件册]|正本|副本|原件|复印件|签章|盖章|签字|签字盖章|已盖章|扫描|彩色扫描|电子版|纸质版|"
    r"(?:报批|送审|报审|征求意见|修改|最终|终|定|初|讨论|打印|印刷|存档|归档)[稿版]|(?:中标|成交)|汇编|全套|汇总|final|copy|ocr|scan|new|新|"
    r"(?:合并|完整|公开|双方|双签|修订|更新|整理)版?)*")
_FORM = re.compile(
    r"(?:报告|方案|合同|协议|纪要|批复|请示|函|通知|意见|申请|[表单]|手册|总结|公告|公示|预案|制度|办法|细则|规范|文件|凭证|月报|周报|"
    r"年报|季报|日志|台账|任务书|建议书|承诺|责任书|决定|大纲|公文|发票|图)$")
_LIST = re.compile(r"(?:目录|清单|计划|材料)$")
_OF_LIST = re.compile(r".{0,4}(?:表|单|成果|清单|截图|汇总|说明|材料)")
_ANSWER = re.compile(r"(?:批复|意见|批准)$")
_PAPER = re.compile(
    r".{0,8}?(?:说明|报告|[表单]|通知|文件|文档|材料|函|证明|凭证|收据|记录|清单|决定|分析|截图|光盘|影像|情况|确认书|承诺书|声明|登记)")
_ANOTHER = re.compile(
    r"批复|请示|意见|评审|评估|论证|纪要|公告|公示|回执|方案|总结|合同|协议|制度|办法|审计|验收|测评|整改|申请|变更|答复")


def names_it(words: str, rest: str) -> bool:
    """`words`: those of the type, in comparable form, the last one last; `rest`: what follows them in that part of the
    name."""
    if _TAIL.fullmatch(rest) or (_ANSWER.search(words) and rest in ("文件", "函", "公文")):
        return True
    if _ANOTHER.search(rest) or _FORM.search(words):
        return False
    paper = _OF_LIST if _LIST.search(words) else _PAPER
    return any(paper.fullmatch(rest[:at]) and _TAIL.fullmatch(rest[at:]) for at in range(1, len(rest) + 1))

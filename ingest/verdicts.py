"""The verdict a report or an acceptance pronounces: 通过, 合格, 符合 and their refusal. Owns the words that carry it.

Only sentences that announce a conclusion are read; a verdict that is a condition ("整改合格后"), a question ("是否符合")
or an empty form ("□合格 □不合格") is none.
"""

import re

VERDICTS = ("通过", "合格", "符合", "基本符合", "不符合", "不合格", "不通过", "优", "良", "中", "差")

_ANNOUNCED = re.compile(
    r"(?:结论|结果为|评定为|判定为|综合评定|总体评价|一致同意|同意(?=通过)|一致认为|综上)[^。;；]{0,100}")
_EXPLICIT = re.compile(r"结论(?:意见)?(?:为|是|[:：])+[“\"「]?(?:本?(?:项目|系统))?")
_GRADE = re.compile(r"结论(?:为|是|[:：])+[“\"「]?([优良中差])(?=[”\"」,，。;；()（）]|得分|$)")
_VERDICT = re.compile(
    r"(?P<refused>[不未](?:予以?|能|得|获|可|准予)?通过|没有?通过|暂缓通过)"
    r"|(?P<bad>[不未](?:能|够|完全|达到?)?合格(?!项|率|品|产品))"
    r"|(?P<unmet>[不未](?:能|够|完全)?符合(?!项|率|度|性))"
    r"|(?P<partly>基本符合)"
    r"|(?P<good>(?<!不)合格(?!证|率|投标|供应商|性|产品|人))"
    r"|(?P<met>(?<![部不])(?<!分)符合(?!性|率|项|度|条件的))"
    r"|(?P<passed>通过(?=[”\"」,，。;；)）]|$|验收|评审|审查|审核|测评|测试|评估|初验|终验|竣工|专家))")
_NAMES = {"refused": "不通过", "bad": "不合格", "unmet": "不符合", "partly": "基本符合", "good": "合格", "met": "符合",
          "passed": "通过"}
# Praise in the form of a denial, questions, and forms that list both answers.
_EMPTY = re.compile(
    r"(?:无|没有|未见|未发现|不存在)[^,，。;；]{0,6}?不(?:符合|合格|通过)(?:项|内容|问题|情况)?"
    r"|(?:是否|能否|可否)[^,，。;；]{0,8}?(?:通过|合格|符合)"
    r"|(?:基本)?(合格|符合|通过)[/、或(（]*不(?:予)?\1[)）]?")
_CONDITION = re.compile(
    r"(?:^|[,，])(?:待|若|如果?|须|需|应|经|当|除)[^,，]{0,30}?(?:整改|复查|复测|后|再|方可|则)[^,，]*"
    r"|(?:整改|复查|复测)[^,，]{0,6}(?:通过|合格|符合)(?:要求)?后[^,，]*")
_BOX = re.compile(r"[□☐○◯]")
_TICKED = re.compile(r"[☑☒√✓✔■▣●](.{1,8}?)(?=[□☐○◯☑☒√✓✔■▣●]|$|[,，。;；])")


def verdict(text: str) -> str:
    """One of VERDICTS, or "". `text` is squashed (no white space). The last express conclusion wins, then the last
    sentence that announces one."""
    found = ""
    express = ""
    for sentence in _ANNOUNCED.finditer(text):
        if grade := _GRADE.match(sentence[0]):
            express = grade[1]
        elif word := _pronounced(sentence[0]):
            found = word
            if _EXPLICIT.match(sentence[0]):
                express = word
    return express or found


def _pronounced(sentence: str) -> str:
    if _BOX.search(sentence):
        ticked = _TICKED.search(sentence)
        sentence = ticked[1] if ticked else ""
    rest = _CONDITION.sub("", _EMPTY.sub("", sentence))
    words = [match.lastgroup for match in _VERDICT.finditer(rest)]
    return _NAMES[str(words[-1])] if words else ""
